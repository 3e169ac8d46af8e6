// SPDX-License-Identifier: Apache-2.0
import { and, field, model, not } from 'fencecheck'

/**
 * A process is killed while a job of it waits for an earlier one that writes the buffer. The kill signals the finished
 * fence of the job once its dependencies are done, but the one that the scheduler had already taken off the list to wait
 * for was forgotten, and for a dependency on the scheduled fence the start of the earlier job was enough. The buffer
 * holds only the fence of the later job, which now signals too early, and its memory is freed under the writer.
 */
export default model(
  'drm-sched/sched-kill-drops-dep',
  {
    summary: 'The kill of a job signals its fence without waiting for a dependency that was already taken off.',
    sources: [
      '"drm/sched: Make sure we wait for all dependencies in kill_jobs_cb()", Boris Brezillon, 2023-06-19',
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_job_dependency(), drm_sched_entity_kill_jobs_work()',
    ],
    abstracts: [
      'One earlier job and one killed job, on one ring; a second dependency stands for those that are still on the list.',
      'The kill waits for dependencies where the kernel uses callbacks.',
      'That the fence of the earlier job is no longer in the reservation is as when a driver lets the later one stand for both.',
    ],
    rules: ['R29'],
    variants: {
      'popped-dep-forgotten': { kind: 'use-after-free', processes: ['ring'], objects: ['bo_memory'] },
      'scheduled-not-upgraded': { kind: 'use-after-free', processes: ['ring'], objects: ['bo_memory'] },
      'earlier-fence-in-resv': 'holds',
      'all-finished': 'holds',
    },
  },
  (m, variant) => {
    const entity = 'drivers/gpu/drm/scheduler/sched_entity.c'
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const scheduled = m.fence('earlier_scheduled', { published: true })
    const earlier = m.fence('earlier_finished', { published: true })
    const other = m.fence('other_dependency', { published: true })
    const finished = m.fence('job_finished')
    const pushed = m.flag('job_pushed')
    const popped = m.flag('dependency_popped')
    const taken = m.flag('job_taken')
    const stopped = m.flag('entity_stopped')
    const started = [m.flag('earlier_started'), m.flag('job_started')] as const
    const forgets = variant === 'popped-dep-forgotten' || variant === 'earlier-fence-in-resv'

    m.thread('submit', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      if (variant === 'earlier-fence-in-resv') {
        t.reserveFences(bo)
        t.addFence(bo, { fence: earlier, usage: 2 })
      }
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: finished, usage: 2 })
      t.at(`${entity}: drm_sched_entity_push_job()`).set(pushed, 1)
      t.wwUnlock(bo)
    })
    m.worker('run-earlier-job', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_scheduled()').signal(scheduled)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: -> run_job()').set(started[0], 1)
    })
    m.worker('run-job', (t) => {
      t.idle()
      t.at(`${entity}: drm_sched_job_dependency()`).step({ when: and(pushed, not(stopped)), set: [[popped, 1]] })
      t.idle()
      t.at(`${entity}: drm_sched_entity_pop_job()`).step({
        when: and(field(scheduled, 'signalled'), field(other, 'signalled'), not(stopped)),
        set: [[taken, 1]],
      })
      t.at('drivers/gpu/drm/scheduler/sched_main.c: -> run_job()').set(started[1], 1)
    })
    m.hardware('ring', (t) => {
      t.await(started[0])
      t.beginWrite(memory)
      t.endWrite(memory)
      t.signal(earlier)
      t.idle()
      t.await(started[1])
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(finished)
    })
    m.hardware('other-ring', (t) => t.signal(other))
    m.worker('entity-kill', (t) => {
      t.idle()
      // The process is killed, or is not.
      t.may('user', () => t.await(pushed))
      t.at(`${entity}: drm_sched_entity_kill()`).set(stopped, 1)
      t.when(not(taken), () => {
        const waitEarlier = (): void =>
          t
            .at(`${entity}: drm_sched_entity_kill_jobs_work()`)
            .wait(variant === 'scheduled-not-upgraded' ? scheduled : earlier)
        if (forgets) t.when(not(popped), waitEarlier)
        else waitEarlier()
        t.at(`${entity}: drm_sched_entity_kill_jobs_work()`).wait(other)
        t.at('include/linux/dma-fence.h: dma_fence_set_error()').setError(finished)
        t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(finished)
      })
    })
    m.worker('delayed-delete', (t) => {
      t.idle()
      t.await(pushed)
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo, { usage: 4 })
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_cleanup_memtype_use()').freeBuffer(memory)
      t.wwUnlock(bo)
    })
  },
)
