// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A scheduler entity is killed twice, once when its file is flushed and once when it is released, and each time the
 * killer waits until the worker has let go of the entity. The worker says so with complete(), which lets a single wait
 * pass; the second has nothing left to wait for and hangs. Marking the entity idle for good with complete_all() cures
 * that, and an entity that no worker has ever touched must be marked idle from the start.
 */
export default model(
  'drm-sched/sched-complete-once',
  {
    summary: 'Two waits for a completion that is posted once.',
    sources: [
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(), drm_sched_entity_init(); sched_main.c; read at 6.18.19',
      'kernel/sched/completion.c: complete(), complete_all(), do_wait_for_common(); read at 6.18.19',
      '"drm/scheduler: Fix lockup in drm_sched_entity_kill()", D. Osipenko, 2022-11-23',
      '"drm/sched: Avoid infinite waits in the drm_sched_entity_destroy() path", B. Brezillon, 2020-10-02',
    ],
    abstracts: [
      'The worker runs for one job of the entity; what else drm_sched_entity_kill() does is left out.',
      'Flush and release are two calls of one thread.',
    ],
    rules: ['R3'],
    variants: {
      complete: { kind: 'deadlock', shape: 'none', processes: ['entity-kill'], objects: ['entity_idle'] },
      'complete-all': 'holds',
      'never-ran': { kind: 'deadlock', shape: 'none', processes: ['entity-kill'], objects: ['entity_idle'] },
      'idle-from-start': 'holds',
    },
  },
  (m, variant) => {
    const entityIdle = m.completion('entity_idle', { forever: variant === 'idle-from-start' })
    m.worker('run-job-work', (t) => {
      if (variant === 'never-ran' || variant === 'idle-from-start') {
        t.idle()
        t.may('user', () => t.local('a job is pushed to the entity'))
      }
      if (variant === 'idle-from-start')
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_select_entity()').reinitCompletion(entityIdle)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work()')
      if (variant === 'complete') t.complete(entityIdle)
      else t.completeAll(entityIdle)
    })
    m.thread('entity-kill', (t) => {
      const wait = (): void =>
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill()').waitForCompletion(entityIdle)
      wait()
      wait()
    })
  },
)
