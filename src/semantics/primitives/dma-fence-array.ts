// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr } from '../primitive.ts'
import { any, all, bit, every, no, set, some, the } from '../vocabulary.ts'
import { dmaFence, signalArrows } from './dma-fence.ts'

const memberDone = the('signalled', 'f')
/** `num_pending` is 0. */
const complete: PExpr = any(
  all(the('signalOnAny'), some('f', 'member', memberDone)),
  all(no(the('signalOnAny')), every('f', 'member', memberDone)),
)
/** The first error of a member that has signalled is the array's own. */
const memberFailed = some('f', 'member', all(memberDone, the('error', 'f')))

const { publish, wait, waitInterruptible, waitTimeout, waitInterruptibleTimeout, isSignaled, getStatus } =
  dmaFence.operations
const { addCallback, removeCallback, signal } = dmaFence.operations

/**
 * `struct dma_fence_array` (drivers/dma-buf/dma-fence-array.c; read at 6.18): a fence that signals when all its members
 * have, or with `signalOnAny` when one has. The callback on a member runs under the member's lock; so the array is not
 * signalled there but from an irq_work, later, in hardirq context: `m.fenceArrayOf()` declares it with that irq_work.
 */
export const dmaFenceArray = primitive({
  name: 'dma_fence_array',
  source:
    'drivers/dma-buf/dma-fence-array.c: dma_fence_array_init(), dma_fence_array_cb_func(), irq_dma_fence_array_work(), dma_fence_array_signaled()',
  about:
    'A fence over other fences, which are told when it is made. What signals it is an irq_work that the last member (or, with signalOnAny, the first) queues: not the signaller of the member, whose lock is held, but a hardirq somewhat later, which takes the lock of the array and runs its callbacks. An array cannot be in a reservation, nor in another array: both take fences only.',
  limits: [
    'The array signals whether or not somebody has enabled signalling on it (waited, or added a callback).',
    'The irq_work runs on a CPU of its own; that it could interrupt who holds the lock of the array with interrupts on is not seen.',
    'dma_fence_is_signaled() looks at the array itself; the kernel also looks at the members, and so may be a moment earlier.',
    'That a chain may contain an array is not modelled.',
  ],
  members: 'dma_fence',
  fields: { published: bit, signalled: bit, error: bit, signalOnAny: bit },
  refs: { lock: 'spinlock' },
  hooks: dmaFence.hooks,
  debt: { owed: all(the('published'), no(the('signalled'))), paidBy: ['signalArray'] },
  operations: {
    publish,
    wait,
    waitInterruptible,
    waitTimeout,
    waitInterruptibleTimeout,
    isSignaled,
    getStatus,
    addCallback,
    removeCallback,
    signalArray: {
      ...signal,
      does: 'irq_dma_fence_array_work(): signals the array, once enough members have signalled, and runs its callbacks',
      needs: { 'array-still-pending': complete },
      arrows: signalArrows([set(the('error'), memberFailed)]),
    },
  },
})
