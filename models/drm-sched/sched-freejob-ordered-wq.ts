// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * The scheduler frees finished jobs and runs new ones as two work items of one ordered queue. A free_job that waits for
 * a reservation keeps the queue busy, so that no job is run, and whoever holds that reservation may be waiting for the
 * next job. With a queue for each item, or with the blocking part of free_job handed to another queue, the next job
 * runs and everything resolves.
 */
export default model(
  'drm-sched/sched-freejob-ordered-wq',
  {
    summary: 'free_job blocks on a reservation and with it the queue on which the next job would be run.',
    sources: [
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_free_job_work(), drm_sched_run_job_work(), drm_sched_alloc_wq(); read at 6.18.19',
      'Construction: the scheduler allows such a free_job, no driver is meant.',
    ],
    abstracts: [
      'Two jobs: the first is with the hardware at the start, the second is submitted.',
      'drm_sched_free_job_work() also queues the run item at its end; the push of the job does that here.',
      'The items of the ordered queue may start in either order; credits and dependencies are left out.',
      'Separate queues are a thought: the scheduler puts both items on its submit queue. They help against this cycle; nothing is said about others.',
    ],
    rules: ['R6', 'R12'],
    variants: {
      'one-queue': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['evict', 'submit_wq/0'],
        objects: ['bo', 'job2_fence'],
      },
      'separate-queues': 'holds',
      deferred: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const first = m.fence('job1_fence', { published: true })
    const second = m.fence('job2_fence')
    const started = m.flag('job2_started')
    const submitWq = m.workqueue('submit_wq', { maxActive: 1 })
    const freeWq = variant === 'separate-queues' ? m.workqueue('free_wq', { maxActive: 1 }) : submitWq

    const unmap = (t: KernelPath): void => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.local('unmap the buffers of the job')
      t.wwUnlock(bo)
    }
    const cleanup =
      variant === 'deferred' ? m.workItem(m.workqueue('driver_wq', { maxActive: 1 }), 'cleanup', unmap) : undefined
    const freeJob = m.workItem(freeWq, 'free_job', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_free_job_work() -> free_job()')
      if (cleanup === undefined) unmap(t)
      else t.queueWork(cleanup)
    })
    const runJob = m.workItem(submitWq, 'run_job', (t) =>
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work() -> run_job()').set(started, 1),
    )

    m.thread('submit', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: second, usage: 2 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').queueWork(runJob)
      t.wwUnlock(bo)
    })
    m.hardware('gpu', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_done()').signal(first)
      t.queueWork(freeJob)
      t.idle()
      t.await(started)
      t.signal(second)
    })
    m.thread('waiter', (t) => t.wait(first))
    m.thread('evict', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      t.wwUnlock(bo)
    })
  },
)
