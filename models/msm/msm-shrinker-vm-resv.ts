// SPDX-License-Identifier: Apache-2.0
import { holds, model } from 'fencecheck'

/**
 * The msm shrinker tries the object that it wants to free, and then locks the reservation of every VM that maps it,
 * blocking, with a ticket. Wait-Die lets it back off from whoever holds that reservation with a ticket of his own. A CPU
 * fault on an object that shares the reservation of its VM has locked it without one: reclaim in that fault waits for
 * the fault itself.
 */
export default model(
  'msm/msm-shrinker-vm-resv',
  {
    summary: 'A shrinker with a ticket blocks on a VM reservation that its own task holds without a ticket.',
    sources: [
      'drivers/gpu/drm/msm/msm_gem_shrinker.c: with_vm_locks(); msm_gem.c: msm_gem_fault(), msm_gem_new_handle(), get_pages(); read at 6.18',
      'drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan(); read at 6.18',
      '3392291fc509 "drm/msm: Fix shrinker deadlock", Daniel J Blueman, 2026-05 (fixed: attempts without a ticket), after a lockdep report from kswapd',
      'Construction: the fault that waits for itself, by reading 6.18, not reproduced.',
    ],
    abstracts: [
      'One object with a reservation of its own, mapped in one VM, is on the list of the shrinker.',
      'A task that holds the VM with a ticket and runs the shrinker has two tickets. The second is younger, so it is told to back off from the VM at once; that is written as an attempt to lock that misses.',
    ],
    rules: ['R21'],
    variants: {
      'fault-without-ticket': { kind: 'deadlock', shape: 'self', processes: ['cpu-fault'], objects: ['vm_resv'] },
      'submit-with-ticket': 'holds',
      fixed: 'holds',
      'fixed-with-ticket': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const vm = m.resv('vm_resv', { class: K })
    const object = m.resv('object_resv', { class: K })
    const ticketed = variant.endsWith('with-ticket')
    const fixed = variant.startsWith('fixed')

    m.shrinker('msm_gem_shrinker', (t) => {
      const skip = (): void => {}
      const purge = (): void => {
        t.local('purge the object')
        t.wwUnlock(vm)
      }
      // The object, then the VM, in attempts without a ticket.
      const attempt = (vmGot: () => void): void =>
        t.at('drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan()').wwTrylockPlain(object, {
          got: () => {
            t.at('drivers/gpu/drm/msm/msm_gem_shrinker.c: with_vm_locks()')
            t.wwTrylockPlain(vm, { got: vmGot, missed: skip })
            t.wwUnlock(object)
          },
          missed: skip,
        })
      const scan = (): void => {
        t.at('drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan()').wwAcquireInit(K)
        t.at('drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan()').wwTrylock(object, {
          got: () => {
            t.at('drivers/gpu/drm/msm/msm_gem_shrinker.c: with_vm_locks()')
            t.wwLock(vm, { ok: purge, edeadlk: skip })
            t.wwUnlock(object)
          },
          missed: skip,
        })
        t.wwAcquireFini(K)
      }
      if (fixed) attempt(purge)
      else if (ticketed) t.when(holds(vm), () => attempt(() => t.unreachable('this task holds it')), scan)
      else scan()
    })
    if (ticketed)
      m.thread('submit', (t) => {
        t.wwAcquireInit(K)
        t.wwLock(vm, { edeadlk: () => t.unreachable('a first lock never backs off') })
        t.at('drivers/gpu/drm/msm/msm_gem.c: get_pages()').allocKernel()
        t.wwUnlock(vm)
        t.wwAcquireFini(K)
      })
    else
      m.thread('cpu-fault', (t) => {
        t.at('drivers/gpu/drm/msm/msm_gem.c: msm_gem_fault()').wwLockPlain(vm)
        t.at('drivers/gpu/drm/msm/msm_gem.c: get_pages()').allocKernel()
        t.wwUnlock(vm)
      })
    // Memory pressure elsewhere, from two tasks.
    m.thread('other-task', (t) => t.allocKernel())
    m.thread('another-task', (t) => t.allocKernel())
  },
)
