// SPDX-License-Identifier: Apache-2.0
import { endlessAllocation, mightReclaim } from '../allocation.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { all, bit, every, is, many, no, set, some, the } from '../vocabulary.ts'

/** How many more completions of member `w` a process waits for that flushes the whole queue. */
const awaits = (w: string) => ({ field: 'awaits', at: ['me', w] })
const outstanding = (w: string) => ['+', the('pending', w), the('running', w)] as const
/** How many of its items may run at once: one, on an ordered queue. */
export const slotFree = (queue?: string): PExpr => [
  '<',
  the('active', queue),
  ['if', the('ordered', queue), 1, the('maxActive', queue)],
]
/** An item waits for a worker. */
const needed = all(slotFree(), some('w', 'member', all(the('pending', 'w'), no(the('running', 'w')))))

/**
 * `struct workqueue_struct` (kernel/workqueue.c, Documentation/core-api/workqueue.rst; read at 6.18). Its members are
 * the work items that name it; workers are processes of the model, at most `maxActive` items run at once, on an
 * `ordered` queue one, first in, first out. A worker that has to be made first needs memory: its maker reclaims, and may
 * wait there for what a pending item would have done. `memReclaim` (WQ_MEM_RECLAIM) gives a queue one worker that is
 * always there, the rescuer.
 */
export const workqueue = primitive({
  name: 'workqueue',
  source:
    'kernel/workqueue.c: __flush_workqueue(), pwq_tryinc_nr_active(), maybe_create_worker(), rescuer_thread(), alloc_ordered_workqueue()',
  limits: [
    'maxActive stands for max_active; unless said it is more than there are items, as the default of 1,024 is.',
    'Items of a queue that is not ordered start in any order (they may be queued on different CPUs); seven may run at once, seven wait.',
    'Every item that m.workItem() declares may have to wait for a new worker of its own; that one queue runs short of workers because another has taken them all is not modelled.',
    'The warning of check_flush_dependency() (flushing a queue without a rescuer from reclaim, or from an item of one with) is not modelled.',
  ],
  about:
    'Items that are pending wait for a slot and for a worker. An ordered queue starts them one at a time, first in, first out; any other queue starts up to maxActive at once in any order. A worker may have to be made, which allocates and so may reclaim; WQ_MEM_RECLAIM guarantees one worker without that.',
  members: 'work_struct',
  lockMap: { named: '(wq_completion)%' },
  fields: {
    maxActive: { max: 7, init: 7 },
    memReclaim: bit,
    ordered: bit,
    active: many,
    queued: { max: 7 },
    awaits: { max: 2, per: ['process', 'member'] },
  },
  operations: {
    createWorker: {
      does: 'maybe_create_worker(): a worker for a pending item is there, or is made, which allocates with GFP_KERNEL',
      sleeps: true,
      waits: 'queue_work()',
      lockdep: mightReclaim,
      arrows: endlessAllocation(needed),
    },
    flushWorkqueue: {
      does: 'flush_workqueue(): waits for every item that is pending or running now; not for later ones',
      sleeps: true,
      waits: 'the end of its work items',
      lockdep: [{ does: 'touch' }, { does: 'wait', members: true }],
      arrows: [
        { to: 'flushing', set: [{ each: 'w', in: 'member', do: [set(awaits('w'), outstanding('w'))] }] },
        { from: 'flushing', when: every('w', 'member', is(awaits('w'), 0)) },
      ],
    },
  },
})
