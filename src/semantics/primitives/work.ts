// SPDX-License-Identifier: Apache-2.0
import { primitive, type PSet } from '../primitive.ts'
import { all, any, bit, bump, each, is, its, many, my, no, positive, set, the } from '../vocabulary.ts'
import { slotFree } from './workqueue.ts'

const pending = the('pending')
const running = the('running')
/** Its place among the pending items of an ordered queue, from 1. */
const place = the('place')
const ordered = the('ordered', 'queue')
const queued = the('queued', 'queue')
const first = any(no(ordered), is(place, 1))
/** It is pending no longer, and those behind it move up. */
const dequeue: readonly PSet[] = [
  {
    each: 'w',
    in: 'member',
    of: 'queue',
    do: [set(the('place', 'w'), ['-', the('place', 'w'), all(positive(place), ['<', place, the('place', 'w')])])],
  },
  set(queued, ['-', queued, positive(place)]),
  set(place, 0),
  set(pending, 0),
]
/** cancel_work_sync() waits for it: until then queueing it does nothing. */
const disabled = positive(the('disabled'))
/** Waits that counted on a run which now will not happen are cut down to the one that is under way. */
const atMostRunning = (field: Parameters<typeof set>[0]): PSet =>
  set(field, ['if', ['<', running, field], running, field])
const takeOff = [
  ...dequeue,
  each(
    'q',
    'process',
    atMostRunning(its('flushes', 'q')),
    atMostRunning({ field: 'awaits', of: 'queue', at: ['q', 'this'] }),
  ),
]
const fewer = (field: Parameters<typeof set>[0]): PSet => set(field, ['-', field, positive(field)])

/**
 * `struct work_struct` (kernel/workqueue.c; read at 6.18): idle, pending, running, or running and pending again. One
 * item never runs concurrently with itself; queueing a pending one does nothing.
 */
export const work = primitive({
  name: 'work_struct',
  source: 'kernel/workqueue.c: queue_work_on(), process_one_work(), __flush_work(), __cancel_work_sync()',
  limits: ['Delayed work, disable_work() and mod_delayed_work() are not modelled: a timer is a step of the model.'],
  refs: { queue: 'workqueue' },
  lockMap: { named: '(work_completion)(%)' },
  fields: { pending: bit, running: bit, place: { max: 7 }, disabled: many, flushes: { max: 2, per: ['process'] } },
  operations: {
    queueWork: {
      does: 'queue_work(): makes it pending; answers false and does nothing if it was, or is being cancelled; from any context',
      arrows: [
        {
          when: all(no(pending), no(disabled)),
          set: [set(pending, 1), set(place, ['if', ordered, ['+', queued, 1], 0]), set(queued, ['+', queued, ordered])],
        },
        { when: any(pending, disabled), to: 'already', otherwise: 'ok' },
      ],
    },
    startWork: {
      does: 'process_one_work(), begin: a worker takes a pending item while its queue has a slot',
      waits: 'queue_work()',
      lockdep: [{ does: 'acquire', of: 'queue' }, { does: 'acquire' }],
      arrows: [
        {
          when: all(pending, no(running), slotFree('queue'), first),
          set: [...dequeue, set(running, 1), bump(the('active', 'queue'), 1)],
        },
      ],
    },
    finishWork: {
      does: 'process_one_work(), end: whoever flushes it gets on',
      needs: { 'finish-not-running': running },
      lockdep: [{ does: 'event' }, { does: 'release' }, { does: 'release', of: 'queue' }],
      arrows: [
        {
          set: [
            set(running, 0),
            bump(the('active', 'queue'), -1),
            each(
              'q',
              'process',
              fewer(its('flushes', 'q')),
              fewer({ field: 'awaits', of: 'queue', at: ['q', 'this'] }),
            ),
          ],
        },
      ],
    },
    flushWork: {
      does: 'flush_work(): waits until what was queued before has finished; from the item itself for ever',
      sleeps: true,
      waits: 'the end of the work item',
      lockdep: [
        { does: 'touch' },
        {
          does: 'touch',
          of: 'queue',
          when: any(ordered, is(the('maxActive', 'queue'), 1), the('memReclaim', 'queue')),
        },
        { does: 'wait' },
      ],
      arrows: [
        { when: all(no(pending), no(running)) },
        { when: any(pending, running), to: 'flushing', set: [set(my('flushes'), ['+', pending, running])] },
        { from: 'flushing', when: is(my('flushes'), 0) },
      ],
    },
    cancelWorkSync: {
      does: 'cancel_work_sync(): removes it from the queue and waits while it runs, and nobody can queue it meanwhile; from the item itself for ever',
      sleeps: true,
      waits: 'the end of the work item',
      lockdep: [{ does: 'touch' }, { does: 'wait' }],
      arrows: [
        { when: no(running), set: takeOff },
        { when: running, to: 'cancelling', set: [...takeOff, bump(the('disabled'), 1)] },
        { from: 'cancelling', when: no(running), set: [bump(the('disabled'), -1)] },
      ],
    },
  },
})
