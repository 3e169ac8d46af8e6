// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A page flip reserved the new framebuffer and then waited for all rendering into it. If a job hung, the reset shut
 * the display down, which reserves the same buffer to unpin it, and only afterwards completed the job: flip and reset
 * waited for each other. The first repair gave the wait of the flip a timeout, so that everything went on after some
 * seconds; the cycle remains. Waiting before the buffer is reserved, or keeping the reset off reservations, removes it.
 */
export default model(
  'amdgpu/amdgpu-reset-bo-reserve',
  {
    summary: 'GPU reset reserves a buffer that a flip keeps reserved while it waits for the hung job.',
    sources: [
      'commit "drm/amd/display: Fix deadlock with display during hanged ring recovery", A. Grodzovsky, 2019-02-13: the wait gets a timeout',
      'commit "drm/amd/display: Use a reasonable timeout for framebuffer fence waits", A. Grodzovsky, 2019-04-15',
      'commit "fix deadlock of reservation between cs and gpu reset v2", C. Zhou, 2017-04-27: the same between command submission and the restore of page tables',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_do_flip() before 2019, amdgpu_bo_reserve() around reservation_object_wait_timeout_rcu()',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm_plane.c: amdgpu_dm_plane_helper_cleanup_fb(), reserves the old framebuffer to unpin it; read at 6.18.19',
    ],
    abstracts: [
      'Reservations are locked without a ticket, as amdgpu_bo_reserve() does.',
      'Modeset locks are left out: see amdgpu-reset-modeset.',
      'The buffer that is flipped to and the one that the reset unpins are the same.',
      'The reset completes the job with an error; resubmission is left out.',
    ],
    rules: ['R6'],
    variants: {
      'wait-under-resv': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['flip', 'reset-work'],
        objects: ['fb_bo', 'job_fence'],
      },
      'wait-timeout': {
        kind: 'masked',
        shape: 'cycle',
        processes: ['flip', 'reset-work'],
        objects: ['fb_bo', 'job_fence'],
      },
      'wait-before-resv': 'holds',
      'no-resv-in-reset': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('fb_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const jobFence = m.fence('job_fence')
    const pushed = m.flag('job_pushed')
    const hung = m.flag('job_hung')
    const reserve = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_reserve()').wwLockPlain(bo)
    const unreserve = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_unreserve()').wwUnlock(bo)

    m.thread('submit', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit()').addFence(bo, { fence: jobFence, usage: 2 })
      t.set(pushed, 1)
      t.wwUnlock(bo)
    })
    m.thread('flip', (t) => {
      const wait = 'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_do_flip()'
      if (variant === 'wait-before-resv') t.at(wait).waitFences(bo, { usage: 3 })
      reserve(t)
      if (variant === 'wait-timeout') t.at(wait).waitFencesTimeout(bo, { usage: 3, timeout: () => {} })
      else if (variant !== 'wait-before-resv') t.at(wait).waitFences(bo, { usage: 3 })
      unreserve(t)
      t.local('flip')
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.either({
        'the job finishes': () => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence),
        'the job hangs': () => t.set(hung, 1),
      })
    })
    m.worker('reset-work', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_timedout()').await(hung)
      if (variant !== 'no-resv-in-reset') {
        reserve(t)
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.c: amdgpu_bo_unpin()').local('unpin')
        unreserve(t)
      }
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_gpu_recover()').local('reset')
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    })
  },
)
