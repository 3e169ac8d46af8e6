// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/** The object that a type of lock is, and what takes and releases it. */
const lockTypes = {
  spin: ['spinlock', 'spinLock', 'spinUnlock'],
  wlock: ['rwlock', 'writeLock', 'writeUnlock'],
  rlock: ['rwlock', 'readLock', 'readUnlock'],
} as const
type LockType = keyof typeof lockTypes

/** Takes a lock as its type is taken, runs the body, releases it. */
const holding = (t: KernelPath, type: LockType, lock: ObjectHandle, body = (): void => {}): void => {
  const [, take, release] = lockTypes[type]
  const does = (operation: typeof take | typeof release): void => (t[operation] as (lock: ObjectHandle) => void)(lock)
  does(take)
  body()
  does(release)
}

/** Runs the body with the handler kept out. */
const masked = (t: KernelPath, context: 'hard' | 'soft', body: () => void): void => {
  if (context === 'hard') t.localIrqDisable()
  else t.localBhDisable()
  body()
  if (context === 'hard') t.localIrqEnable()
  else t.localBhEnable()
}

/**
 * A handler takes a lock that a thread takes with interrupts on. If the interrupt comes to the thread's own CPU while it
 * holds the lock, the handler spins for ever. Two readers do not mind each other, whoever queues to write; and where the
 * interrupt never comes to that CPU nothing happens, but lockdep knows of no CPUs.
 */
export default model(
  'lockdep-selftest/irqsafe1',
  {
    summary: 'A handler takes a lock that a thread takes with interrupts on.',
    sources: [
      'lib/locking-selftest.c: irqsafe1_hard_spin_12() and its like; read at 6.18',
      'kernel/locking/lockdep.c: mark_lock_irq(), valid_state(), exclusive_bit(); read at 6.18',
      'kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other half a thread.'],
    variants: {
      'hard-spin': { kind: 'deadlock', shape: 'irq', processes: ['handler', 'task'], objects: ['A'], lockdep: reports },
      'hard-rlock': { kind: 'holds', lockdep: silent },
      'hard-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'task'],
        objects: ['A'],
        lockdep: reports,
      },
      'soft-spin': { kind: 'deadlock', shape: 'irq', processes: ['handler', 'task'], objects: ['A'], lockdep: reports },
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'task'],
        objects: ['A'],
        lockdep: reports,
      },
      'hard-spin-irqs-off': { kind: 'holds', lockdep: silent },
      'soft-spin-irqs-off': { kind: 'holds', lockdep: silent },
      // Nothing can happen, but lockdep has no notion of CPUs.
      'hard-spin-other-cpu': { kind: 'holds', lockdep: reports },
      // A thread that writes: with interrupts on it is the one that the handler waits for.
      'hard-rlock-writer': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'writer'],
        objects: ['A'],
        lockdep: reports,
      },
      'hard-rlock-writer-irqs-off': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [context, type, ...more] = variant.split('-') as ['hard' | 'soft', LockType, ...string[]]
    const a: ObjectHandle = m[lockTypes[type][0]]('A')
    const withWriter = more.includes('writer')
    const passes = (by: LockType) => (t: KernelPath) => holding(t, by, a)
    const maybeMasked = (by: LockType) => (t: KernelPath) =>
      more.includes('off') ? masked(t, context, () => holding(t, by, a)) : holding(t, by, a)
    m.thread('task', withWriter ? passes(type) : maybeMasked(type))
    if (withWriter) m.thread('writer', maybeMasked('wlock'))
    if (context === 'hard') m.irq('handler', passes(type), more.includes('cpu') ? { on: [] } : {})
    else m.softirq('handler', passes(type))
  },
)
