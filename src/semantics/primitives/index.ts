// SPDX-License-Identifier: Apache-2.0
import { buffer } from './buffer.ts'
import { completion } from './completion.ts'
import { consoleLock } from './console-lock.ts'
import { dmaFenceCb } from './dma-fence-cb.ts'
import { dmaFenceArray } from './dma-fence-array.ts'
import { dmaFenceChain } from './dma-fence-chain.ts'
import { dmaFenceContext } from './dma-fence-context.ts'
import { dmaFence } from './dma-fence.ts'
import { dmaResv } from './dma-resv.ts'
import { drmSyncobj } from './drm-syncobj.ts'
import { irqWork } from './irq-work.ts'
import { kthreadWork, kthreadWorker } from './kthread-worker.ts'
import { mapping } from './mapping.ts'
import { memory } from './memory.ts'
import { mempool } from './mempool.ts'
import { mmapLock } from './mmap-lock.ts'
import { mmuIntervalNotifier } from './mmu-interval-notifier.ts'
import { mmuNotifierSubscriptions } from './mmu-notifier.ts'
import { mutex } from './mutex.ts'
import { rcu } from './rcu.ts'
import { rwSemaphore } from './rw-semaphore.ts'
import { rwlock } from './rwlock.ts'
import { runtimePm } from './runtime-pm.ts'
import { semaphore } from './semaphore.ts'
import { signalling } from './signalling.ts'
import { rawSpinlock, spinlock } from './spinlock.ts'
import { srcu } from './srcu.ts'
import { tasklet } from './tasklet.ts'
import { task } from './task.ts'
import { userFence } from './user-fence.ts'
import { timer } from './timer.ts'
import { waitQueue } from './wait-queue.ts'
import { workqueue } from './workqueue.ts'
import { work } from './work.ts'
import { wwClass } from './ww-class.ts'
import { wwMutex } from './ww-mutex.ts'

/**
 * The primitives of the kernel, by the name under which the builder offers them (`m.mutex('A')`). The only list of
 * primitives anywhere: a new one is a file beside this and a line here.
 */
export const kernelPrimitives = {
  task,
  mutex,
  rwsem: rwSemaphore,
  spinlock,
  rawSpinlock,
  rwlock,
  semaphore,
  console: consoleLock,
  completion,
  waitQueue,
  rcu,
  srcu,
  fence: dmaFence,
  fenceCallback: dmaFenceCb,
  wwClass,
  wwMutex,
  resv: dmaResv,
  memory,
  mmapLock,
  signalling,
  workqueue,
  work,
  kthreadWorker,
  kthreadWork,
  timer,
  tasklet,
  irqWork,
  runtimePm,
  buffer,
  mapping,
  fenceContext: dmaFenceContext,
  fenceArray: dmaFenceArray,
  fenceChain: dmaFenceChain,
  syncobj: drmSyncobj,
  mempool,
  mmNotifiers: mmuNotifierSubscriptions,
  interval: mmuIntervalNotifier,
  userFence,
} as const
