// SPDX-License-Identifier: Apache-2.0
import { acquire, bh, enterAtomic, irq, irqsave, plain, release, type Flavour } from '../contexts.ts'
import { primitive, type PExpr, type PSet } from '../primitive.ts'
import { all, any, bit, bump, its, mine, my, no, positive, set, some, the } from '../vocabulary.ts'

const readHeld = some('q', 'process', positive(its('reads', 'q')))
const writeQueued = some('q', 'process', its('queued', 'q'))

/**
 * A reader in interrupt context waits only for a writer that holds it, any other also behind a waiting writer. What
 * counts is `in_interrupt()`, which is true with bottom halves disabled too, so always in `read_lock_bh()`.
 */
const inInterrupt = any(my('inInterrupt', 'task'), positive(my('bhOff', 'task')))
const canRead = (flavour: Flavour): PExpr =>
  flavour === bh ? no(the('writer')) : all(no(the('writer')), any(inInterrupt, no(writeQueued)))
const canWrite = all(no(the('writer')), no(readHeld))
const take = [set(the('writer'), 1), set(my('wrote'), 1)]

const readLock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: flavour.lockNeeds,
  waits: 'write_unlock()',
  lockdep: { does: 'acquire', mode: 'read' } as const,
  arrows: acquire(flavour, canRead(flavour), [bump(my('reads'), 1)]),
})
const readUnlock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: { 'unlock-not-held': positive(my('reads')), ...flavour.unlockNeeds },
  lockdep: { does: 'release' } as const,
  arrows: release(flavour, [bump(my('reads'), -1)]),
})

/** A writer that cannot get in queues, with the flavour's interrupt state, and from then on stops new readers. */
const queueing = (flavour: Flavour): readonly WriteArrow[] => [
  { when: canWrite, set: [...take, enterAtomic, ...flavour.enter] },
  { when: no(canWrite), to: 'queued', set: [set(my('queued'), 1), ...flavour.enter] },
  { from: 'queued', when: canWrite, set: [...take, set(my('queued'), 0), enterAtomic] },
]
export interface WriteArrow {
  readonly from?: 'queued'
  readonly to?: 'queued'
  readonly when: PExpr
  readonly set: readonly PSet[]
}
const writeLock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: flavour.lockNeeds,
  waits: 'read_unlock() or write_unlock()',
  lockdep: { does: 'acquire', mode: 'write' } as const,
  arrows: queueing(flavour),
})
const writeUnlock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: { 'unlock-not-held': my('wrote'), ...flavour.unlockNeeds },
  lockdep: { does: 'release' } as const,
  arrows: release(flavour, [set(the('writer'), 0), set(my('wrote'), 0)]),
})

/**
 * `rwlock_t` on queued rwlocks (kernel/locking/qrwlock.c queued_read_lock_slowpath(); read at 6.18). Read recursion in
 * task context can deadlock behind a waiting writer; in interrupt context it cannot.
 */
export const rwlock = primitive({
  name: 'rwlock',
  source: 'kernel/locking/qrwlock.c: queued_read_lock_slowpath(), queued_write_lock_slowpath()',
  limits: [
    'The order among waiters is not modelled beyond "new task-context readers wait behind a waiting writer".',
    'One process may read-hold it three times; beyond that a verdict is unknown.',
  ],
  fields: { writer: bit, reads: { max: 3, per: ['process'] }, wrote: mine, queued: mine },
  lockMap: { wait: 'config' },
  holds: { read: positive(my('reads')), write: my('wrote') },
  queues: { 'queued for write': my('queued') },
  blockedByHoldersOnly: ['writer', 'reads', 'wrote', 'queued'],
  operations: {
    readLock: readLock(
      'read_lock(): shared; a task waits behind a waiting writer, a handler only for a holding one',
      plain,
    ),
    readUnlock: readUnlock('read_unlock()', plain),
    readLockIrq: readLock('read_lock_irq(): interrupts off, then as read_lock()', irq),
    readUnlockIrq: readUnlock('read_unlock_irq(): interrupts on, whatever they were before', irq),
    readLockIrqsave: readLock('read_lock_irqsave(): saves the interrupt state, then as read_lock_irq()', irqsave),
    readUnlockIrqrestore: readUnlock('read_unlock_irqrestore()', irqsave),
    readLockBh: readLock('read_lock_bh(): softirqs off, then as read_lock()', bh),
    readUnlockBh: readUnlock('read_unlock_bh()', bh),
    writeLock: writeLock('write_lock(): exclusive; while it waits, new task-context readers wait behind it', plain),
    writeUnlock: writeUnlock('write_unlock()', plain),
    writeLockIrq: writeLock('write_lock_irq(): interrupts off, then as write_lock()', irq),
    writeUnlockIrq: writeUnlock('write_unlock_irq(): interrupts on, whatever they were before', irq),
    writeLockIrqsave: writeLock('write_lock_irqsave(): saves the interrupt state, then as write_lock_irq()', irqsave),
    writeUnlockIrqrestore: writeUnlock('write_unlock_irqrestore()', irqsave),
    writeLockBh: writeLock('write_lock_bh(): softirqs off, then as write_lock()', bh),
    writeUnlockBh: writeUnlock('write_unlock_bh()', bh),
    readTrylock: {
      does: 'read_trylock(): fails while a writer holds it or waits',
      lockdep: { does: 'acquire', mode: 'read', try: true },
      arrows: [
        { when: all(no(the('writer')), no(writeQueued)), set: [bump(my('reads'), 1), enterAtomic], to: 'got' },
        { when: any(the('writer'), writeQueued), to: 'missed', retry: true },
      ],
    },
    writeTrylock: {
      does: 'write_trylock(): succeeds only on a lock that nobody holds or waits to write',
      lockdep: { does: 'acquire', mode: 'write', try: true },
      arrows: [
        { when: all(canWrite, no(writeQueued)), set: [...take, enterAtomic], to: 'got' },
        { when: any(no(canWrite), writeQueued), to: 'missed', retry: true },
      ],
    },
  },
})
