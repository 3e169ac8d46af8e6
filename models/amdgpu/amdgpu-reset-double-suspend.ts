// SPDX-License-Identifier: Apache-2.0
import { model, not, type KernelPath } from 'fencecheck'

/**
 * In a GPU reset the suspend step of the display takes dc_lock and leaves it to the matching resume to give it back. When
 * the rings failed their test after the reset, the error path suspended everything and asked for another round, and the
 * next round began with the suspend step again: the reset waited for a lock that it held itself. Suspend and resume have
 * to pair, whether the error path leaves its suspend out, the retry resumes first, or a second suspend does nothing.
 */
export default model(
  'amdgpu/amdgpu-reset-double-suspend',
  {
    summary: 'A reset that has failed suspends the display a second time, with the lock of the first suspend held.',
    sources: [
      'commit "drm/amd/amdgpu: fix a potential deadlock in gpu reset", Lang Yu, 2021-05-17',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_do_asic_reset() before that commit, amdgpu_device_pre_asic_reset(); the order of resume and ring test as in amdgpu_device_reinit_after_reset() at 6.18',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_suspend(), dm_resume(): dc_lock is kept between the two in a reset; read at 6.18',
    ],
    abstracts: [
      'The rings fail their test once at most.',
      'Of suspend and resume only dc_lock is kept; the flush of dm_suspend() is in amdgpu-dc-lock-hpd-flush, its allocation in amdgpu-dc-reset-state-alloc.',
      'resume-first and suspend-once are ours; the commit removed the suspend of the error path.',
    ],
    variants: {
      'suspend-twice': { kind: 'deadlock', shape: 'self', processes: ['reset-work'], objects: ['dc_lock'] },
      'no-suspend-on-error': 'holds',
      'resume-first': 'holds',
      'suspend-once': 'holds',
    },
  },
  (m, variant) => {
    const dcLock = m.mutex('dc_lock')
    const suspended = m.flag('dm_suspended')
    const retried = m.flag('reset_retried')
    const dm = 'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c'
    const device = 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c'

    const suspend = (t: KernelPath): void => {
      const lock = (): void => t.at(`${dm}: dm_suspend()`).lock(dcLock)
      if (variant !== 'suspend-once') lock()
      else
        t.at(`${dm}: dm_suspend()`).when(not(suspended), () => {
          lock()
          t.set(suspended, 1)
        })
    }
    const resume = (t: KernelPath): void => {
      if (variant === 'suspend-once') t.set(suspended, 0)
      t.at(`${dm}: dm_resume()`).unlock(dcLock)
    }
    m.worker('reset-work', (t) => {
      t.loop(() => {
        suspend(t)
        t.at(`${device}: amdgpu_do_asic_reset()`).local('reset the hardware')
        resume(t)
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_ib.c: amdgpu_ib_ring_tests()').when(retried, () => t.break())
        t.either({
          'the rings work': () => t.break(),
          'a ring test fails': () => t.at(`${device}: amdgpu_do_asic_reset(), -EAGAIN`).set(retried, 1),
        })
        if (variant !== 'no-suspend-on-error') suspend(t)
        if (variant === 'resume-first') resume(t)
      })
    })
    m.thread('commit', (t) => {
      t.at(`${dm}: amdgpu_dm_commit_planes()`).lock(dcLock)
      t.local('flip')
      t.unlock(dcLock)
    })
  },
)
