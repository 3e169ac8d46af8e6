// SPDX-License-Identifier: Apache-2.0
import { and, eq, model, not, or, type KernelPath } from 'fencecheck'

/**
 * The work item that runs jobs picks an entity whose queue is not empty, and only then learns that its job still has a
 * dependency. It went idle at that point, although another entity had a job that could run and the one run that both pushes
 * had asked for was used up: if what the first job depends on comes after the second, nobody ever kicks it again. It has to
 * ask for another run, and every push has to kick it, whatever a look at it said before.
 */
export default model(
  'drm-sched/sched-lost-wakeup',
  {
    summary: 'The worker goes idle because the first entity has no runnable job, and so a second one never runs.',
    sources: [
      '"drm/sched: Drain all entities in DRM sched run job worker", Matthew Brost, 2024-01-24; "drm/sched: Re-queue run job worker when drm_sched_entity_pop_job() returns NULL", Matthew Brost, 2024-01-29',
      '"drm/sched: Partial revert of Qualify drm_sched_wakeup()...", Bert Karwatzki, 2023-11-27: a kick that was left out after a look led to lock-ups; kick-only-when-idle is a construction after it',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work(), drm_sched_select_entity(), drm_sched_wakeup(); sched_entity.c: drm_sched_entity_pop_job(), drm_sched_entity_push_job()',
    ],
    abstracts: [
      'Two entities with one job each, with room for both on the ring.',
      'The dependency of the first job is a job of another driver that waits for the second job: no cycle, but no kick before that.',
      'Any ready entity may be picked, and one whose dependency is pending is not; requeue-unready, a construction, picks the oldest, ready or not, and goes round for ever.',
    ],
    rules: ['R3'],
    variants: {
      'idle-after-none': {
        kind: 'unsignalled-fence',
        shape: 'none',
        processes: ['waiter'],
        objects: ['job2_finished'],
      },
      'kick-only-when-idle': {
        kind: 'unsignalled-fence',
        shape: 'none',
        processes: ['waiter'],
        objects: ['job1_finished'],
      },
      'requeue-unready': {
        kind: 'unsignalled-fence',
        shape: 'none',
        processes: ['waiter'],
        objects: ['job2_finished'],
      },
      'drain-all': 'holds',
      requeue: 'holds',
    },
  },
  (m, variant) => {
    const entity = 'drivers/gpu/drm/scheduler/sched_entity.c'
    const main = 'drivers/gpu/drm/scheduler/sched_main.c'
    const finished1 = m.fence('job1_finished')
    const finished2 = m.fence('job2_finished')
    const dependency = m.fence('dependency', { published: true })
    const queued = [m.flag('job1_queued'), m.flag('job2_queued')] as const
    const started = [m.flag('job1_started'), m.flag('job2_started')] as const
    const waits = m.flag('entity1_waits')
    const busy = m.flag('worker_busy')
    const looks = variant === 'kick-only-when-idle'
    const oldestFirst = variant === 'requeue-unready'
    const ready1 = and(queued[0], not(waits))

    const queue = m.workqueue('submit_wq', { ordered: true, memReclaim: true })
    const kick = (t: KernelPath): void => t.at(`${main}: drm_sched_wakeup()`).queueWork(runJobWork)
    const runJobWork = m.workItem(queue, 'run_job_work', (t) => {
      if (looks) t.set(busy, 1)
      const select = t.label()
      if (variant === 'drain-all') t.local('look for an entity')
      const run = (i: 0 | 1): void => {
        t.at(`${main}: -> run_job()`).step({
          set: [
            [queued[i], 0],
            [started[i], 1],
          ],
        })
        t.at(`${main}: drm_sched_run_job_queue()`).queueWork(runJobWork)
      }
      const none = (): void => {
        if (variant === 'drain-all') t.goto(select)
        else if (variant !== 'idle-after-none') t.at(`${main}: drm_sched_run_job_queue()`).queueWork(runJobWork)
      }
      t.at(`${main}: drm_sched_select_entity()`).select({
        'entity 1': () => {
          t.step({ when: ready1, set: [[waits, 1]] })
          t.at(`${entity}: drm_sched_entity_add_dependency_cb()`).addCallback(dependency, {
            callback: wakeup,
            ok: none,
            enoent: () => {
              t.set(waits, 0)
              run(0)
            },
          })
        },
        ...(oldestFirst && {
          'entity 1 again': () => {
            t.await(and(queued[0], waits))
            none()
          },
        }),
        'entity 2': () => {
          t.await(oldestFirst ? and(queued[1], not(queued[0])) : queued[1])
          run(1)
        },
        'no entity': () => t.await(not(or(oldestFirst ? queued[0] : ready1, queued[1]))),
      })
      if (looks) t.set(busy, 0)
    })

    const wakeup = m.callback(
      dependency,
      'drm_sched_entity_wakeup',
      (t) => {
        t.at(`${entity}: drm_sched_entity_wakeup()`).set(waits, 0)
        kick(t)
      },
      { added: false },
    )
    const push = (t: KernelPath, i: 0 | 1): void => {
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').publish(i === 0 ? finished1 : finished2)
      t.at(`${entity}: drm_sched_entity_push_job()`).set(queued[i], 1)
      if (looks) t.when(eq(busy, 0), () => kick(t))
      else kick(t)
    }
    m.thread('submit-1', (t) => push(t, 0))
    m.thread('submit-2', (t) => push(t, 1))
    m.hardware('ring-1', (t) => {
      t.idle()
      t.await(started[0])
      t.signal(finished1)
    })
    m.hardware('ring-2', (t) => {
      t.idle()
      t.await(started[1])
      t.signal(finished2)
    })
    m.hardware('other-device', (t) => {
      t.idle()
      t.wait(finished2)
      t.signal(dependency)
    })
    m.thread('waiter', (t) => {
      for (const fence of [finished2, finished1]) t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
    })
  },
)
