// SPDX-License-Identifier: Apache-2.0
import { eq, model, type KernelPath } from 'fencecheck'

/**
 * When a process exits, its scheduler entities are all stopped first and then killed one after the other, and the kill
 * of an entity waited for the dependencies of each job that was still queued. A job of the first entity that depends on
 * one of the second is waited for by the only task that would ever complete the other. With two tasks the same waits
 * are harmless, as the dependencies have no cycle; with the dependencies left to fence callbacks nobody waits at all.
 */
export default model(
  'drm-sched/sched-kill-vs-wait',
  {
    summary: 'The kill of one entity waits for a job that only the later kill of another entity completes.',
    sources: [
      '"drm/scheduler: rework entity flush, kill and fini", Christian König, 2022-09-29: it says that waiting for other killed entities deadlocked; the steps are reconstructed',
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(), drm_sched_entity_kill_jobs_cb()',
    ],
    abstracts: [
      'Two entities with one job each; the first job depends on the second.',
      'One task kills them in either order.',
      'Both entities have been stopped, so that the scheduler, which is left out, runs neither job any more.',
      'The callback signals the finished fence where the kernel leaves that to a work item.',
    ],
    rules: ['R3', 'R11'],
    variants: {
      'one-task': { kind: 'deadlock', shape: 'self', processes: ['process-exit'], objects: ['job2_finished'] },
      'two-tasks': 'holds',
      callbacks: 'holds',
    },
  },
  (m, variant) => {
    const finished1 = m.fence('job1_finished', { published: true })
    const finished2 = m.fence('job2_finished', { published: true })
    const secondKilled = m.flag('entity2_killed')

    const finish = (t: KernelPath, fence: typeof finished1): void =>
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(fence)
    const killJob1Cb =
      variant === 'callbacks'
        ? m.callback(finished2, 'drm_sched_entity_kill_jobs_cb', (t) => finish(t, finished1), { added: false })
        : undefined
    const kill = 'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill()'
    const killFirst = (t: KernelPath): void => {
      t.at(kill).local('take job 1 off the queue')
      if (killJob1Cb === undefined) {
        t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(finished2)
        finish(t, finished1)
      } else
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_add_callback()').addCallback(finished2, {
          callback: killJob1Cb,
          enoent: () => finish(t, finished1),
        })
    }
    const killSecond = (t: KernelPath): void => {
      t.at(kill).local('take job 2 off the queue')
      finish(t, finished2)
    }

    m.thread('process-exit', (t) => {
      if (variant === 'two-tasks') return killFirst(t)
      t.either({
        'entity 1 comes first': () => {},
        'entity 2 comes first': () => {
          killSecond(t)
          t.set(secondKilled, 1)
        },
      })
      killFirst(t)
      t.when(eq(secondKilled, 0), () => killSecond(t))
    })
    if (variant === 'two-tasks') m.thread('other-exit', killSecond)
    m.thread('waiter', (t) => {
      for (const fence of [finished1, finished2]) t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
    })
  },
)
