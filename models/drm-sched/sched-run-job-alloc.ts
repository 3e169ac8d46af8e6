// SPDX-License-Identifier: Apache-2.0
import { field, model } from 'fencecheck'
import { allocatingTask, bufferShrinker, drmGpuScheduler, hardwareRing, returnError } from 'fencecheck/kernel'

/**
 * When the scheduler runs a job, the run_job of nearly every driver allocates a small hardware fence with GFP_KERNEL.
 * The finished fence of the job has been in the reservation since submission, so reclaim inside that allocation may
 * wait for the very job that is about to be handed to the hardware. The object has to be allocated by the ioctl, before
 * the finished fence is visible; an atomic allocation may fail and then has to fail the job.
 */
export default model(
  'drm-sched/sched-run-job-alloc',
  {
    summary: 'run_job allocates with GFP_KERNEL; reclaim waits for the finished fence of that very job.',
    sources: [
      '"[PATCH 17/25] drm/scheduler: use dma-fence annotations in main thread" and "[PATCH 19/25] drm/amdgpu: s/GFP_KERNEL/GFP_ATOMIC in scheduler code", Daniel Vetter, 2020-07-07',
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: all drivers do small allocations in their scheduler callbacks',
      'drivers/gpu/drm/lima/lima_sched.c: lima_fence_create(); panfrost/panfrost_job.c: panfrost_fence_create(); v3d/v3d_fence.c: v3d_fence_create(); etnaviv/etnaviv_gpu.c: etnaviv_gpu_fence_alloc(): by reading, GFP_KERNEL in run_job at 6.18.19',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work(), drm_sched_job_done_cb(); read at 6.18.19',
    ],
    abstracts: [
      'By reading, nothing observed: whose shrinker waits for the job is left open, it may be another driver.',
      'One job with one dependency; timeout and free_job are left out.',
    ],
    rules: ['R7'],
    variants: {
      'alloc-in-run-job': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['gfx_submit_wq/0'],
        objects: ['job_finished'],
      },
      'alloc-in-ioctl': 'holds',
      'gfp-atomic': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const dependency = m.fence('dependency_fence', { published: true })
    const ring = hardwareRing(m, 'ring', { jobs: { batch: {} } })
    const sched = drmGpuScheduler(m, 'gfx')
    const job = sched.entity('context').job('job', {
      parent: ring.fence.batch,
      dependencies: [dependency],
      runJob: (t, self) => {
        const submit = (): void => ring.submit(t, 'batch')
        if (variant === 'alloc-in-run-job') t.allocKernel()
        if (variant === 'gfp-atomic') t.allocAtomic({ ok: submit, enomem: () => returnError(t, self) })
        else submit()
      },
    })
    bufferShrinker(m, 'driver_shrinker', [bo], { lock: 'none' })

    m.thread('submit-ioctl', (t) => {
      if (variant === 'alloc-in-ioctl') t.allocKernel()
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: job.finished, usage: 2 })
      sched.push(t, job)
      t.wwUnlock(bo)
    })
    m.hardware('producer', (t) => t.signal(dependency))
    m.thread('waiter', (t) => {
      t.idle()
      t.await(field(job.finished, 'published'))
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(job.finished)
    })
    // Memory pressure elsewhere waits for the same job and owes nothing.
    allocatingTask(m)
  },
)
