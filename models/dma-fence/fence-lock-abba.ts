// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The path that completes a fence first takes a mutex for a moment; a waiter keeps the same mutex over its wait. If the
 * waiter comes first, it waits for a fence whose signaller waits for the waiter's mutex. No path nests two locks, so
 * without the signalling annotations lockdep sees no order that could be broken.
 */
export default model(
  'dma-fence/fence-lock-abba',
  {
    summary: 'The path that signals a fence takes a mutex that a waiter holds while it waits for the fence.',
    sources: [
      'drivers/dma-buf/dma-fence.c: dma_fence_signal(), dma_fence_wait_timeout(); read at 6.18.19',
      'kernel/locking/mutex.c: __mutex_lock_common(); read at 6.18.19',
      '"[PATCH 01/25] dma-fence: basic lockdep annotations", Daniel Vetter, 2020-07-07, commit message (thread "dma-fence annotations, round 3")',
    ],
    abstracts: [
      'dma_fence_begin_signalling() and dma_fence_end_signalling() are left out: they annotate, they never block.',
      'The fence is published before either path starts.',
    ],
    rules: ['R10'],
    variants: {
      buggy: { kind: 'deadlock', shape: 'cycle', processes: ['completion', 'waiter'], objects: ['fence', 'lock'] },
      'signal-first': 'holds',
      'unlock-first': 'holds',
    },
  },
  (m, variant) => {
    const lock = m.mutex('lock')
    const fence = m.fence('fence', { published: true })
    m.worker('completion', (t) => {
      if (variant === 'signal-first') t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
      t.unlock(lock)
      if (variant !== 'signal-first') t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    })
    m.thread('waiter', (t) => {
      t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
      if (variant === 'unlock-first') t.unlock(lock)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
      if (variant !== 'unlock-first') t.unlock(lock)
    })
  },
)
