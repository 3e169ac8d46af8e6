// SPDX-License-Identifier: Apache-2.0
import { kernelAllocation, mightReclaim } from '../allocation.ts'
import { mightWaitForFences } from '../lock-map.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { all, any, bump, each, every, is, its, my, no, positive, set, some, the } from '../vocabulary.ts'
import { wwMutex } from './ww-mutex.ts'

/** `enum dma_resv_usage`, as members store it; 0 is "not in the reservation". */
export const usage = { KERNEL: 1, WRITE: 2, READ: 3, BOOKKEEP: 4 } as const

const heldByMe = positive(my('held'))

/** Member `f` is in the reservation with a usage that a wait for `usage` covers, and has not signalled. */
const mustWait = (f: string): PExpr =>
  all(positive(its('usage', f)), ['<=', its('usage', f), { param: 'usage' }], no(the('signalled', f)))
const awaits = (f: string) => ({ field: 'awaits', at: ['me', f] })
const busy = some('f', 'member', mustWait('f'))
/** Everything that was noted when the wait began has signalled; what is added later is not waited for. */
const settled = every('f', 'member', any(no(awaits('f')), the('signalled', 'f')))
const note = [each('f', 'member', set(awaits('f'), mustWait('f')))]
const forget = [each('f', 'member', set(awaits('f'), 0))]

/** `f` made room for `g` while it had not signalled. */
const replaced = (f: string, g: string) => ({ field: 'replaced', at: [f, g] })
const stillBusy = (f: string): PExpr => all(positive(its('usage', f)), no(the('signalled', f)))
/** It takes a slot with this usage, or keeps a stronger one that it has. */
const addsWithUsage = set(its('usage', 'fence'), [
  'if',
  all(positive(its('usage', 'fence')), ['<', its('usage', 'fence'), { param: 'usage' }]),
  its('usage', 'fence'),
  { param: 'usage' },
])
const publishes = set(the('published', 'fence'), 1)

const waits = 'dma_fence_signal()'
const lockdep = mightWaitForFences
const params = { usage: { min: 1, max: 4, default: 4 } } as const
const snapshot = [
  { when: no(busy) },
  { when: busy, to: 'waiting', set: note },
  { from: 'waiting', when: settled, set: forget },
] as const

/** Operations of a ww_mutex by the names that include/linux/dma-resv.h gives them; a trylock with a context has none. */
function named<O extends Readonly<Record<string, { readonly does: string }>>>(operations: O): O {
  const called = (does: string): string => does.replaceAll(/ww_mutex_(?=lock|trylock\(\) without)/g, 'dma_resv_')
  const renamed = Object.entries(operations).map(([op, it]) => [op, { ...it, does: called(it.does) }] as const)
  return Object.fromEntries(renamed) as unknown as O
}

/**
 * `struct dma_resv` (drivers/dma-buf/dma-resv.c, include/linux/dma-resv.h; read at 6.18): a Wait-Die ww_mutex and a
 * container of fences with a usage. Several buffers may share one. A wait covers what is in the container when it
 * begins, whether or not the caller holds the lock; waiting while holding it is allowed.
 */
