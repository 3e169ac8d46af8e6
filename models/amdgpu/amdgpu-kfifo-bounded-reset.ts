// SPDX-License-Identifier: Apache-2.0
import { add, and, field, gt, lt, model, not, sub, type KernelPath } from 'fencecheck'

/**
 * The queue between command submission and the scheduler thread had a fixed size, and a submission that found it full slept
 * with its buffers reserved until the scheduler took a job off. But the reset of a hung GPU stops the scheduler, and before
 * it starts it again it reserves a buffer to restore its contents. A queue without a bound never puts the submission to
 * sleep.
 */
export default model(
  'amdgpu/amdgpu-kfifo-bounded-reset',
  {
    summary: 'A submission sleeps on a full job queue with a buffer reserved that the reset wants.',
    sources: [
      '"drm/amdgpu: Fix deadlock during GPU reset.", Andrey Grodzovsky, 2017-10-12; "Move old fence waiting before reservation lock is aquired v2", Andrey Grodzovsky, 2017-10-10',
      'drivers/gpu/drm/amd/scheduler/gpu_scheduler.c: amd_sched_entity_in(), amd_sched_entity_push_job(), amd_sched_hw_job_reset(), in 2017; today include/drm/spsc_queue.h',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_gpu_reset(), amdgpu_recover_vram_from_shadow(), in 2017',
    ],
    abstracts: [
      'The queue has room for one job and is full at the start; one job is on the hardware, and finishes or hangs.',
      'Only the submission that comes is shown, and its fence is left out; so is the waiting of the restore for its copy.',
      'The reset completes the hung job. That a reset reserves buffers at all is still wrong: see amdgpu-reset-bo-reserve.',
    ],
    rules: ['R6', 'R10'],
    variants: {
      'bounded-fifo': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['reset-work', 'submit'],
        objects: ['bo', 'job_scheduled'],
      },
      'unbounded-queue': 'holds',
    },
  },
  (m, variant) => {
    const scheduler = 'drivers/gpu/drm/amd/scheduler/gpu_scheduler.c'
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const jobFence = m.fence('job_fence', { published: true })
    const inQueue = m.int('jobs_in_queue', { max: 2, init: 1 })
    const jobScheduled = m.waitQueue('job_scheduled')
    const busy = m.flag('ring_busy', true)
    const hung = m.flag('job_hung')
    const stopped = m.flag('scheduler_stopped')
    const reserve = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_reserve()').wwLockPlain(bo)

    m.thread('submit', (t) => {
      t.at('drivers/gpu/drm/ttm/ttm_execbuf_util.c: ttm_eu_reserve_buffers()').wwLockPlain(bo)
      if (variant === 'bounded-fifo')
        t.at(`${scheduler}: amd_sched_entity_push_job()`).waitEvent(jobScheduled, lt(inQueue, 1))
      t.at(`${scheduler}: amd_sched_entity_in()`).set(inQueue, add(inQueue, 1))
      t.wwUnlock(bo)
    })
    m.worker('amd-sched-main', (t) =>
      t.loop(() => {
        t.idle()
        t.at(`${scheduler}: amd_sched_entity_pop_job()`).step({
          when: and(gt(inQueue, 0), not(busy), not(stopped)),
          set: [
            [inQueue, sub(inQueue, 1)],
            [busy, 1],
          ],
        })
        t.at(`${scheduler}: amd_sched_main()`).wakeUp(jobScheduled)
      }),
    )
    m.hardware('ring', (t) => {
      t.either({
        'the job finishes': () => {
          t.signal(jobFence)
          t.set(busy, 0)
        },
        'the job hangs': () => t.set(hung, 1),
      })
      t.loop(() => {
        t.idle()
        t.step({ when: and(busy, field(jobFence, 'signalled')), set: [[busy, 0]] })
      })
    })
    m.worker('reset-work', (t) => {
      t.idle()
      t.at(`${scheduler}: amd_sched_job_timedout()`).await(hung)
      t.at('kernel/kthread.c: kthread_park()').set(stopped, 1)
      t.at(`${scheduler}: amd_sched_hw_job_reset()`).signal(jobFence)
      reserve(t)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_recover_vram_from_shadow()').local('restore the buffer')
      t.wwUnlock(bo)
      t.at('kernel/kthread.c: kthread_unpark()').set(stopped, 0)
    })
    m.thread('waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(jobFence))
  },
)
