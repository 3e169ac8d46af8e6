// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * i915 took the lock on the pages of an object outermost. When mapping an imported dma-buf came to need the
 * reservation, getting the pages of an import nested the reservation inside the page lock, while execbuf and eviction
 * nest them the other way round. Mapping once, when the buffer is attached, keeps the reservation out; in the long run
 * the reservation became the outer lock and then the only one.
 */
export default model(
  'i915/i915-mmlock-resv',
  {
    summary: 'The page lock of an object is taken outside the reservation on one path and inside it on another.',
    sources: [
      'mail thread "Re: Fi.CI.BAT: failure for series starting with [1/6] dma-buf: add dynamic DMA-buf handling v13", Daniel Vetter and Christian König, 2019-08-08 (the page lock of i915, and mapping at attach)',
      '"drm/i915: Switch obj->mm.lock lockdep annotations on its head", Daniel Vetter, 2019-11-05',
      '"drm/i915: Flatten obj->mm.lock", Maarten Lankhorst, 2021-03-23',
      'Construction: the steps; the messages support the order of the locks.',
    ],
    abstracts: [
      'One buffer, imported into i915; mapping and pinning are local steps.',
      'Reclaim in the background takes the page lock alone, and with the page lock gone, tries the reservation.',
      'In resv-outermost the page lock is that of a native object which the same execbuf uses: an import has none.',
    ],
    variants: {
      'map-under-page-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['get-pages', 'execbuf'],
        objects: ['mm_lock', 'import'],
      },
      'mapped-at-attach': 'holds',
      'resv-outermost': 'holds',
      'page-lock-folded': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('import', { class: K })
    const mmLock = m.mutex('mm_lock')
    m.thread('get-pages', (t) => {
      const map = (): void => {
        t.at('drivers/dma-buf/dma-buf.c: dma_buf_map_attachment_unlocked()').wwLockPlain(bo)
        t.local('map the attachment')
        t.wwUnlock(bo)
      }
      if (variant !== 'map-under-page-lock') map()
      if (variant === 'resv-outermost' || variant === 'page-lock-folded') return
      t.at('drivers/gpu/drm/i915/gem/i915_gem_pages.c: __i915_gem_object_get_pages()').lock(mmLock)
      if (variant === 'map-under-page-lock') map()
      else t.local('use the mapping made at attach')
      t.unlock(mmLock)
    })
    m.thread('execbuf', (t) => {
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      if (variant !== 'page-lock-folded') {
        t.at('drivers/gpu/drm/i915/gem/i915_gem_pages.c: __i915_gem_object_get_pages()').lock(mmLock)
        t.local('pin the pages')
        t.unlock(mmLock)
      } else t.local('pin the pages')
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    })
    m.worker('kswapd', (t) => {
      t.at('drivers/gpu/drm/i915/gem/i915_gem_shrinker.c: i915_gem_shrink()')
      if (variant === 'page-lock-folded') t.wwTrylockPlain(bo, { got: () => t.wwUnlock(bo), missed: () => {} })
      else {
        t.lock(mmLock)
        t.unlock(mmLock)
      }
    })
  },
)