export const dmaResv = primitive({
  name: 'dma_resv',
  source:
    'drivers/dma-buf/dma-resv.c: dma_resv_reserve_fences(), dma_resv_add_fence(), dma_resv_wait_timeout(), dma_resv_test_signaled(), dma_resv_reset_max_fences()',
  limits: [
    ...wwMutex.limits,
    'Its members are the fences that some step of the model adds; a fence is in one slot with one usage, which only gets stronger.',
    'A fence does not take the place of an older one of its context; every fence added needs a slot of its own, at most three are reserved at once.',
    'The unlocked iterator restarts when the container grows; here a wait is one snapshot, so that it may restart for ever is not seen.',
    'dma_resv_copy_fences() is not modelled.',
  ],
  refs: wwMutex.refs,
  about:
    'A reservation is a Wait-Die ww_mutex and a container of fences. Usages are ordered KERNEL (1), WRITE (2), READ (3), BOOKKEEP (4); asking for one covers it and all stronger ones before it. Adding needs the lock and a slot reserved under the same lock; a wait needs neither, and covers exactly what is in the container when it begins.',
  members: 'dma_fence',
  fields: {
    ...wwMutex.fields,
    usage: { max: 4, per: ['member'] },
    slots: { max: 3 },
    awaits: { max: 1, per: ['process', 'member'] },
    replaced: { max: 1, per: ['member', 'member'] },
  },
  lockMap: wwMutex.lockMap,
  debugLocks: wwMutex.debugLocks,
  holds: wwMutex.holds,
  blockedByHoldersOnly: wwMutex.blockedByHoldersOnly,
  always: {
    'replaced-signals-late': {
      kind: 'dropped-dependency',
      that: every(
        'f',
        'member',
        every('g', 'member', any(no(replaced('f', 'g')), no(the('signalled', 'g')), the('signalled', 'f'))),
      ),
      after: ['addExclusive'],
    },
  },
  operations: {
    ...named(wwMutex.operations),
    wwUnlock: {
      does: 'dma_resv_unlock(): by the holder only; reserved slots are lost',
      needs: wwMutex.operations.wwUnlock.needs,
      lockdep: { does: 'release' },
      arrows: [
        {
          when: is(my('held'), 1),
          set: [set(the('locked'), 0), set(my('held'), 0), set(the('slots'), 0), bump(my('acquired', 'class'), -1)],
        },
        { when: is(my('held'), 2), set: [set(the('locked'), 0), set(my('held'), 0), set(the('slots'), 0)] },
      ],
    },
    reserveFences: {
      does: 'dma_resv_reserve_fences(): room for so many fences; allocates with GFP_KERNEL, so it may reclaim',
      needs: { 'reserve-unlocked': heldByMe },
      params: { count: { min: 1, max: 3, default: 1 } },
      sleeps: true,
      lockdep: mightReclaim,
      arrows: kernelAllocation([
        set(the('slots'), ['if', ['<', the('slots'), { param: 'count' }], { param: 'count' }, the('slots')]),
      ]),
    },
    addFence: {
      does: 'dma_resv_add_fence(): publishes a fence with a usage into a reserved slot; cannot fail, does not allocate',
      needs: { 'add-unlocked': heldByMe, 'add-without-slot': positive(the('slots')) },
      args: { fence: 'dma_fence' },
      params,
      lockdep: { does: 'owe', of: 'fence' },
      arrows: [
        {
          set: [bump(the('slots'), -1), addsWithUsage, publishes],
        },
      ],
    },
    replaceFences: {
      does: 'dma_resv_replace_fences(): one fence takes the place of another, which must not need the buffer any longer when the new one signals',
      needs: { 'add-unlocked': heldByMe },
      args: { old: 'dma_fence', fence: 'dma_fence' },
      params,
      lockdep: { does: 'owe', of: 'fence' },
      arrows: [
        { when: no(positive(its('usage', 'old'))) },
        {
          when: positive(its('usage', 'old')),
          set: [set(its('usage', 'old'), 0), addsWithUsage, publishes],
        },
      ],
    },
    addExclusive: {
      does: 'dma_resv_add_excl_fence(), before 5.19: the exclusive fence takes the place of all others, shared ones too',
      needs: { 'add-unlocked': heldByMe },
      args: { fence: 'dma_fence' },
      params: { usage: { min: 1, max: 2, default: 2 } },
      lockdep: { does: 'owe', of: 'fence' },
      arrows: [
        {
          set: [
            each(
              'f',
              'member',
              set(replaced('f', 'fence'), any(replaced('f', 'fence'), stillBusy('f'))),
              set(its('usage', 'f'), 0),
            ),
            set(replaced('fence', 'fence'), 0),
            set(its('usage', 'fence'), { param: 'usage' }),
            publishes,
          ],
        },
      ],
    },
    waitFences: {
      does: 'dma_resv_wait_timeout(usage): waits for every fence of that usage or a stronger one that is in it now',
      params,
      sleeps: true,
      waits,
      lockdep,
      arrows: snapshot,
    },
    waitFencesInterruptible: {
      does: 'dma_resv_wait_timeout(), interruptible: a signal to the process ends the wait with -ERESTARTSYS',
      params,
      sleeps: true,
      waits,
      lockdep,
      arrows: [...snapshot, { from: 'waiting', when: no(settled), set: forget, to: 'erestartsys', escape: 'signal' }],
    },
    waitFencesTimeout: {
      does: 'dma_resv_wait_timeout(), bounded: gives up after a time with 0',
      params,
      sleeps: true,
      waits,
      lockdep,
      arrows: [...snapshot, { from: 'waiting', when: no(settled), set: forget, to: 'timeout', escape: 'timeout' }],
    },
    waitFencesInterruptibleTimeout: {
      does: 'dma_resv_wait_timeout(), interruptible and bounded: ended by a signal or by time',
      params,
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        ...snapshot,
        { from: 'waiting', when: no(settled), set: forget, to: 'erestartsys', escape: 'signal' },
        { from: 'waiting', when: no(settled), set: forget, to: 'timeout', escape: 'timeout' },
      ],
    },
    testSignaled: {
      does: 'dma_resv_test_signaled(usage): looks, never waits',
      params,
      arrows: [
        { when: no(busy), to: 'idle' },
        { when: busy, to: 'busy', retry: true },
      ],
    },
  },
})
