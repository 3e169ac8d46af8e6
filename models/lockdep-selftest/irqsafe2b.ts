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

/**
 * A thread takes a lock with the handler kept out, and lets it in before it releases the lock that the handler takes.
 * What the lock was taken under does not count; what counts is whether the handler can come while it is held.
 */
export default model(
  'lockdep-selftest/irqsafe2b',
  {
    summary: 'Interrupts are turned on while a lock is held that their handler takes.',
    sources: [
      'lib/locking-selftest.c: irqsafe2B_hard_spin_12() and its like; read at 6.18',
      'kernel/locking/lockdep.c: lockdep_hardirqs_on_prepare(), lockdep_softirqs_on(), mark_held_locks(); read at 6.18',
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
      'hard-spin-unlock-first': { kind: 'holds', lockdep: silent },
      'soft-spin-unlock-first': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [context, type, more] = variant.split('-') as ['hard' | 'soft', LockType, string?]
    const a: ObjectHandle = m[lockTypes[type][0]]('A')
    if (context === 'hard') m.irq('handler', (t) => holding(t, type, a))
    else m.softirq('handler', (t) => holding(t, type, a))
    m.thread('task', (t) => {
      if (context === 'hard') t.localIrqDisable()
      else t.localBhDisable()
      const letIn = (): void => (context === 'hard' ? t.localIrqEnable() : t.localBhEnable())
      if (more !== 'unlock') return holding(t, type, a, letIn)
      holding(t, type, a)
      letIn()
    })
  },
)
