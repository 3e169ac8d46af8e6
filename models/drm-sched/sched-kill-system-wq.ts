// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const itself = {
  kind: 'deadlock',
  shape: 'self',
  processes: ['kill_wq/0'],
  objects: ['job1_finished'],
} as const

/**
 * Killing a scheduler entity leaves its jobs to work items of the system workqueue, and these signal the finished fences
 * of the jobs. The system workqueue has no rescuer: when no worker is idle, one has to be made first, and the memory
 * for it may be had only by waiting for these very fences. On a queue with WQ_MEM_RECLAIM the rescuer runs the items,
 * one after the other, whatever becomes of the new worker.
 */
export default model(
  'drm-sched/sched-kill-system-wq',
  {
    summary: 'Fences of killed jobs are signalled from a workqueue that may need memory to start a worker.',
    sources: [
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(), drm_sched_entity_kill_jobs_cb(), drm_sched_entity_kill_jobs_work(); by reading 6.18, nothing observed',
      'kernel/workqueue.c: maybe_create_worker(), rescuer_thread()',
      '"drm/sched: Mark scheduler work queues with WQ_MEM_RECLAIM", Matthew Brost, 2024-10-23, on the queues that the scheduler itself makes',
    ],
    abstracts: [
      'An entity with two jobs; the second one is killed when the first has finished.',
      'Every item may need a new worker, and reclaim on behalf of it may wait for either fence: rare, as the system workqueue mostly has an idle worker.',
      'kill_wq is the system workqueue or its substitute. One worker at a time, as only the manager of a worker pool makes new ones; the rescuer stands for the worker of mem-reclaim-wq.',
      'Whose shrinker waits is left open. memory=short lets nobody rely on a new worker at all, whether reclaim waits or fails.',
      'The timeout work of a scheduler is on the same kind of queue unless the driver brings one.',
    ],
    switches: { memory: ['ample', 'short'] },
    rules: ['R12'],
    variants: {
      'system-wq': { when: { 'memory=ample': itself, 'memory=short': itself } },
      'reclaim-without-waits': {
        when: {
          'memory=ample': 'holds',
          'memory=short': { kind: 'unsignalled-fence', processes: ['evict'], objects: ['job1_finished'] },
        },
      },
      'mem-reclaim-wq': 'holds',
    },
  },
  (m, variant) => {
    const finished1 = m.fence('job1_finished', { published: true })
    const finished2 = m.fence('job2_finished', { published: true })
    const queue = m.workqueue('kill_wq', { maxActive: 1, memReclaim: variant === 'mem-reclaim-wq' })
    const signalAt = 'drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()'
    const queueAt = 'kernel/workqueue.c: queue_work_on()'
    const waitForJobs = (t: KernelPath): void => {
      for (const fence of [finished1, finished2]) t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
    }

    if (variant !== 'reclaim-without-waits') m.shrinker('driver_shrinker', waitForJobs)
    const kill1 = m.workItem(queue, 'kill_jobs_work_1', (t) => t.at(signalAt).signal(finished1))
    const kill2 = m.workItem(queue, 'kill_jobs_work_2', (t) => t.at(signalAt).signal(finished2))
    const killJob2Cb = m.callback(finished1, 'drm_sched_entity_kill_jobs_cb', (t) => t.at(queueAt).queueWork(kill2), {
      added: false,
    })

    m.thread('entity-kill', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill()').queueWork(kill1)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_add_callback()').addCallback(finished1, {
        callback: killJob2Cb,
        enoent: () => t.at(queueAt).queueWork(kill2),
      })
    })
    m.thread('evict', waitForJobs)
    // Memory pressure elsewhere waits for the same jobs and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
