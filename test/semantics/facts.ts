// SPDX-License-Identifier: Apache-2.0
import { bufferFacts } from './facts/buffer.ts'
import { checkFacts } from './facts/checks.ts'
import { completionFacts } from './facts/completion.ts'
import { dmaFenceArrayFacts } from './facts/dma-fence-array.ts'
import { dmaFenceChainFacts } from './facts/dma-fence-chain.ts'
import { dmaFenceContextFacts } from './facts/dma-fence-context.ts'
import { irqWorkFacts, taskletFacts, timerFacts } from './facts/deferred.ts'
import { dmaFenceFacts } from './facts/dma-fence.ts'
import { drmSyncobjFacts } from './facts/drm-syncobj.ts'
import { escapeFacts } from './facts/escapes.ts'
import type { Fact } from './facts/fact.ts'
import { wwMutexFacts } from './facts/ww-mutex.ts'
import { kthreadFacts } from './facts/kthread-worker.ts'
import { dmaResvFacts } from './facts/dma-resv.ts'
import { mappingFacts } from './facts/mapping.ts'
import { memoryFacts } from './facts/memory.ts'
import { pageFaultFacts } from './facts/page-fault.ts'
import { rcuFacts, srcuFacts } from './facts/rcu.ts'
import { reclaimFacts } from './facts/reclaim.ts'
import { resvReplaceFacts } from './facts/resv-replace.ts'
import { allocationDetailFacts, faultDetailFacts, workDetailFacts } from './facts/work-details.ts'
import { waitQueueFacts } from './facts/wait-queue.ts'
import { workerFacts } from './facts/workers.ts'
import { workqueueFacts } from './facts/workqueue.ts'
import { mempoolFacts } from './facts/mempool.ts'
import { mmuIntervalFacts } from './facts/mmu-interval.ts'
import { userFenceFacts } from './facts/user-fence.ts'
import { mmapLockFacts } from './facts/mmap-lock.ts'
import { consoleFacts, semaphoreFacts } from './facts/semaphore.ts'
import { signallingFacts } from './facts/signalling.ts'
import { mutexFacts } from './facts/mutex.ts'
import { runtimePmFacts } from './facts/runtime-pm.ts'
import { rwSemaphoreFacts } from './facts/rw-semaphore.ts'
import { rwlockFacts } from './facts/rwlock.ts'
import { spinlockFacts } from './facts/spinlock.ts'
import { taskFacts } from './facts/task.ts'
import { verdictFacts } from './facts/verdicts.ts'

/** Every fact, by the test file that demands it. */
export const facts = {
  mutex: mutexFacts,
  'rw-semaphore': rwSemaphoreFacts,
  spinlock: spinlockFacts,
  rwlock: rwlockFacts,
  semaphore: semaphoreFacts,
  console: consoleFacts,
  completion: completionFacts,
  'wait-queue': waitQueueFacts,
  rcu: rcuFacts,
  srcu: srcuFacts,
  'dma-fence': dmaFenceFacts,
  'dma-fence-context': dmaFenceContextFacts,
  'dma-fence-array': dmaFenceArrayFacts,
  'dma-fence-chain': dmaFenceChainFacts,
  'drm-syncobj': drmSyncobjFacts,
  mempool: mempoolFacts,
  'mmu-interval': mmuIntervalFacts,
  'user-fence': userFenceFacts,
  'ww-mutex': wwMutexFacts,
  'dma-resv': [...dmaResvFacts, ...resvReplaceFacts],
  buffer: bufferFacts,
  mapping: mappingFacts,
  memory: [...memoryFacts, ...reclaimFacts, ...allocationDetailFacts],
  workqueue: [...workqueueFacts, ...workerFacts, ...workDetailFacts],
  'kthread-worker': kthreadFacts,
  'runtime-pm': runtimePmFacts,
  timer: timerFacts,
  tasklet: taskletFacts,
  'irq-work': irqWorkFacts,
  'mmap-lock': [...mmapLockFacts, ...pageFaultFacts, ...faultDetailFacts],
  signalling: signallingFacts,
  task: [...taskFacts, ...escapeFacts],
  verdicts: verdictFacts,
  checks: checkFacts,
} as const satisfies Readonly<Record<string, readonly Fact[]>>

export const allFacts: readonly Fact[] = Object.values(facts).flat()
