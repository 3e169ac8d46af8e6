// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A blocking atomic commit holds the modeset locks while it waits for the rendering of its framebuffer. If that job
 * hangs, only the reset can end the wait, and the reset shuts the display down first, for which it wants the same
 * locks. Wounding the commit, should the reset have the older ticket, changes nothing: the commit waits for a fence and
 * never looks. Either the jobs are completed with an error before the display is touched, or the reset keeps its hands
 * off the modeset locks.
 */
export default model(
  'amdgpu/amdgpu-reset-modeset',
  {
    summary: 'GPU reset takes modeset locks; a commit that holds them waits for the job that only the reset completes.',
    sources: [
      '"[PATCH 25/25] drm/amdgpu: gpu recovery does full modesets", Daniel Vetter, 2020-07-07',
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: amdgpu needs a rework of the display reset',
      'commit "Remove calls to suspend/resume atomic helpers from amdgpu_device_gpu_recover", A. Grodzovsky, 2018-05-17',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_suspend(): in a reset it takes dc_lock, no modeset lock; amdgpu_display_suspend_helper() of the older, non-atomic display code takes them all; by reading 6.18',
      'drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit(), drm_atomic_helper_wait_for_fences(); read at 6.18.19',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_stop() takes the callbacks off the hardware fences; read at 6.18.19',
    ],
    abstracts: [
      'One modeset lock stands for all of them.',
      'The commit waits uninterruptibly, as amdgpu_dm_do_flip() did until 2019; the wait of the atomic helper, which a blocking commit comes to first, is interruptible at 6.18.19: variant interruptible-wait.',
      'An interrupted commit ends here; the system call would be restarted or the process killed.',
      'The reset work exists where the job may hang; a timeout of a job that is merely slow is left out.',
      'After the reset the job is resubmitted and finishes, or is completed with an error; never resubmitted in complete-jobs-first.',
    ],
    rules: ['R10', 'R12'],
    variants: {
      'modeset-locks-in-reset': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['atomic-ioctl', 'reset-work'],
        objects: ['crtc_lock', 'job_fence'],
      },
      'interruptible-wait': {
        kind: 'masked',
        shape: 'cycle',
        processes: ['atomic-ioctl', 'reset-work'],
        objects: ['crtc_lock', 'job_fence'],
      },
      'no-hang': 'holds',
      'complete-jobs-first': 'holds',
      'no-modeset-locks': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('crtc_ww_class')
    const crtc = m.wwMutex('crtc_lock', { class: K })
    const jobFence = m.fence('job_fence', { published: true })
    const hung = m.flag('job_hung')
    const resubmitted = m.flag('job_resubmitted')

    const lockAll = (t: KernelPath): void => {
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_lock()').wwLock(crtc, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
    }
    const unlockAll = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_drop_locks()').wwUnlock(crtc)
      t.wwAcquireFini(K)
    }

    m.thread('atomic-ioctl', (t) => {
      lockAll(t)
      if (variant === 'interruptible-wait')
        t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_wait_for_fences()').waitInterruptible(jobFence, {
          erestartsys: () => {
            unlockAll(t)
            t.end()
          },
        })
      else t.at('drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_do_flip()').wait(jobFence)
      t.local('flip')
      unlockAll(t)
    })

    const finish = (t: KernelPath): void => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    m.hardware('gpu', (t) => {
      if (variant === 'no-hang') finish(t)
      else
        t.either({
          'the job finishes': () => finish(t),
          'the job hangs': () => {
            t.set(hung, 1)
            if (variant === 'complete-jobs-first') return
            t.idle()
            t.await(resubmitted)
            finish(t)
          },
        })
    })
    if (variant !== 'no-hang')
      m.worker('reset-work', (t) => {
        const recoverJob = (): void =>
          t.either({
            resubmit: () => t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_start()').set(resubmitted, 1),
            'complete with an error': () => finish(t),
          })
        t.idle()
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_timedout()').await(hung)
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_stop()').local('stop the scheduler')
        if (variant === 'complete-jobs-first') finish(t)
        if (variant !== 'no-modeset-locks') lockAll(t)
        t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_suspend()').local('suspend the display')
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_gpu_recover()').local('reset')
        if (variant !== 'complete-jobs-first') recoverJob()
        if (variant !== 'no-modeset-locks') unlockAll(t)
      })
  },
)
