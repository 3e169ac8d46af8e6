// SPDX-License-Identifier: Apache-2.0
import { model, not, or, type KernelPath } from 'fencecheck'

/**
 * When a userptr object gives its pages back, those that the GPU wrote are marked dirty, for which a page of a file has
 * to be locked. Reclaim locks a page before it unmaps it, and unmapping calls the notifier that gives the pages back, so
 * the lock is taken twice. Without the lock a truncation may free what the page points to; trying it loses the mark if
 * it is missed, which is always so from reclaim. Pinned pages need not be given back in the notifier at all.
 */
export default model(
  'i915/i915-userptr-page-lock',
  {
    summary: 'A userptr notifier locks pages to mark them dirty; reclaim calls it with the page locked.',
    sources: [
      '"drm/i915/userptr: Acquire the page lock around set_page_dirty()", Chris Wilson, 2019-07-08, and its revert, 2019-09-12',
      'drivers/gpu/drm/i915/gem/i915_gem_userptr.c: i915_gem_userptr_put_pages() (trylock_page()), i915_gem_userptr_invalidate(); read at 6.18.19',
      'mm/vmscan.c: shrink_folio_list(); mm/page-writeback.c: folio_mark_dirty_lock(), formerly set_page_dirty_lock(); read at 6.18.19',
    ],
    abstracts: [
      'One page, of a file; its lock is a mutex here. What it points to (the mapping of the file) is a buffer that truncation frees, later than it detaches the page.',
      'Whoever comes first gives the pages back, and nobody waits for that to be done: the object is no longer found by other invalidations, and the lock on its pages is left out.',
      'pinned is how 6.18 does it as far as the notifier goes: it only writes the sequence number. Giving back locks the page there; 6.18 still tries only.',
      'trylock-must-dirty is trylock with a claim: the page that reclaim has unmapped is dirty, or was truncated.',
    ],
    rules: { 'lock-page': ['R37'] },
    variants: {
      'lock-page': { kind: 'deadlock', shape: 'self', processes: ['reclaim'], objects: ['page_lock'] },
      'no-lock': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['munmap'],
        objects: ['file_mapping'],
      },
      trylock: 'holds',
      'trylock-must-dirty': { kind: 'assertion', processes: ['reclaim'], objects: [] },
      pinned: 'holds',
    },
  },
  (m, variant) => {
    const page = m.mutex('page_lock', { lockClass: '' })
    const fileMapping = m.buffer('file_mapping')
    const attached = m.flag('page_in_file', true)
    const hasPages = m.flag('object_has_pages', true)
    const dirty = m.flag('page_dirty')
    const claims = variant === 'trylock-must-dirty'

    const setDirty = (t: KernelPath): void =>
      t.at('mm/page-writeback.c: set_page_dirty()').when(attached, () => {
        t.at('mm/page-writeback.c: set_page_dirty()').readBuffer(fileMapping)
        if (claims) t.set(dirty, 1)
      })
    const setDirtyLocked = (t: KernelPath): void => {
      setDirty(t)
      t.unlock(page)
    }
    const putPages = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/i915/gem/i915_gem_userptr.c: i915_gem_userptr_put_pages()').select({
        'gives them back': () => {
          t.step({ when: hasPages, set: [[hasPages, 0]] })
          if (variant === 'no-lock') setDirty(t)
          else if (variant === 'lock-page' || variant === 'pinned') {
            t.lock(page)
            setDirtyLocked(t)
          } else t.trylock(page, { got: () => setDirtyLocked(t), missed: () => {} })
        },
        'has none': () => t.await(not(hasPages)),
      })
    m.mmuNotifier('userptr_invalidate', (t) => {
      if (variant === 'pinned') t.at('mm/mmu_notifier.c: mmu_interval_set_seq()').local('write the sequence number')
      else putPages(t)
    })
    m.thread('reclaim', (t) =>
      t.at('mm/vmscan.c: shrink_folio_list()').trylock(page, {
        got: () => {
          t.at('mm/rmap.c: try_to_unmap()').invalidateRange()
          if (claims) t.assert(or(dirty, not(attached)), 'the page that is unmapped is dirty, or was truncated')
          t.unlock(page)
        },
        missed: () => {},
      }),
    )
    m.thread('munmap', (t) => t.at('mm/memory.c: unmap_vmas()').invalidateRange())
    m.thread('truncate', (t) => {
      t.at('mm/truncate.c: truncate_inode_pages_range()').lock(page)
      t.set(attached, 0)
      t.unlock(page)
      t.at('fs/inode.c: evict()').freeBuffer(fileMapping)
    })
    if (variant === 'pinned') m.worker('release-object', (t) => putPages(t))
  },
)
