// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, bump, each, is, its, my, positive, set, the } from '../vocabulary.ts'

const active = the('active')
const begun = my('begun')
/** Held around the callbacks; whoever runs the hooked body that this is in has it already. */
const startMap = { map: 'mmu_notifier_invalidate_range_start', notInside: ['notifier', 'invalidate'] } as const
/** Only the last invalidation that ends makes the sequence number even again: then every waiter gets on. */
const last = is(active, 1)
const released = each(
  'i',
  'member',
  set(the('current', 'i'), 0),
  set(the('inserted', 'i'), all(the('inserted', 'i'), is(the('leaving', 'i'), 0))),
  each('q', 'process', set(its('waits', 'q', 'i'), 0)),
)

/**
 * `struct mmu_notifier_subscriptions` (mm/mmu_notifier.c; read at 6.18): the invalidations that are under way in one mm,
 * as far as its interval notifiers are concerned. Its members are the interval notifiers that name it.
 */
export const mmuNotifierSubscriptions = primitive({
  name: 'mmu_notifier_subscriptions',
  source:
    'mm/mmu_notifier.c: mn_itree_inv_start_range(), mn_itree_invalidate(), mn_itree_inv_end(), mn_itree_is_invalidating()',
  about:
    'Several invalidations of one mm may be under way, nested in one thread or in parallel. Their sequence number is odd from the first one that an interval notifier watches to the end of the last one: until then everybody waits who has begun to read a range that was invalidated meanwhile, whosever invalidation is the last. `m.intervalCallback()` puts the callback of a driver between the two operations.',
  limits: [
    'Every invalidation concerns every interval notifier that is called inside it, and none else; it ends when the callbacks have returned.',
    'An invalidation that no interval notifier watches leaves the sequence number even; it is not modelled.',
    'Seven invalidations at most are under way at once, three of them nested in one process.',
  ],
  members: 'mmu_interval_notifier',
  fields: { active: { max: 7 }, begun: { max: 3, per: ['process'] } },
  holds: { invalidation: positive(begun) },
  operations: {
    invalidateStart: {
      does: 'mn_itree_inv_start_range(): an invalidation of this mm begins; never waits',
      lockdep: [{ does: 'owe' }, { does: 'acquire', ...startMap }],
      arrows: [{ set: [bump(active, 1), bump(begun, 1)] }],
    },
    invalidateEnd: {
      does: 'mn_itree_inv_end(): an invalidation of this mm ends; the last one wakes whoever waits for that',
      lockdep: [{ does: 'event' }, { does: 'release', ...startMap }],
      needs: { 'invalidate-end-without-start': positive(begun) },
      arrows: [
        { when: last, set: [bump(active, -1), bump(begun, -1), released] },
        { when: ['<', 1, active], set: [bump(active, -1), bump(begun, -1)] },
      ],
    },
  },
})
