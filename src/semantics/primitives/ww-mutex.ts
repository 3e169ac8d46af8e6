// SPDX-License-Identifier: Apache-2.0
import { notInInterrupt } from '../contexts.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { all, any, bit, bump, each, is, its, mine, my, no, positive, set, some, the } from '../vocabulary.ts'

/** Values of `held`. */
const WITH_CONTEXT = 1
const WITHOUT_CONTEXT = 2

const free = no(the('locked'))
const rank = my('rank', 'class')
const acquired = my('acquired', 'class')
const heldHere = is(my('held'), WITH_CONTEXT)
const waitDie = the('waitDie', 'class')
const older = ['<', its('rank', 'q', 'class'), rank] as const satisfies PExpr
const younger = ['<', rank, its('rank', 'q', 'class')] as const satisfies PExpr
const holdsWithContext = is(its('held', 'q'), WITH_CONTEXT)

/** Somebody with an older ticket holds it or waits for it: then a Wait-Die context that holds locks dies. */
const olderInFront = some('q', 'process', all(any(holdsWithContext, its('waits', 'q')), older))
/** Somebody with an older ticket, who holds other locks, waits for it: only such a waiter wounds. */
const olderWaits = some('q', 'process', all(its('waits', 'q'), positive(its('acquired', 'q', 'class')), older))

/** `__ww_mutex_check_kill()`: only a context that holds locks ever backs off. */
const die: PExpr = all(
  the('locked'),
  positive(acquired),
  no(heldHere),
  any(all(waitDie, olderInFront), all(no(waitDie), my('wounded', 'class'))),
)
const injected: PExpr = all(the('debugWw', 'class'), positive(acquired), no(heldHere))

/** Taking it under an older waiter's nose wounds the taker (`__ww_mutex_check_waiters()`). */
const take = [
  set(the('locked'), 1),
  set(my('held'), WITH_CONTEXT),
  set(my('waits'), 0),
  set(my('contends'), 0),
  set(my('contending', 'class'), 0),
  bump(acquired, 1),
  set(my('wounded', 'class'), any(all(positive(acquired), my('wounded', 'class')), all(no(waitDie), olderWaits))),
]
const takePlain = [set(the('locked'), 1), set(my('held'), WITHOUT_CONTEXT)]
/** Waiting, with locks held, wounds every younger holder that has a context (`__ww_mutex_wound()`). */
const queue = [
  set(my('waits'), 1),
  each(
    'q',
    'process',
    set(
      its('wounded', 'q', 'class'),
      any(its('wounded', 'q', 'class'), all(no(waitDie), positive(acquired), holdsWithContext, younger)),
    ),
  ),
]
const backOff = [set(my('waits'), 0), set(my('contends'), 1), set(my('contending', 'class'), 1)]

/** After a back-off the contended lock comes first: the debug check of `ww_mutex_lock_acquired()`. */
const contendedFirst = any(no(my('contending', 'class')), all(my('contends'), is(acquired, 0)))
/** What `ww_mutex_lock()` with a context relies on. */
const contextNeeds = {
  'no-context': positive(rank),
  'lock-after-done': no(my('done', 'class')),
  'not-the-contended-lock': any(contendedFirst, heldHere),
} as const satisfies Record<string, PExpr>

const contextArrows = [
  { when: heldHere, to: 'ealready', unexpected: true },
  { when: free, set: take },
  { when: injected, set: backOff, to: 'edeadlk', retry: true },
  { when: die, set: backOff, to: 'edeadlk', retry: true },
  { when: all(the('locked'), no(heldHere), no(die)), to: 'queued', set: queue },
  { from: 'queued', when: free, set: take },
  { from: 'queued', when: die, set: backOff, to: 'edeadlk', retry: true },
] as const
/** The contended lock after a back-off. */
const slowNeeds = {
  'no-context': positive(rank),
  'lock-after-done': no(my('done', 'class')),
  'slow-while-held': is(acquired, 0),
  'not-the-contended-lock': all(my('contending', 'class'), my('contends')),
} as const satisfies Record<string, PExpr>
const slowArrows = [
  { when: free, set: take },
  { when: the('locked'), to: 'queued', set: queue },
  { from: 'queued', when: free, set: take },
] as const
const interrupted = {
  from: 'queued',
  when: the('locked'),
  set: [set(my('waits'), 0)],
  to: 'eintr',
  escape: 'signal',
} as const

const waits = 'ww_mutex_unlock()'
const lockdep = { does: 'acquire', mode: 'write' } as const
/** `mutex_acquire_nest()`: the ticket puts the locks of its class in order. */
const inContext = { ...lockdep, nest: { of: 'class', part: 'acquire' } } as const

