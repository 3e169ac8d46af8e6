// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'
import { drmGpuScheduler } from 'fencecheck/kernel'

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
      'Two jobs of one entity, each done when run_job returns; credits and dependencies are left out.',
      'Separate queues are a thought: the scheduler puts both items on its submit queue. They help against this cycle; nothing is said about others.',
    ],
    rules: ['R6', 'R12'],
    variants: {
      'one-queue': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['evict', 'gfx_submit_wq/0'],
        objects: ['bo', 'job2_finished'],
      },
      'separate-queues': 'holds',
      deferred: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const unmap = (t: KernelPath): void => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.local('unmap the buffers of the job')
      t.wwUnlock(bo)
    }
    const cleanup =
      variant === 'deferred' ? m.workItem(m.workqueue('driver_wq', { maxActive: 1 }), 'cleanup', unmap) : undefined

    const sched = drmGpuScheduler(m, 'gfx', {
      ...(variant === 'separate-queues' && { freeWq: m.workqueue('free_wq', { memReclaim: true }) }),
    })
    const context = sched.entity('context')
    const first = context.job('job1', {
      runJob: (t) => t.local('run job 1'),
      freeJob: (t) => (cleanup === undefined ? unmap(t) : t.queueWork(cleanup)),
    })
    const second = context.job('job2', { runJob: (t) => t.local('run job 2') })

    m.thread('submit', (t) => {
      t.at('drivers/gpu/drm/drm_syncobj.c: drm_syncobj_replace_fence()').publish(first.finished)
      sched.push(t, first)
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: second.finished, usage: 2 })
      sched.push(t, second)
      t.wwUnlock(bo)
    })
    m.thread('waiter', (t) => t.wait(first.finished))
    m.thread('evict', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      t.wwUnlock(bo)
    })
  },
)
