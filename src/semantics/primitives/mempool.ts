// SPDX-License-Identifier: Apache-2.0
import { directReclaim, mightReclaim, mightReclaimNofs } from '../allocation.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { all, bump, no, positive, set, the } from '../vocabulary.ts'

const taken = the('taken')
/** `curr_nr` is not 0. */
const left: PExpr = ['<', taken, the('min')]
const fromReserve = [bump(taken, 1)]
const waits = 'mempool_free()'

/**
 * The allocator first, without reclaim; then the reserve; then the allocator with reclaim; and only then a wait. Whoever
 * is woken reclaims again before it looks at the reserve.
 */
const blocking = (flags: 'kernel' | 'nofs') =>
  [
    { to: 'ok' },
    { to: 'short' },
    { from: 'short', when: left, set: fromReserve },
    ...directReclaim(flags).map((arrow) => ({
      ...arrow,
      from: 'short' as const,
      to: 'reclaimed' as const,
      when: all(no(left), arrow.when),
    })),
    { from: 'reclaimed' },
    { from: 'reclaimed', when: left, set: fromReserve },
    { from: 'reclaimed', when: no(left), to: 'waiting' },
    ...directReclaim(flags).map((arrow) => ({
      ...arrow,
      from: 'waiting' as const,
      to: 'reclaimed' as const,
      when: all(left, arrow.when),
    })),
  ] as const

/**
 * `mempool_t` (mm/mempool.c; read at 6.18): an allocator with `min` elements set aside. An allocation that may sleep never
 * fails: when memory is short and the reserve is used up, it waits until somebody gives an element back. That is progress
 * only if what gives elements back needs none itself, and nothing that is held while waiting.
 */
export const mempool = primitive({
  name: 'mempool',
  source: 'mm/mempool.c: mempool_alloc_noprof(), mempool_alloc_preallocated(), mempool_free()',
  about:
    'The allocator is asked first, without reclaim. If it has nothing, an element of the reserve is taken; if there is none left either, the allocator is asked again with reclaim, as the flags allow; only if that fails too does a caller that may sleep wait for mempool_free(). So reclaim begins only where the reserve is used up. An element belongs to nobody in particular: whoever has it gives it back, also from a handler. Two elements that one path needs at once deadlock when each of two such paths has one and the reserve was two.',
  limits: [
    'Memory is short or not, at each allocation anew; that somebody who waits finds memory all the same (it looks again every 5 s) is not relied on.',
    'An allocation that waits asks for reclaim only once it is woken, not every 5 s.',
    'Seven elements at most are set aside; mempool_resize() and bulk allocation are not modelled.',
    'Who has an element is not told: giving back what one does not have is not reported, nor one that is never given back.',
  ],
  fields: { min: { max: 7, init: 1 }, taken: { max: 7 } },
  operations: {
    mempoolAlloc: {
      does: 'mempool_alloc(GFP_KERNEL): never fails; waits for an element when memory is short and the reserve is used up',
      sleeps: true,
      waits,
      lockdep: mightReclaim,
      arrows: blocking('kernel'),
    },
    mempoolAllocNofs: {
      does: 'mempool_alloc(GFP_NOFS or GFP_NOIO): as with GFP_KERNEL but for shrinkers that look at __GFP_FS',
      sleeps: true,
      waits,
      lockdep: mightReclaimNofs,
      arrows: blocking('nofs'),
    },
    mempoolAllocNowait: {
      does: 'mempool_alloc(GFP_NOWAIT or GFP_ATOMIC): never sleeps, never reclaims; NULL when the reserve is used up too',
      arrows: [
        { to: 'ok' },
        { to: 'short' },
        { from: 'short', when: left, set: fromReserve },
        { from: 'short', when: no(left), to: 'enomem', retry: true },
      ],
    },
    mempoolAllocPreallocated: {
      does: 'mempool_alloc_preallocated(): an element of the reserve, NULL if there is none left; from any context',
      arrows: [
        { when: left, set: fromReserve },
        { when: no(left), to: 'enomem', retry: true },
      ],
    },
    mempoolFree: {
      does: 'mempool_free(): fills the reserve up first, and then whoever waits gets on; from any context',
      arrows: [{ set: [set(taken, ['-', taken, positive(taken)])] }],
    },
  },
})