/**
 * `struct ww_mutex` (kernel/locking/ww_mutex.h, kernel/locking/mutex.c; read at 6.18). Its class decides between
 * Wait-Die and Wound-Wait. A holder without a context is waited for whatever the stamps: no deadlock avoidance.
 */
export const wwMutex = primitive({
  name: 'ww_mutex',
  source:
    'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(), __ww_mutex_add_waiter(), __ww_mutex_wound(), __ww_mutex_check_waiters(); kernel/locking/mutex.c: __mutex_lock_common(), ww_mutex_trylock()',
  limits: [
    'Any waiter may win a free lock; the order by stamp decides only who backs off. Starvation is not judged.',
    'A process holds a lock at most once, with or without its context.',
    'A lock that some earlier context of the process backed off from counts as contended too.',
    'not-the-contended-lock is what CONFIG_DEBUG_WW_MUTEXES warns of; include/linux/ww_mutex.h allows a scan over an LRU list to skip the contended lock.',
  ],
  about:
    'Whoever takes a ticket (wwAcquireInit) may be told to back off instead of waiting, but only while it holds another lock of the class. Wait-Die: it is told so at once if somebody older holds the lock or waits for it. Wound-Wait: an older one that holds locks and has to wait wounds the younger holder, which notices when it next has to wait for a lock of the class. Having backed off, it releases everything and takes the contended lock first, with the slow call. A holder without a ticket is simply waited for, whoever is older: nothing protects from a deadlock there.',
  refs: { class: 'ww_class' },
  fields: { locked: bit, held: { max: 2, per: ['process'] }, waits: mine, contends: mine },
  lockMap: { of: 'class', named: '%_mutex', wait: 'sleep' },
  debugLocks: ['no-context', 'lock-after-done', 'not-the-contended-lock', 'slow-while-held', 'unhandled-ealready'],
  holds: { write: positive(my('held')) },
  blockedByHoldersOnly: ['locked', 'held'],
  operations: {
    wwLock: {
      does: 'ww_mutex_lock() with a context: waits, or answers -EDEADLK (back off) or -EALREADY (held by this context)',
      needs: contextNeeds,
      sleeps: true,
      waits,
      lockdep: inContext,
      arrows: contextArrows,
    },
    wwLockInterruptible: {
      does: 'ww_mutex_lock_interruptible() with a context: as ww_mutex_lock(), a signal ends the wait with -EINTR',
      needs: contextNeeds,
      sleeps: true,
      waits,
      lockdep: inContext,
      arrows: [...contextArrows, interrupted],
    },
    wwLockSlow: {
      does: 'ww_mutex_lock_slow(): the contended lock after a back-off, every other one released; never -EDEADLK',
      needs: slowNeeds,
      sleeps: true,
      waits,
      lockdep: inContext,
      arrows: slowArrows,
    },
    wwLockSlowInterruptible: {
      does: 'ww_mutex_lock_slow_interruptible(): as ww_mutex_lock_slow(), a signal ends the wait with -EINTR',
      needs: slowNeeds,
      sleeps: true,
      waits,
      lockdep: inContext,
      arrows: [...slowArrows, interrupted],
    },
    wwLockPlainInterruptible: {
      does: 'ww_mutex_lock_interruptible() without a context: a signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: free, set: takePlain },
        { when: the('locked'), to: 'eintr', escape: 'signal' },
      ],
    },
    wwLockPlain: {
      does: 'ww_mutex_lock() without a context: waits as for a plain mutex, no deadlock avoidance',
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: free, set: takePlain }],
    },
    wwTrylock: {
      does: 'ww_mutex_trylock() with a context: takes it if it is free; never waits, never backs off',
      needs: {
        ...contextNeeds,
        'not-the-contended-lock': any(contendedFirst, the('locked')),
        'mutex-in-interrupt': notInInterrupt,
      },
      lockdep: { ...inContext, try: true },
      arrows: [
        { when: free, set: take, to: 'got' },
        { when: the('locked'), to: 'missed', retry: true },
      ],
    },
    wwTrylockPlain: {
      does: 'ww_mutex_trylock() without a context',
      needs: { 'mutex-in-interrupt': notInInterrupt },
      lockdep: { ...lockdep, try: true },
      arrows: [
        { when: free, set: takePlain, to: 'got' },
        { when: the('locked'), to: 'missed', retry: true },
      ],
    },
    wwUnlock: {
      does: 'ww_mutex_unlock(): by the holder only',
      needs: { 'unlock-not-held': positive(my('held')), 'mutex-in-interrupt': notInInterrupt },
      lockdep: { does: 'release' },
      arrows: [
        { when: heldHere, set: [set(the('locked'), 0), set(my('held'), 0), bump(acquired, -1)] },
        { when: is(my('held'), WITHOUT_CONTEXT), set: [set(the('locked'), 0), set(my('held'), 0)] },
      ],
    },
  },
})
