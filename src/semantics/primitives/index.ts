// SPDX-License-Identifier: Apache-2.0
import { completion } from './completion.ts'
import { dmaFenceCb } from './dma-fence-cb.ts'
import { dmaFence } from './dma-fence.ts'
import { mutex } from './mutex.ts'
import { rwSemaphore } from './rw-semaphore.ts'
import { rwlock } from './rwlock.ts'
import { spinlock } from './spinlock.ts'
import { task } from './task.ts'

/**
 * The primitives of the kernel, by the name under which the builder offers them (`m.mutex('A')`). The only list of
 * primitives anywhere: a new one is a file beside this and a line here.
 */
export const kernelPrimitives = {
  task,
  mutex,
  rwsem: rwSemaphore,
  spinlock,
  rwlock,
  completion,
  fence: dmaFence,
  fenceCallback: dmaFenceCb,
} as const
