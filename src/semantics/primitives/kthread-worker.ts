// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { work } from './work.ts'
import { workqueue } from './workqueue.ts'

/**
 * `struct kthread_worker` (kernel/kthread.c; read at 6.18): a thread that is there from the start and runs its items one
 * after another. What waits for items waits as on an ordered workqueue, so the arrows are those of `workqueue`; but no
 * worker has ever to be made, and lockdep sees none of these waits.
 */
export const kthreadWorker = primitive({
  name: 'kthread_worker',
  source: 'kernel/kthread.c: kthread_worker_fn(), kthread_flush_worker(), kthread_insert_work()',
  about:
    'm.kthreadWorkItem(worker, name, body) declares an item of a worker; one thread runs all of them, first in, first out, and needs no memory for it.',
  limits: ['Delayed items and kthread_destroy_worker() are not modelled. Seven items may wait.'],
  members: 'kthread_work',
  fields: { ...workqueue.fields, ordered: { max: 1, init: 1 } },
  operations: {
    kthreadFlushWorker: {
      ...workqueue.operations.flushWorkqueue,
      does: 'kthread_flush_worker(): waits for every item that is pending or running now; from one of them for ever',
    },
  },
})

/** `struct kthread_work` (kernel/kthread.c; read at 6.18): what a `work_struct` is to a workqueue. */
export const kthreadWork = primitive({
  name: 'kthread_work',
  source:
    'kernel/kthread.c: kthread_queue_work(), kthread_worker_fn(), kthread_flush_work(), __kthread_cancel_work_sync()',
  limits: ['An item belongs to one worker for good.'],
  refs: { queue: 'kthread_worker' },
  fields: work.fields,
  operations: {
    kthreadQueueWork: {
      ...work.operations.queueWork,
      does: 'kthread_queue_work(): makes it pending; answers false and does nothing if it was, or is being cancelled; from any context',
    },
    startKthreadWork: {
      ...work.operations.startWork,
      does: 'kthread_worker_fn(), begin: the thread takes the first pending item',
      waits: 'kthread_queue_work()',
    },
    finishKthreadWork: {
      ...work.operations.finishWork,
      does: 'kthread_worker_fn(), end: whoever flushes it gets on',
    },
    kthreadFlushWork: {
      ...work.operations.flushWork,
      does: 'kthread_flush_work(): waits until what was queued before has finished; from the item itself for ever',
      lockdep: { does: 'wait' },
    },
    kthreadCancelWorkSync: {
      ...work.operations.cancelWorkSync,
      does: 'kthread_cancel_work_sync(): takes it off and waits while it runs, and nobody can queue it meanwhile; from the item itself for ever',
    },
  },
})
