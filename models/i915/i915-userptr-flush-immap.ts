// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * The userptr notifier queues the unbinding of the objects that an invalidation hits and then flushes the whole queue,
 * even if it hit none. Revoking GTT mappings invalidates too, with the i_mmap lock of the device's mapping held, and an
 * earlier, unrelated item of the queue wants that lock to revoke mappings of its own. A lock class of its own for the
 * device's mapping silences lockdep and changes nothing; not flushing for a range without userptr objects does.
 */
export default model(
  'i915/i915-userptr-flush-immap',
  {
    summary: 'An mmu notifier flushes a workqueue under an i_mmap lock that queued work takes.',
    sources: [
      'mails of Daniel Vetter and Chris Wilson, 2017-12-11, on a lock class of its own for the mapping of the device (freedesktop bug 104209)',
      'drivers/gpu/drm/i915/i915_gem_userptr.c: i915_gem_userptr_mn_invalidate_range_start(); read in a form that always flushes and in a later one that flushes if the range hit an object',
      '"drm/i915/userptr: Avoid struct_mutex recursion for mmu_invalidate_range_start", Chris Wilson, 2019-01-15 (its parent)',
      '"drm/i915/userptr: Disallow wrapping GTT into a userptr", Chris Wilson, 2017-03-08',
      'mm/memory.c: unmap_mapping_pages(), which takes i_mmap for writing then and for reading at 6.18',
    ],
    abstracts: [
      'The queue runs one item at a time; one item stands for the unbinding that came earlier, queued by a munmap of userptr pages.',
      'Unbinding revokes mappings of the same device mapping; struct_mutex is left out.',
      'A lock class is not part of a model: own-lock-class is i-mmap-write with another name in lockdep.',
      'The writer of the read variants is a process that maps or unmaps a buffer of the device.',
    ],
    variants: {
      'i-mmap-write': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['revoke-gtt-mmaps', 'i915-userptr-release/0'],
        objects: ['i_mmap_rwsem', 'i915-userptr-release'],
      },
      'i-mmap-read': 'holds',
      'i-mmap-read-queued-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['revoke-gtt-mmaps', 'i915-userptr-release/0', 'mmap'],
        objects: ['i_mmap_rwsem', 'i915-userptr-release'],
      },
      'own-lock-class': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['revoke-gtt-mmaps', 'i915-userptr-release/0'],
        objects: ['i_mmap_rwsem', 'i915-userptr-release'],
      },
      'lookup-first': 'holds',
      'lookup-first-queued-writer': 'holds',
    },
  },
  (m, variant) => {
    const iMmap = m.rwsem('i_mmap_rwsem')
    const queue = m.workqueue('i915-userptr-release', { maxActive: 1 })
    const reads = variant.startsWith('i-mmap-read') || variant === 'lookup-first-queued-writer'
    const revoke = (t: KernelPath, zap: () => void): void => {
      t.at('mm/memory.c: unmap_mapping_pages()')
      if (reads) t.downRead(iMmap)
      else t.downWrite(iMmap)
      zap()
      if (reads) t.upRead(iMmap)
      else t.upWrite(iMmap)
    }
    const unbind = m.workItem(queue, 'unbind_work', (t) => revoke(t, () => t.local('zap the mappings')))

    const invalidate = (t: KernelPath, hitsUserptr: boolean): void => {
      const at = 'drivers/gpu/drm/i915/i915_gem_userptr.c: i915_gem_userptr_mn_invalidate_range_start()'
      if (hitsUserptr) t.at(at).queueWork(unbind)
      if (hitsUserptr || !variant.startsWith('lookup-first')) t.at(at).flushWorkqueue(queue)
      else t.at(at).local('no userptr object in the range')
    }
    // Its range is one of GTT mappings, over which there can be no userptr object.
    m.thread('revoke-gtt-mmaps', (t) => revoke(t, () => invalidate(t, false)))
    m.thread('munmap-userptr', (t) => invalidate(t, true))
    if (variant.endsWith('queued-writer'))
      m.thread('mmap', (t) => {
        t.at('mm/vma.c: vma_link_file()').downWrite(iMmap)
        t.upWrite(iMmap)
      })
  },
)
