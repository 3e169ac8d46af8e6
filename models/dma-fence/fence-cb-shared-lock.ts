// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The interrupt handler of a ring signals the fence of a job under the lock of its timeline, and with that runs a
 * callback which signals the next fence. If that fence lies on the same timeline, the callback wants the very lock
 * that its caller holds and spins for ever on its own CPU. With a lock for each timeline, or with the second signal
 * left to irq_work or to a work item, nothing can hang; lockdep objects to the separate locks all the same, as they
 * are of one class.
 */
export default model(
  'dma-fence/fence-cb-shared-lock',
  {
    summary: 'A fence callback signals a second fence that shares its spinlock with the fence being signalled.',
    sources: [
      'drivers/dma-buf/dma-fence.c: dma_fence_signal_timestamp_locked(), dma_fence_signal(); read at 6.18.19',
      '"drm/sched: Avoid lockdep spalt on killing a processes", A. Grodzovsky, 2021-10-28',
    ],
    abstracts: [
      'dma_fence_is_signaled() with an op that signals as a side effect takes the lock in the same way; only the signal is modelled.',
      'The ring completes one job; references to the fences are left out.',
    ],
    variants: {
      'shared-lock': { kind: 'deadlock', shape: 'self', processes: ['ring-irq'], objects: ['timeline_lock'] },
      'separate-locks': 'holds',
      'irq-work': 'holds',
      'work-item': 'holds',
    },
  },
  (m, variant) => {
    const lock = m.spinlock('timeline_lock')
    const first = m.fence('first_fence', { published: true, lock })
    const second = m.fence('second_fence', {
      published: true,
      lock: variant === 'separate-locks' ? m.spinlock('second_timeline_lock') : lock,
    })
    const raised = m.flag('ring_irq_raised')
    const pending = m.flag('work_pending')

    m.hardware('ring', (t) => t.set(raised, 1))
    m.callback(first, 'signal_second_cb', (t) => {
      if (variant === 'irq-work') t.at('kernel/irq_work.c: irq_work_queue()').set(pending, 1)
      else if (variant === 'work-item') t.at('kernel/workqueue.c: queue_work_on()').set(pending, 1)
      else t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(second)
    })
    m.irq(
      'ring-irq',
      (t) => {
        t.at('include/linux/spinlock.h: spin_lock()').spinLock(lock)
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal_locked()').signalLocked(first)
        t.spinUnlock(lock)
      },
      { when: raised, set: [[raised, 0]] },
    )
    m.thread('first-waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(first))
    m.thread('second-waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(second))

    const signalSecond = 'drivers/dma-buf/dma-fence.c: dma_fence_signal()'
    if (variant === 'irq-work')
      m.irq('irq-work', (t) => t.at(signalSecond).signal(second), {
        when: pending,
        set: [[pending, 0]],
      })
    if (variant === 'work-item')
      m.worker('work-item', (t) =>
        t.loop(() => {
          t.idle()
          t.at('kernel/workqueue.c: process_one_work()').step({ when: pending, set: [[pending, 0]] })
          t.at(signalSecond).signal(second)
        }),
      )
  },
)
