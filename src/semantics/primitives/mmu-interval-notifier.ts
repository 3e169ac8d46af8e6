// SPDX-License-Identifier: Apache-2.0
import { mightInvalidate } from '../allocation.ts'
import { primitive } from '../primitive.ts'
import { bit, each, its, mine, my, no, positive, set, the } from '../vocabulary.ts'

/** Its sequence number is the odd one of the invalidation that is under way. */
const current = the('current')
const valid = my('valid')
const begins = [set(valid, 1), set(my('began'), 1)]
const underWay = positive(the('active', 'mm'))
const waits = 'mn_itree_inv_end()'

/**
 * `struct mmu_interval_notifier` (mm/mmu_notifier.c, include/linux/mmu_notifier.h; read at 6.18): a collision-retry lock
 * for the pages of a range. A reader notes the sequence number, collects pages, and asks under the driver's own lock
 * whether an invalidation has come between; the callback of an invalidation writes the number under the same lock.
 */
export const mmuIntervalNotifier = primitive({
  name: 'mmu_interval_notifier',
  source:
    'mm/mmu_notifier.c: mmu_interval_read_begin(), mmu_interval_notifier_remove(); include/linux/mmu_notifier.h: mmu_interval_read_retry(), mmu_interval_set_seq()',
  about:
    'A reader that begins while its range is being invalidated, after the callback has written the sequence number, waits until no invalidation of the mm is under way; before that it goes on, and will be told to retry. A callback that is called non-blockable (oomReap()) must not sleep: it returns early where it would have to, and the pages stay. Whoever begins to read inside the callback after it has written the number waits for itself.',
  limits: [
    'Sequence numbers are told apart as far as it matters: whether one has changed since a process began to read, and whether it is the one under way.',
    'Each process keeps the number of its own last read; the kernel lets a driver store one and ask for it elsewhere.',
    'That read_retry() and set_seq() are called under one lock of the driver is not asked for: without it the model shows what then happens.',
    'The kernel does not look whether an interval notifier sleeps when it is called non-blockable, as it does for other notifiers; here that is misuse for both.',
    'Inserting is not modelled: a notifier is there from the start, or never (`inserted: 0`).',
  ],
  refs: { mm: 'mmu_notifier_subscriptions' },
  fields: {
    inserted: { max: 1, init: 1 },
    leaving: bit,
    current: bit,
    valid: mine,
    began: mine,
    waits: mine,
  },
  operations: {
    intervalReadBegin: {
      does: 'mmu_interval_read_begin(): notes the sequence number; waits if it is the one of an invalidation under way',
      sleeps: true,
      waits,
      lockdep: [mightInvalidate, { does: 'wait', of: 'mm' }],
      arrows: [
        { when: no(current), set: begins },
        { when: current, to: 'invalidating', set: [...begins, set(my('waits'), 1)] },
        { from: 'invalidating', when: no(my('waits')) },
      ],
    },
    intervalReadRetry: {
      does: 'mmu_interval_read_retry(), under the lock of the driver: whether an invalidation has come between; never waits',
      needs: { 'read-retry-without-begin': my('began') },
      arrows: [{ when: valid }, { when: no(valid), to: 'collided', retry: true }],
    },
    intervalSetSeq: {
      does: 'mmu_interval_set_seq(), in the callback, under the lock of the driver: all reads so far have to be retried',
      needs: { 'set-seq-outside-invalidation': positive(my('begun', 'mm')) },
      arrows: [
        { when: no(current), set: [set(current, 1), each('q', 'process', set(its('valid', 'q'), 0))] },
        { when: current },
      ],
    },
    intervalNotifierRemove: {
      does: 'mmu_interval_notifier_remove(): no callback from here on; waits for all invalidations under way, so never from a callback',
      needs: { 'remove-twice': the('inserted') },
      sleeps: true,
      waits,
      lockdep: [mightInvalidate, { does: 'wait', of: 'mm' }],
      arrows: [
        { when: no(underWay), set: [set(the('inserted'), 0)] },
        { when: underWay, to: 'leaving', set: [set(the('leaving'), 1), set(my('waits'), 1)] },
        { from: 'leaving', when: no(my('waits')) },
      ],
    },
  },
})
