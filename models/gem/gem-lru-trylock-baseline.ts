// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * A control that must hold. The shrinker of GEM drivers goes through the objects of an LRU, only tries each one's
 * reservation and passes over what is locked or busy, so it may run in a task that holds one of them itself. What it
 * frees is not promised: the allocation that called it can fail. Were it to block, it would wait for its own task.
 */
export default model(
  'gem/gem-lru-trylock-baseline',
  {
    summary: 'A shrinker that only tries reservations may run under one of them; one that blocks may not.',
    sources: [
      'drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan(); drm_gem_shmem_helper.c: drm_gem_shmem_purge_locked(); read at 6.18',
      'drivers/gpu/drm/msm/msm_gem_shrinker.c; read at 6.18',
      'drm/shmem: the change of purging to a trylock, 2019-08-22',
    ],
    abstracts: [
      'Two objects; the one that is allocated under is always idle, the other is busy until its fence signals.',
      'The lock of the LRU, which is not held over a trylock, is left out; purging is a local step.',
      'An allocation that may fail is written as reclaim followed by an attempt that may find nothing.',
    ],
    rules: ['R21'],
    variants: {
      trylock: 'holds',
      'blocking-lock': { kind: 'deadlock', shape: 'self', processes: ['get-pages'], objects: ['pages_bo'] },
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const pagesBo = m.resv('pages_bo', { class: K })
    const busyBo = m.resv('busy_bo', { class: K })
    const fence = m.fence('fence', { published: true })
    m.shrinker('drm_gem_lru_scan', (t) => {
      const scan = (bo: ObjectHandle<'resv'>, shrink: (t: KernelPath) => void): void => {
        const locked = (): void => {
          shrink(t)
          t.wwUnlock(bo)
        }
        t.at('drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan()')
        if (variant === 'trylock') t.wwTrylockPlain(bo, { got: locked, missed: () => {} })
        else {
          t.wwLockPlain(bo)
          locked()
        }
      }
      scan(pagesBo, () => t.local('purge'))
      scan(busyBo, () => t.isSignaled(fence, { yes: () => t.local('purge'), no: () => {} }))
    })
    m.thread('get-pages', (t) => {
      t.wwLockPlain(pagesBo)
      t.allocKernel()
      t.allocNowait({ ok: () => t.local('use the memory'), enomem: () => t.local('return -ENOMEM') })
      t.wwUnlock(pagesBo)
    })
    m.thread('waiter', (t) => {
      t.wwLockPlain(busyBo)
      t.wait(fence)
      t.wwUnlock(busyBo)
    })
    m.hardware('gpu', (t) => t.signal(fence))
    // Memory pressure elsewhere holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
