// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { every, is, many, set, the } from '../vocabulary.ts'

/** How many more completions of member `w` a process waits for that flushes the whole queue. */
const awaits = (w: string) => ({ field: 'awaits', at: ['me', w] })
const outstanding = (w: string) => ['+', the('pending', w), the('running', w)] as const

/**
 * `struct workqueue_struct` (kernel/workqueue.c, Documentation/core-api/workqueue.rst; read at 6.18). Its members are
 * the work items that name it; workers are processes of the model, at most `maxActive` items run at once.
 */
export const workqueue = primitive({
  name: 'workqueue',
  source: 'kernel/workqueue.c: __flush_workqueue(), pwq_tryinc_nr_active(), rescuer_thread()',
  limits: [
    'A queue has as many workers as the model gives it; that creating one more needs memory is said by giving it none.',
    'Items of one queue start in any order, also on an ordered queue; seven may run at once.',
  ],
  members: 'work_struct',
  fields: {
    maxActive: { max: 7, init: 1 },
    active: many,
    awaits: { max: 2, per: ['process', 'member'] },
  },
  operations: {
    flushWorkqueue: {
      does: 'flush_workqueue(): waits for every item that is pending or running now; not for later ones',
      sleeps: true,
      waits: 'the end of its work items',
      lockdep: { does: 'wait' },
      arrows: [
        { to: 'flushing', set: [{ each: 'w', in: 'member', do: [set(awaits('w'), outstanding('w'))] }] },
        { from: 'flushing', when: every('w', 'member', is(awaits('w'), 0)) },
      ],
    },
  },
})
