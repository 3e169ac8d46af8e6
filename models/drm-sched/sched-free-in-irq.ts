// SPDX-License-Identifier: Apache-2.0
import { eq, model, not, type KernelPath } from 'fencecheck'

const atomic = (process: string) =>
  ({ kind: 'misuse', code: 'sleep-in-atomic', processes: [process], objects: ['shrinker_lock'] }) as const

/**
 * The free_job of several drivers takes a mutex, so it can be called only where one may sleep. The jobs of a killed
 * entity were freed by the callback of their last dependency, in interrupt context, and for a time the scheduler freed
 * finished jobs inside the condition of a wait_event(), where the task is no longer TASK_RUNNING. The first belongs into a
 * work item; the condition should only return the job, to be freed once the wait is over.
 */
export default model(
  'drm-sched/sched-free-in-irq',
  {
    summary: 'free_job, which takes a mutex, is called in interrupt context or inside the condition of a wait_event().',
    sources: [
      '"drm/scheduler: Don\'t kill jobs in interrupt context", Dmitry Osipenko, 2022-04-12: an irq_work freed the jobs',
      '"drm: Don\'t free jobs in wait_event_interruptible()", Steven Price, 2019-10-25',
      'drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_job_cleanup(); drivers/gpu/drm/msm: mutexes on the way of free_job()',
      'kernel/sched/core.c: __might_sleep(), "do not call blocking ops when !TASK_RUNNING"; kernel/irq_work.c',
    ],
    abstracts: [
      'One killed job and one finished job; one mutex stands for those of the drivers.',
      'An irq_work does not help against the first: it runs in interrupt context as well.',
      'The state of the task is a flag that prepare_to_wait_event() sets, and the claim is the one of might_sleep(). The sleep would set it back, which is harmless as long as the condition is looked at again.',
    ],
    variants: {
      'free-in-callback': atomic('dep-irq'),
      'free-in-irq-work': atomic('irq-work'),
      'free-in-condition': { kind: 'assertion', processes: ['drm-sched-main'], objects: [] },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const lock = m.mutex('shrinker_lock')
    const dependency = m.fence('dependency_fence', { published: true })
    const killed = m.fence('killed_job_finished', { published: true })
    const depRaised = m.flag('dep_irq_raised', true)
    const irqWorkRaised = m.flag('irq_work_raised')
    const finishedJob = m.flag('finished_job')
    const mayNotSleep = m.flag('sched_main_not_running')
    // The scheduler thread sleeps and has not been woken.
    const asleep = m.flag('sched_main_asleep')

    const freeJob = (t: KernelPath): void => {
      t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
      t.local('unmap the buffers of the job')
      t.unlock(lock)
    }
    const kill = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(killed)
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: -> free_job()')
      freeJob(t)
    }
    const killWork =
      variant === 'fixed' || variant === 'free-in-condition'
        ? m.workItem(m.workqueue('system_wq'), 'drm_sched_entity_kill_jobs_work', kill)
        : undefined
    m.callback(dependency, 'drm_sched_entity_kill_jobs_cb', (t) => {
      if (killWork !== undefined) t.queueWork(killWork)
      else if (variant === 'free-in-irq-work') t.at('kernel/irq_work.c: irq_work_queue()').set(irqWorkRaised, 1)
      else kill(t)
    })
    m.irq('dep-irq', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(dependency), {
      when: depRaised,
      set: [[depRaised, 0]],
    })
    if (variant === 'free-in-irq-work') m.irq('irq-work', kill, { when: irqWorkRaised, set: [[irqWorkRaised, 0]] })

    m.worker('drm-sched-main', (t) => {
      const free = (): void => {
        t.at('kernel/sched/core.c: __might_sleep()')
        t.assert(not(mayNotSleep), 'free_job() may sleep, and the task is not TASK_RUNNING')
        freeJob(t)
      }
      const running = (): void => t.at('kernel/sched/wait.c: finish_wait()').set(mayNotSleep, 0)
      const take = (then: () => void): void => {
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_get_cleanup_job()')
        t.when(finishedJob, () => {
          t.set(finishedJob, 0)
          then()
        })
      }
      t.loop(() => {
        // wait_event() looks at the condition once before it prepares to sleep.
        take(() => {
          free()
          t.continue()
        })
        t.loop(() => {
          t.at('kernel/sched/wait.c: prepare_to_wait_event()')
          t.step({
            set: [
              [asleep, 1],
              [mayNotSleep, 1],
            ],
          })
          take(() => {
            if (variant === 'free-in-condition') return free()
            running()
            free()
            t.break()
          })
          t.idle()
          t.at('kernel/sched/core.c: schedule()').step({ when: eq(asleep, 0), set: [[mayNotSleep, 0]] })
        })
      })
    })
    m.hardware('gpu', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_done()')
      t.step({
        set: [
          [finishedJob, 1],
          [asleep, 0],
        ],
      })
    })
    m.thread('waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(killed))
  },
)
