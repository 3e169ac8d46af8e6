// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A worker owes the job fence and, before it can signal it, waits for a second fence, the input of the job. It does so
 * with a mutex held that it took on the way, and whoever completes the input wants that mutex for a moment. Waiting for
 * a fence while owing another is legal in itself: only the lock taken since publication makes it a cycle, and so would
 * an input that in turn waits for the job.
 */
export default model(
  'dma-fence/fence-wait-in-section',
  {
    summary: 'A path that owes one fence waits for another one under a lock that the completion of the other needs.',
    sources: [
      'drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling(), __dma_fence_might_wait(); read at 6.18.19',
      '"[PATCH 01/25] dma-fence: basic lockdep annotations", Daniel Vetter, 2020-07-07, commit message (waits nested in a section)',
    ],
    abstracts: [
      'dma_fence_begin_signalling() and dma_fence_end_signalling() around the worker are left out: they annotate, they never block.',
      'Both fences are published before any path starts.',
      'The thread that waits for the job fence is added: it is why the fence is owed.',
    ],
    rules: ['R11'],
    variants: {
      buggy: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['job-worker', 'input-completion'],
        objects: ['input_fence', 'lock'],
      },
      'lock-after-wait': 'holds',
      // lockdep with annotations complains here too, on the worker's first run: a false alarm.
      'lockless-completion': 'holds',
      'input-needs-job': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['job-worker', 'input-completion'],
        objects: ['input_fence', 'job_fence'],
      },
    },
  },
  (m, variant) => {
    const lock = m.mutex('lock')
    const jobFence = m.fence('job_fence', { published: true })
    const inputFence = m.fence('input_fence', { published: true })
    const locksFirst = variant === 'buggy' || variant === 'lockless-completion'
    m.worker('job-worker', (t) => {
      if (locksFirst) t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(inputFence)
      if (!locksFirst) t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
      t.unlock(lock)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    })
    m.worker('input-completion', (t) => {
      if (variant !== 'lockless-completion') {
        t.at('kernel/locking/mutex.c: mutex_lock()').lock(lock)
        t.unlock(lock)
      }
      if (variant === 'input-needs-job') t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(jobFence)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(inputFence)
    })
    m.thread('job-waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(jobFence))
  },
)
