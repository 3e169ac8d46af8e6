// SPDX-License-Identifier: Apache-2.0
import { holds, model, type KernelPath } from 'fencecheck'

/**
 * Three generations of one lock. Allocations are made with struct_mutex held, and the shrinker that reclaim runs in
 * them wants struct_mutex too. One that blocks waits for its own task; one that spins until it has the lock spins for
 * ever in that task, and in any other for as long as somebody has the lock whenever it looks. To give up after a while,
 * or at once, costs no more than the pages that were not freed.
 */
export default model(
  'i915/i915-shrinker-trylock',
  {
    summary: 'A shrinker blocks on struct_mutex, spins for it, or tries it once, in a task that may hold it.',
    sources: [
      '"drm/i915: Spin for struct_mutex inside shrinker", Chris Wilson, 2017-06-09',
      '"drm/i915: Return immediately if trylock fails for direct-reclaim", Chris Wilson, 2019-01-07',
      'drivers/gpu/drm/i915/i915_gem_shrinker.c: shrinker_lock() with mutex_trylock_recursive(); read in the forms after either commit',
      'Construction: blocking, spinning and recursive-spinning; i915 has always looked whether its own task has the lock, and has spun only until need_resched().',
    ],
    abstracts: [
      'That the scheduler wants the CPU is written as a number of attempts: after the third the shrinker gives up.',
      'Freeing pages is a local step; that some were not freed is no failure of the allocation here.',
      'kswapd waits for the lock only in trylock, as since 2019; that a fatal signal would end that wait is left out.',
    ],
    variants: {
      blocking: { kind: 'deadlock', shape: 'self', processes: ['get-pages'], objects: ['struct_mutex'] },
      spinning: { kind: 'livelock', processes: ['get-pages'], objects: ['struct_mutex'] },
      'recursive-spinning': { kind: 'no-forward-progress', processes: ['other-task'], objects: ['struct_mutex'] },
      'recursive-spinning-until-resched': 'holds',
      trylock: 'holds',
    },
  },
  (m, variant) => {
    const structMutex = m.mutex('struct_mutex')
    const shrinkerLock = 'drivers/gpu/drm/i915/i915_gem_shrinker.c: shrinker_lock()'
    const shrink = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/i915/i915_gem_shrinker.c: i915_gem_shrink()').local('free pages of idle objects')
    const shrinkAndUnlock = (t: KernelPath): void => {
      shrink(t)
      t.unlock(structMutex)
    }
    const attempt = (t: KernelPath, missed: () => void): void =>
      t.at(shrinkerLock).trylock(structMutex, { got: () => shrinkAndUnlock(t), missed })
    const attempts = (t: KernelPath, left: number): void =>
      attempt(t, left > 1 ? () => attempts(t, left - 1) : () => {})
    const spin = (t: KernelPath): void =>
      t.loop(() => {
        attempt(t, () => t.continue())
        t.break()
      })
    const recursive = (t: KernelPath, otherwise: () => void): void =>
      t.at('include/linux/mutex.h: mutex_trylock_recursive()').when(holds(structMutex), () => shrink(t), otherwise)

    m.shrinker('i915_gem_shrinker_scan', (t) => {
      if (variant === 'blocking') {
        t.at(shrinkerLock).lock(structMutex)
        shrinkAndUnlock(t)
      } else if (variant === 'spinning') spin(t)
      else if (variant === 'recursive-spinning') recursive(t, () => spin(t))
      else if (variant === 'recursive-spinning-until-resched') recursive(t, () => attempts(t, 3))
      else recursive(t, () => attempt(t, () => {}))
    })
    m.thread('get-pages', (t) => {
      t.lock(structMutex)
      t.at('drivers/gpu/drm/i915/i915_gem.c: i915_gem_object_get_pages_gtt()').allocKernel()
      t.unlock(structMutex)
    })
    // Memory pressure elsewhere holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
    if (variant.startsWith('recursive'))
      m.thread('busy-client', (t) =>
        t.loop(() => {
          t.at('drivers/gpu/drm/i915/i915_gem.c: i915_mutex_lock_interruptible()').lock(structMutex)
          t.unlock(structMutex)
        }),
      )
    if (variant === 'trylock')
      m.worker('kswapd', (t) => {
        t.at(shrinkerLock).lock(structMutex)
        shrinkAndUnlock(t)
      })
  },
)
