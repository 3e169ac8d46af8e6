// SPDX-License-Identifier: Apache-2.0
import { primitive, type PSet } from '../primitive.ts'
import { all, any, bit, bump, each, is, its, my, no, positive, set, the } from '../vocabulary.ts'

const pending = the('pending')
const running = the('running')
const slot = ['<', the('active', 'queue'), the('maxActive', 'queue')] as const
/** Waits that counted on a run which now will not happen are cut down to the one that is under way. */
const atMostRunning = (field: Parameters<typeof set>[0]): PSet =>
  set(field, ['if', ['<', running, field], running, field])
const takeOff = [
  set(pending, 0),
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
  limits: ['cancel_work_sync() does not keep others from queueing the item while it waits.'],
  refs: { queue: 'workqueue' },
  fields: { pending: bit, running: bit, flushes: { max: 2, per: ['process'] } },
  operations: {
    queueWork: {
      does: 'queue_work(): makes it pending; false if it was already; from any context',
      arrows: [
        { when: no(pending), set: [set(pending, 1)] },
        { when: pending, to: 'already', unexpected: true },
      ],
    },
    startWork: {
      does: 'process_one_work(), begin: a worker takes a pending item while its queue has a slot',
      waits: 'queue_work()',
      arrows: [
        {
          when: all(pending, no(running), slot),
          set: [set(pending, 0), set(running, 1), bump(the('active', 'queue'), 1)],
        },
      ],
    },
    finishWork: {
      does: 'process_one_work(), end: whoever flushes it gets on',
      needs: { 'finish-not-running': running },
      lockdep: { does: 'event' },
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
      lockdep: { does: 'wait' },
      arrows: [
        { when: all(no(pending), no(running)) },
        { when: any(pending, running), to: 'flushing', set: [set(my('flushes'), ['+', pending, running])] },
        { from: 'flushing', when: is(my('flushes'), 0) },
      ],
    },
    cancelWorkSync: {
      does: 'cancel_work_sync(): removes it from the queue and waits while it runs; from the item itself for ever',
      sleeps: true,
      waits: 'the end of the work item',
      lockdep: { does: 'wait' },
      arrows: [
        { when: no(running), set: takeOff },
        { when: running, to: 'cancelling', set: takeOff },
        { from: 'cancelling', when: no(running), set: takeOff },
      ],
    },
  },
})
