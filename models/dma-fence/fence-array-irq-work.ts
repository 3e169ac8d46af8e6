// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A fence array completes with its last member, but not inside the callback on that member: the callback only queues an
 * irq_work, which signals the array later, with no lock of a timeline held. So a callback on the array may signal the
 * next fence of the members' own timeline. An array that signalled itself at once would take its lock, and run its
 * callbacks, under the lock of the member, and spin for ever where the way leads back to that.
 */
export default model(
  'dma-fence/fence-array-irq-work',
  {
    summary: 'A fence array is signalled by an irq_work, so that its callbacks do not run under the lock of a member.',
    sources: [
      'drivers/dma-buf/dma-fence-array.c: dma_fence_array_cb_func(), irq_dma_fence_array_work(); read at 6.18.19',
      'drivers/dma-buf/dma-fence-chain.c: dma_fence_chain_cb(), dma_fence_chain_irq_work(), which do the same; read at 6.18.19',
      'The variants without irq_work are constructions.',
    ],
    abstracts: [
      'Two members on one timeline, completed by one interrupt; the callback on the array completes a third fence, of that timeline or of another one.',
      'The members signal in their order, so that only the callback on the second one is written out.',
      'The irq_work runs on a CPU of its own; in the kernel it is the one that queued it, with no lock held there either.',
    ],
    variants: {
      'irq-work': 'holds',
      'signal-in-callback': { kind: 'deadlock', shape: 'self', processes: ['ring-irq'], objects: ['timeline_lock'] },
      'signal-in-callback-lock-shared': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['ring-irq'],
        objects: ['timeline_lock'],
      },
      'signal-in-callback-other-timeline': 'holds',
    },
  },
  (m, variant) => {
    const lock = m.spinlock('timeline_lock')
    const members = [
      m.fence('first_fence', { published: true, lock }),
      m.fence('second_fence', { published: true, lock }),
    ] as const
    const otherTimeline = variant === 'signal-in-callback-other-timeline'
    const next = m.fence('next_fence', {
      published: true,
      lock: otherTimeline ? m.spinlock('other_timeline_lock') : lock,
    })
    const raised = m.flag('ring_irq_raised')

    const array =
      variant === 'irq-work'
        ? m.fenceArrayOf('array', members)
        : m.fenceArray('array', {
            members,
            ...(variant === 'signal-in-callback-lock-shared' && { lock }),
          })
    if (variant !== 'irq-work')
      m.callback(members[1], 'array_cb_of_second', (t) =>
        t.at('drivers/dma-buf/dma-fence-array.c: dma_fence_array_cb_func()').signalArray(array),
      )
    m.callback(array, 'signal_next_cb', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(next))

    m.hardware('ring', (t) => t.set(raised, 1))
    m.irq(
      'ring-irq',
      (t) => {
        t.at('include/linux/spinlock.h: spin_lock()').spinLock(lock)
        for (const member of members)
          t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal_locked()').signalLocked(member)
        t.spinUnlock(lock)
      },
      { when: raised, set: [[raised, 0]] },
    )
    m.thread('array-waiter', (t) => {
      t.at('drivers/dma-buf/sync_file.c: sync_file_create()').publish(array)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(array)
    })
    m.thread('next-waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(next))
  },
)
