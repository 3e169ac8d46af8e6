// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Completion and waiter take one rw_semaphore, but both only for reading, so they do not exclude each other. A writer
 * that has nothing to do with the fence queues after the waiter has got in, and from then on no new reader is admitted:
 * completion queues up behind the writer, the writer waits for the waiter, the waiter for completion. A checker (or a
 * recursive-read annotation) in which readers never stop readers calls this harmless.
 */
export default model(
  'dma-fence/fence-lock-readside',
  {
    summary: 'Completion and waiter share a rw_semaphore for reading; a queued writer closes the cycle between them.',
    sources: [
      'drivers/dma-buf/dma-fence.c: dma_fence_signal(), dma_fence_wait_timeout(); read at 6.18.19',
      'kernel/locking/rwsem.c: rwsem_down_read_slowpath(), rwsem_down_write_slowpath(); read at 6.18.19',
      '"[PATCH 01/25] dma-fence: basic lockdep annotations", Daniel Vetter, 2020-07-07, commit message (non-recursive read mode)',
      'e91498589746 "locking/lockdep/selftests: Add mixed read-write ABBA tests", Peter Zijlstra, 2017-08-23 (quoted there)',
    ],
    abstracts: [
      'dma_fence_begin_signalling() and dma_fence_end_signalling() are left out: they annotate, they never block.',
      'The fence is published before any path starts.',
    ],
    rules: ['R10'],
    variants: {
      'queued-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['completion', 'waiter', 'writer'],
        objects: ['fence', 'rwsem'],
      },
      'no-writer': 'holds',
      'lockless-completion': 'holds',
    },
  },
  (m, variant) => {
    const rwsem = m.rwsem('rwsem')
    const fence = m.fence('fence', { published: true })
    m.worker('completion', (t) => {
      if (variant !== 'lockless-completion') {
        t.at('kernel/locking/rwsem.c: down_read()').downRead(rwsem)
        t.upRead(rwsem)
      }
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    })
    m.thread('waiter', (t) => {
      t.at('kernel/locking/rwsem.c: down_read()').downRead(rwsem)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
      t.upRead(rwsem)
    })
    if (variant !== 'no-writer')
      m.thread('writer', (t) => {
        t.at('kernel/locking/rwsem.c: down_write()').downWrite(rwsem)
        t.upWrite(rwsem)
      })
  },
)
