// SPDX-License-Identifier: Apache-2.0
import { model, type PathOf, type kernelPrimitives } from 'fencecheck'

/**
 * A job is complete, and its interrupt handler must wait for the fence of another device before it may signal the job's
 * own. The other fence is signalled by an interrupt too, on the same CPU, where it cannot be delivered before this
 * handler returns. Waiting sleeps, so it is wrong here even on a day on which the other fence has long been signalled;
 * the remedy is to let a work item wait.
 */
export default model(
  'dma-fence/fence-wait-in-irq',
  {
    summary: 'An interrupt handler, or a fence callback that it runs, waits for a fence.',
    sources: [
      'drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling() (a no-op in atomic context), dma_fence_wait_timeout() (might_sleep()); read at 6.18.19',
      '"[PATCH 01/25] dma-fence: basic lockdep annotations", Daniel Vetter, 2020-07-07, commit message (soft and hard interrupt context)',
    ],
    abstracts: [
      'CPU 0 is the CPU of the thread that waits for the job; both interrupts go there and nowhere else.',
      'dma_fence_begin_signalling() and dma_fence_end_signalling() are left out: in atomic context they do nothing.',
      'The work item has a worker thread at once: its queue is taken to be reclaim-safe.',
    ],
    rules: ['R18'],
    variants: {
      callback: { kind: 'misuse', code: 'sleep-in-atomic', processes: ['job-irq'], objects: ['other_fence'] },
      handler: { kind: 'misuse', code: 'sleep-in-atomic', processes: ['job-irq'], objects: ['other_fence'] },
      'already-signalled': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['job-irq'],
        objects: ['other_fence'],
      },
      deferred: 'holds',
    },
  },
  (m, variant) => {
    const fenceLock = m.spinlock('fence_lock')
    const hwFence = m.fence('hw_fence', { lock: fenceLock })
    const jobFence = m.fence('job_fence', { published: true })
    const otherFence = m.fence('other_fence', { published: true, signalled: variant === 'already-signalled' })
    const jobIrqRaised = m.flag('job_irq_raised')
    const otherIrqRaised = m.flag('other_irq_raised')
    const workPending = m.flag('work_pending')

    const completeJob = (t: PathOf<typeof kernelPrimitives>): void => {
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(otherFence)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    }

    const user = m.thread('user', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(jobFence))
    m.hardware('gpu', (t) => t.set(jobIrqRaised, 1))
    if (variant !== 'handler')
      m.callback(hwFence, 'job_done_cb', (t) => {
        if (variant === 'deferred') t.at('kernel/workqueue.c: queue_work_on()').set(workPending, 1)
        else completeJob(t)
      })
    m.irq(
      'job-irq',
      (t) => {
        t.at('include/linux/spinlock.h: spin_lock()').spinLock(fenceLock)
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal_locked()').signalLocked(hwFence)
        t.spinUnlock(fenceLock)
        if (variant === 'handler') completeJob(t)
      },
      { on: [user], idleCpu: false, when: jobIrqRaised, set: [[jobIrqRaised, 0]] },
    )
    if (variant !== 'already-signalled') {
      m.hardware('other-device', (t) => t.set(otherIrqRaised, 1))
      m.irq('other-irq', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(otherFence), {
        on: [user],
        idleCpu: false,
        when: otherIrqRaised,
        set: [[otherIrqRaised, 0]],
      })
    }
    if (variant === 'deferred')
      m.worker('completion-work', (t) =>
        t.loop(() => {
          t.idle()
          t.at('kernel/workqueue.c: process_one_work()').step({ when: workPending, set: [[workPending, 0]] })
          completeJob(t)
        }),
      )
  },
)
