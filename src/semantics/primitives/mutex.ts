// SPDX-License-Identifier: Apache-2.0
import { notInInterrupt } from '../contexts.ts'
import { primitive } from '../primitive.ts'
import { bit, mine, my, no, set, the } from '../vocabulary.ts'

const free = no(the('locked'))
const take = [set(the('locked'), 1), set(my('held'), 1)]
const waits = 'mutex_unlock()'
const lockdep = { does: 'acquire', mode: 'write' } as const

/**
 * `struct mutex` (kernel/locking/mutex.c, Documentation/locking/mutex-design.rst; read at 6.18).
 * A task that locks what it already holds blocks: that is a self-deadlock, not misuse. Which waiter wins is left open,
 * so no verdict rests on the queue's order.
 */
export const mutex = primitive({
  name: 'mutex',
  source: 'kernel/locking/mutex.c: __mutex_lock_common(), mutex_trylock(), mutex_unlock()',
  limits: ['The hand-off to the first waiter is not modelled: any waiter may win, so starvation is not judged.'],
  fields: { locked: bit, held: mine },
  lockMap: { wait: 'sleep' },
  holds: { write: my('held') },
  blockedByHoldersOnly: ['locked', 'held'],
  operations: {
    lock: {
      does: 'mutex_lock(): takes the mutex, waits while it is locked',
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: free, set: take }],
    },
    lockInterruptible: {
      does: 'mutex_lock_interruptible(): as mutex_lock(), but any signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: free, set: take },
        { when: the('locked'), to: 'eintr', escape: 'signal' },
      ],
    },
    lockKillable: {
      does: 'mutex_lock_killable(): as mutex_lock(), but a fatal signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: free, set: take },
        { when: the('locked'), to: 'eintr', escape: 'signal' },
      ],
    },
    trylock: {
      does: 'mutex_trylock(): takes the mutex if it is free, never waits; not in interrupt context',
      needs: { 'mutex-in-interrupt': notInInterrupt },
      lockdep: { does: 'acquire', mode: 'write', try: true },
      arrows: [
        { when: free, set: take, to: 'got' },
        { when: the('locked'), to: 'missed', retry: true },
      ],
    },
    unlock: {
      does: 'mutex_unlock(): by the holder only; not in interrupt context',
      needs: { 'unlock-not-held': my('held'), 'mutex-in-interrupt': notInInterrupt },
      lockdep: { does: 'release' },
      arrows: [{ set: [set(the('locked'), 0), set(my('held'), 0)] }],
    },
  },
})
