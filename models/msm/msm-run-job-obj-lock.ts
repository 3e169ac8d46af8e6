// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath } from 'fencecheck'
import { allocatingTask, bufferShrinker, drmGpuScheduler, hardwareRing } from 'fencecheck/kernel'

/**
 * When msm hands a job to the hardware it unpins the job's buffers, for which it took the lock of each of them, and it
 * allocated the hardware fence there. Whoever evicts such a buffer holds that lock while it waits for the job, and
 * reclaim inside the allocation may wait for the job as well. With the fence allocated by the ioctl, and the pin count
 * under a lock that is never held over a wait or an allocation, nothing stands between the job and the hardware.
 */
export default model(
  'msm/msm-run-job-obj-lock',
  {
    summary: 'run_job takes the lock of a buffer whose holder waits for that very job, and allocates.',
    sources: [
      '"[PATCH v2 00/23] drm/msm+PM+icc: Make job_run() reclaim-safe", Rob Clark, 2023-03-21, with 01/23 (hardware fence allocated ahead) and 09/23 (no object lock)',
      'drivers/gpu/drm/msm/msm_ringbuffer.c: msm_job_run(); msm_gem.h: msm_gem_lock() is dma_resv_lock()',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work(), drm_sched_job_done()',
    ],
    abstracts: [
      'The cycles are the reason the series gives; no hang was reported with it.',
      'Each buggy variant has one of the two faults, so that each verdict has its own reason; the code before the series had both.',
      'Whose shrinker waits for the job is left open, it may be another driver: the one of msm takes locks with a trylock.',
      'One job with one buffer; the timeout of the job is left out.',
    ],
    rules: { 'object-lock': ['R6'], 'alloc-in-run-job': ['R7'] },
    variants: {
      'object-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['evict', 'gpu_submit_wq/0'],
        objects: ['bo', 'job_finished'],
      },
      'alloc-in-run-job': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['gpu_submit_wq/0'],
        objects: ['job_finished'],
      },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const lruLock = m.mutex('lru_lock')
    const resvLock = 'include/linux/dma-resv.h: dma_resv_lock()'
    const underLruLock = (t: KernelPath, what: string): void => {
      t.lock(lruLock)
      t.local(what)
      t.unlock(lruLock)
    }

    const ring = hardwareRing(m, 'ring', { jobs: { submit: {} } })
    const sched = drmGpuScheduler(m, 'gpu')
    const job = sched.entity('submitqueue').job('job', {
      parent: ring.fence.submit,
      runJob: (t) => {
        if (variant === 'alloc-in-run-job') t.at('drivers/gpu/drm/msm/msm_fence.c: msm_fence_alloc()').allocKernel()
        if (variant === 'object-lock') t.at('drivers/gpu/drm/msm/msm_gem.h: msm_gem_lock()').wwLockPlain(bo)
        underLruLock(t.at('drivers/gpu/drm/msm/msm_ringbuffer.c: msm_job_run()'), 'unpin the buffer')
        if (variant === 'object-lock') t.wwUnlock(bo)
        ring.submit(t.at('drivers/gpu/drm/msm/msm_gpu.c: msm_gpu_submit()'), 'submit')
      },
    })
    bufferShrinker(m, 'driver_shrinker', [bo], { lock: 'none' })

    m.thread('submit-ioctl', (t) => {
      if (variant !== 'alloc-in-run-job') t.at('drivers/gpu/drm/msm/msm_fence.c: msm_fence_alloc()').allocKernel()
      t.at(resvLock).wwLockPlain(bo)
      underLruLock(t, 'pin the buffer')
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: job.finished, usage: 2 })
      sched.push(t, job)
      t.wwUnlock(bo)
    })
    m.thread('evict', (t) => {
      t.at(resvLock).wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      underLruLock(t, 'see that nobody pins it')
      t.wwUnlock(bo)
    })
    m.thread('waiter', (t) => {
      t.idle()
      t.await(field(job.finished, 'published'))
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(job.finished)
    })
    // Memory pressure elsewhere waits for the same job and owes nothing.
    allocatingTask(m)
  },
)
