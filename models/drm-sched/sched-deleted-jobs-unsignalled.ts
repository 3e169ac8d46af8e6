// SPDX-License-Identifier: Apache-2.0
import { and, eq, field, model } from 'fencecheck'

/**
 * A process is killed while a job of it is still queued, and the fence of the job is already in the reservation of a
 * buffer. The teardown of the entity takes the job off its queue and frees it, and with it goes the only one who would
 * have signalled the fence: eviction of the buffer waits for ever, with the reservation held. Every job that is freed
 * has to signal its fence with an error, once what it depends on is done.
 */
export default model(
  'drm-sched/sched-deleted-jobs-unsignalled',
  {
    summary: 'Jobs of a killed process are freed without their fences being signalled.',
    sources: [
      '"drm/amd/sched: fix deadlock caused by unsignaled fences of deleted jobs", Nicolai Hähnle, 2017-09-28',
      'drivers/gpu/drm/amd/scheduler/gpu_scheduler.c: amd_sched_entity_fini(), in 2017; drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(), today',
    ],
    abstracts: [
      'One job with one dependency, which the fixed form waits for where the kernel uses a callback.',
      'The job runs if the scheduler gets it before the teardown does; the hardware does not hang.',
      'The order in which the fixed form waits and signals is that of the code of today.',
    ],
    rules: ['R3'],
    variants: {
      'freed-unsignalled': { kind: 'unsignalled-fence', processes: ['evict'], objects: ['finished_fence'] },
      'signal-error': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const dependency = m.fence('dependency_fence', { published: true })
    const finished = m.fence('finished_fence')
    const queued = m.flag('job_queued')
    const started = m.flag('job_started')
    const killed = m.flag('process_killed')
    const signalAt = 'drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()'
    const popAt = 'include/drm/spsc_queue.h: spsc_queue_pop()'

    m.thread('process', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: finished, usage: 2 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(queued, 1)
      t.wwUnlock(bo)
      t.set(killed, 1)
    })
    m.worker('sched-main', (t) => {
      t.idle()
      t.at(popAt).step({ when: and(queued, field(dependency, 'signalled')), set: [[queued, 0]] })
      t.at('drivers/gpu/drm/scheduler/sched_main.c: -> run_job()').set(started, 1)
    })
    m.worker('entity-fini', (t) => {
      t.idle()
      t.await(killed)
      t.at(popAt).select({
        job: () => t.step({ when: queued, set: [[queued, 0]] }),
        empty: () => {
          t.await(eq(queued, 0))
          t.end()
        },
      })
      if (variant === 'signal-error') {
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill_jobs_cb()').wait(dependency)
        t.at('include/linux/dma-fence.h: dma_fence_set_error()').setError(finished)
        t.at(signalAt).signal(finished)
      }
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: -> free_job()').local('free the job')
    })
    m.hardware('producer', (t) => t.signal(dependency))
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(started)
      t.at(signalAt).signal(finished)
    })
    m.thread('evict', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      t.wwUnlock(bo)
    })
  },
)
