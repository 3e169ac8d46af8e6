// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const early = (process: string, object: string) =>
  ({ kind: 'use-after-free', processes: [process], objects: [object] }) as const

/**
 * Once an object has been handed over, or a fence is seen to be signalled, the other side may already have gone on. The
 * scheduler looked at the credits of a job after pushing it, when the job may have run and been freed. And a fence shows as
 * signalled before its callbacks have run: whoever polls it and then frees what a callback uses is too early, unless it takes
 * the callback off the list, which waits for the lock that the callbacks run under.
 */
export default model(
  'dma-fence/signalled-before-callbacks-uaf',
  {
    summary: 'A job is looked at after its consumer may have freed it; callback data is freed while callbacks run.',
    sources: [
      '"drm/sched: Fix dynamic job-flow control race", Rob Clark, 2024-09-13, AsahiLinux/linux issue 309: drops the look',
      'drivers/dma-buf/dma-fence.c: dma_fence_signal_timestamp_locked(), dma_fence_remove_callback(); include/linux/dma-fence.h: dma_fence_is_signaled(); read at 6.18.19',
      'poll-then-free is a construction.',
    ],
    abstracts: [
      'One job, one fence, one callback. The job is freed by a worker that waits for the fence, where the kernel has a callback that queues it.',
      'The memory of the job and of the callback are buffers, which are read in one step and freed once.',
    ],
    variants: {
      'peek-after-push': early('submit', 'job'),
      'no-peek': 'holds',
      'poll-then-free': early('completion', 'cb_data'),
      'remove-then-free': 'holds',
    },
  },
  (m, variant) => {
    const fence = m.fence('fence', { published: true })
    const signalAt = 'drivers/dma-buf/dma-fence.c: dma_fence_signal()'
    const waitAt = 'include/linux/dma-fence.h: dma_fence_wait()'

    if (variant === 'poll-then-free' || variant === 'remove-then-free') {
      const data = m.buffer('cb_data')
      const callback = m.callback(fence, 'callback', (t) => t.readBuffer(data))
      m.worker('completion', (t) => t.at(signalAt).signal(fence))
      m.thread('waiter', (t) => {
        t.at('include/linux/dma-fence.h: dma_fence_is_signaled()').isSignaled(fence, {
          yes: () => {},
          // Whoever takes the callback off the list may as well give up here.
          no: () => {
            if (variant === 'poll-then-free') t.at(waitAt).wait(fence)
          },
        })
        if (variant === 'remove-then-free')
          t.at('drivers/dma-buf/dma-fence.c: dma_fence_remove_callback()').removeCallback(fence, {
            callback,
            removed: () => {},
            ran: () => {},
          })
        t.freeBuffer(data)
      })
      return
    }

    const job = m.buffer('job')
    const queued = m.flag('job_queued')
    const started = m.flag('job_started')
    m.thread('submit', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(queued, 1)
      if (variant === 'peek-after-push')
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_can_queue()').readBuffer(job)
    })
    m.worker('run-job-work', (t) => {
      t.idle()
      t.await(queued)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: -> run_job()').readBuffer(job)
      t.set(started, 1)
    })
    m.hardware('ring', (t) => {
      t.idle()
      t.await(started)
      t.at(signalAt).signal(fence)
    })
    m.worker('free-job-work', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_get_finished_job()').wait(fence)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: -> free_job()').freeBuffer(job)
    })
    m.thread('waiter', (t) => t.at(waitAt).wait(fence))
  },
)
