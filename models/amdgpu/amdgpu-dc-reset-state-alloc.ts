// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * To get rid of the modeset locks in a GPU reset, the display core got a lock of its own and a copy of its state, which
 * the reset makes when it begins. The copy is allocated with GFP_KERNEL, and reclaim may wait for the very job whose
 * hang the reset is there to end: one deadlock was exchanged for another. Memory for the copy that is there before
 * anything hangs removes it.
 */
export default model(
  'amdgpu/amdgpu-dc-reset-state-alloc',
  {
    summary: 'GPU reset allocates a copy of the display state; reclaim waits for the job that the reset completes.',
    sources: [
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08 and 2020-07-14, on commit cdaae8371aa9',
      'cdaae8371aa9 "drm/amd/display: Handle GPU reset for DC block", Bhawanpreet Lakha, 2020-05-11',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_suspend() -> dc_state_create_copy(), under dc_lock; drivers/gpu/drm/amd/display/dc/core/dc_state.c: dc_state_create_copy(), kvmalloc(GFP_KERNEL); by reading 6.18, not reproduced',
    ],
    abstracts: [
      'Whose shrinker waits for the job is left open; it waits without a timeout.',
      'The reset completes the job with an error; resubmission is left out.',
      'preallocated: a commit that changes the state has the memory for the copy allocated before it locks anything.',
    ],
    rules: ['R7'],
    variants: {
      'alloc-in-reset': { kind: 'deadlock', shape: 'self', processes: ['reset-work'], objects: ['job_fence'] },
      preallocated: 'holds',
    },
  },
  (m, variant) => {
    const dcLock = m.mutex('dc_lock')
    const jobFence = m.fence('job_fence', { published: true })
    const hung = m.flag('job_hung')
    m.shrinker('driver_shrinker', (t) => t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').wait(jobFence))

    m.hardware('gpu', (t) =>
      t.either({
        'the job finishes': () => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence),
        'the job hangs': () => t.set(hung, 1),
      }),
    )
    m.worker('reset-work', (t) => {
      const suspend = 'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_suspend()'
      t.idle()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_timedout()').await(hung)
      t.at(suspend).lock(dcLock)
      if (variant === 'alloc-in-reset')
        t.at('drivers/gpu/drm/amd/display/dc/core/dc_state.c: dc_state_create_copy()').allocKernel()
      t.at(suspend).local('copy the state')
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_gpu_recover()').local('reset')
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
      t.at('drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_resume()').unlock(dcLock)
    })
    m.thread('commit', (t) => {
      const commit = 'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_atomic_commit_tail()'
      if (variant === 'preallocated') t.allocKernel()
      t.at(commit).lock(dcLock)
      t.local('program the new state')
      t.at(commit).unlock(dcLock)
    })
    // Memory pressure elsewhere waits for the same job and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
