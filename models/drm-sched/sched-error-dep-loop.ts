// SPDX-License-Identifier: Apache-2.0
import { and, model, not, type KernelPath } from 'fencecheck'

/**
 * A job that depends on another one of the same scheduler waits only until that one is scheduled; as it is the worker itself
 * that schedules jobs, and looks round afterwards anyway, the callback merely cleared the dependency and woke nobody. But
 * the scheduled fence of a job that never runs is signalled with an error from outside the worker, in the course of a
 * timeout: then the dependency is gone and the worker sleeps on. The callback has to wake it in that case.
 */
export default model(
  'drm-sched/sched-error-dep-loop',
  {
    summary: 'A dependency is signalled from outside the worker, and its callback clears it without a wake-up.',
    sources: [
      '"drm/scheduler: avoid infinite loop if entity\'s dependency is a scheduled error fence", ZhenGuo Yin, 2023-05-09: installs the waking callback for fences with an error',
      '"drm/sched: Remove optimization that causes hang when killing dependent jobs", Lin Cao, 2025-07: the same callback, with the first job killed',
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_add_dependency_cb(), drm_sched_entity_clear_dep() until 2025, drm_sched_entity_wakeup()',
    ],
    abstracts: [
      'Two entities of one scheduler with one job each; the first job is behind one that hangs and never runs.',
      'The timeout work signals the scheduled fence before or after it lets the scheduler run again; only the former is followed by a kick.',
      'The scheduler is the work item of today, where it was a thread in 2023; what its callbacks do is the same.',
    ],
    rules: ['R3'],
    variants: {
      'clear-dep': { kind: 'unsignalled-fence', shape: 'none', processes: ['waiter'], objects: ['job_finished'] },
      wakeup: 'holds',
    },
  },
  (m, variant) => {
    const entity = 'drivers/gpu/drm/scheduler/sched_entity.c'
    const main = 'drivers/gpu/drm/scheduler/sched_main.c'
    const scheduled = m.fence('other_scheduled', { published: true })
    const finished = m.fence('job_finished')
    const queued = m.flag('job_queued')
    const started = m.flag('job_started')
    const waits = m.flag('entity_waits')
    const paused = m.flag('pause_submit')

    const queue = m.workqueue('submit_wq', { ordered: true, memReclaim: true })
    const kick = (t: KernelPath): void => t.at(`${main}: drm_sched_wakeup()`).queueWork(runJobWork)
    const runJobWork = m.workItem(queue, 'run_job_work', (t) =>
      t.when(and(queued, not(waits), not(paused)), () => {
        t.at(`${entity}: drm_sched_entity_pop_job()`).set(waits, 1)
        t.at(`${entity}: drm_sched_entity_add_dependency_cb()`).addCallback(scheduled, {
          callback,
          enoent: () => {
            t.set(waits, 0)
            t.at(`${main}: -> run_job()`).step({
              set: [
                [queued, 0],
                [started, 1],
              ],
            })
          },
        })
      }),
    )

    const name = variant === 'wakeup' ? 'drm_sched_entity_wakeup' : 'drm_sched_entity_clear_dep'
    const callback = m.callback(
      scheduled,
      name,
      (t) => {
        t.at(`${entity}: ${name}()`).set(waits, 0)
        if (variant === 'wakeup') kick(t)
      },
      { added: false },
    )

    m.thread('submit', (t) => {
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').publish(finished)
      t.at(`${entity}: drm_sched_entity_push_job()`).set(queued, 1)
      kick(t)
    })
    m.worker('timeout-work', (t) => {
      const signal = (): void => {
        t.at('include/linux/dma-fence.h: dma_fence_set_error()').setError(scheduled)
        t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_scheduled()').signal(scheduled)
      }
      const start = (): void => {
        t.at(`${main}: drm_sched_wqueue_start()`).set(paused, 0)
        t.at(`${main}: drm_sched_wqueue_start()`).queueWork(runJobWork)
      }
      t.at(`${main}: drm_sched_wqueue_stop()`).set(paused, 1)
      t.at(`${main}: drm_sched_wqueue_stop()`).cancelWorkSync(runJobWork)
      t.local('reset the GPU')
      t.either({
        'signal, then start': () => {
          signal()
          start()
        },
        'start, then signal': () => {
          start()
          signal()
        },
      })
    })
    m.hardware('ring', (t) => {
      t.idle()
      t.await(started)
      t.signal(finished)
    })
    m.thread('waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(finished))
  },
)
