// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * An invalidation queues the unbinding of a userptr object and flushes the queue. If the object is bound where the CPU
 * can map it, unbinding revokes such mappings, which is another invalidation, and that one flushes the queue from
 * inside the item. Userptr objects are therefore never bound there, and none is made over a mapping of the GPU, so that
 * an invalidation of such a mapping finds nothing to flush for.
 */
export default model(
  'i915/i915-userptr-ggtt-selfmap',
  {
    summary:
      'Unbinding a userptr object revokes mappings, whose invalidation flushes the queue that the unbinding runs on.',
    sources: [
      '"drm/i915/userptr: Never allow userptr into the mappable GGTT", Chris Wilson, 2019-09-28',
      '"drm/i915/userptr: Disallow wrapping GTT into a userptr", Chris Wilson, 2017-03-08',
      'mm/memory.c: unmap_mapping_pages(), which takes i_mmap for writing then and for reading at 6.18',
      'The steps are reconstructed.',
    ],
    abstracts: [
      'One userptr object and one mapping; the queue runs one item at a time.',
      'In lookup-first the notifier flushes only for a range with a userptr object in it, and there is none over a GTT mapping.',
    ],
    variants: {
      'in-mappable-ggtt': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['i915-userptr-release/0'],
        objects: ['i915-userptr-release'],
      },
      'never-mappable': 'holds',
      'lookup-first': 'holds',
    },
  },
  (m, variant) => {
    const structMutex = m.mutex('struct_mutex')
    const iMmap = m.rwsem('i_mmap_rwsem')
    const queue = m.workqueue('i915-userptr-release', { maxActive: 1 })
    const at = 'drivers/gpu/drm/i915/i915_gem_userptr.c: i915_gem_userptr_mn_invalidate_range_start()'
    const invalidate = (t: KernelPath, hitsUserptr: boolean): void => {
      if (hitsUserptr) t.at(at).queueWork(unbind)
      if (hitsUserptr || variant !== 'lookup-first') t.at(at).flushWorkqueue(queue)
      else t.at(at).local('no userptr object in the range')
    }
    const revoke = (t: KernelPath): void => {
      t.at('mm/memory.c: unmap_mapping_pages()').downWrite(iMmap)
      invalidate(t, false)
      t.local('zap the mappings')
      t.upWrite(iMmap)
    }
    const unbind = m.workItem(queue, 'unbind_work', (t) => {
      t.at('drivers/gpu/drm/i915/i915_gem_userptr.c: cancel_userptr()').lock(structMutex)
      t.local('unbind the object')
      if (variant !== 'never-mappable') revoke(t)
      t.unlock(structMutex)
    })
    m.thread('munmap-userptr', (t) => invalidate(t, true))
  },
)
