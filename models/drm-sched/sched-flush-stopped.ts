// SPDX-License-Identifier: Apache-2.0
import { and, eq, model, or, type KernelPath } from 'fencecheck'

/**
 * Closing a file flushes its scheduler entity: it sleeps until the queue of the entity is empty, and the scheduler
 * thread wakes it after every job that it takes off. When the device is unplugged, that thread is stopped, and what is
 * still queued then stays there. The unplug has to mark the entities as stopped, which ends the flush as well, and to
 * wake the flushers afterwards, because nobody else will.
 */
export default model(
  'drm-sched/sched-flush-stopped',
  {
    summary: 'A flush sleeps until a queue is empty that its thread, already stopped, would have emptied.',
    sources: [
      '"drm/scheduler: Fix hang when sched_entity released", Andrey Grodzovsky, 2021-05-12',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_fini(), drm_sched_main(); sched_entity.c: drm_sched_entity_flush(), drm_sched_entity_is_idle()',
      'include/linux/wait.h: ___wait_event(); kernel/kthread.c: kthread_stop()',
    ],
    abstracts: [
      'One entity with one job, which is queued at the start; the scheduler is a thread, as it was in 2021.',
      'The wait of the flush is killable, and bounded for a process that exits: nobody counts on either here.',
      'The wait queue has one sleeper: it gets onto the queue, looks at the condition, and sleeps until a wake-up.',
      'The fence of the job is left out: it is signalled only after the flush, by drm_sched_entity_kill().',
    ],
    variants: {
      'entities-not-marked': { kind: 'deadlock', shape: 'none', processes: ['close'], objects: [] },
      'mark-without-wake': { kind: 'deadlock', shape: 'none', processes: ['close'], objects: [] },
      'mark-and-wake': 'holds',
    },
  },
  (m, variant) => {
    const queued = m.flag('job_queued', true)
    const shouldStop = m.flag('kthread_should_stop')
    const exited = m.flag('sched_main_exited')
    const entityStopped = m.flag('entity_stopped')
    // The flusher sleeps on job_scheduled and has not been woken.
    const asleep = m.flag('flusher_asleep')
    const wakeUp = (t: KernelPath): void => t.at('kernel/sched/wait.c: __wake_up()').set(asleep, 0)

    m.worker('drm-sched-main', (t) =>
      t.loop(() => {
        t.idle()
        t.select({
          job: () => {
            t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_pop_job()')
            t.step({ when: and(queued, eq(entityStopped, 0)), set: [[queued, 0]] })
            t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_main()')
            wakeUp(t)
          },
          stop: () => {
            t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_main()')
            t.step({ when: shouldStop, set: [[exited, 1]] })
            t.end()
          },
        })
      }),
    )
    m.thread('unplug', (t) => {
      t.at('kernel/kthread.c: kthread_stop()').set(shouldStop, 1)
      t.at('kernel/kthread.c: kthread_stop()').await(exited)
      if (variant === 'entities-not-marked') return
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_fini()').set(entityStopped, 1)
      if (variant === 'mark-and-wake') wakeUp(t)
    })
    m.thread('close', (t) =>
      t.loop(() => {
        t.at('kernel/sched/wait.c: prepare_to_wait_event()').set(asleep, 1)
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_is_idle()')
        t.when(or(eq(queued, 0), entityStopped), () => t.break())
        t.at('kernel/sched/core.c: schedule()').await(eq(asleep, 0))
      }),
    )
  },
)
