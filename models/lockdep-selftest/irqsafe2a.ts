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
 * A thread takes a lock with interrupts off and turns them on before it releases it. A softirq, which waits for
 * interrupts as well, comes in between and wants the lock. Two readers do not mind each other.
 */
export default model(
  'lockdep-selftest/irqsafe2a',
  {
    summary: 'Interrupts are turned on while a lock is held that a softirq takes.',
    sources: [
      'lib/locking-selftest.c: irqsafe2A_spin_12() and its like; read at 6.18',
      'kernel/locking/lockdep.c: lockdep_hardirqs_on_prepare(), mark_held_locks(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other half a thread.'],
    variants: {
      spin: { kind: 'deadlock', shape: 'irq', processes: ['handler', 'task'], objects: ['A'], lockdep: reports },
      wlock: { kind: 'deadlock', shape: 'irq', processes: ['handler', 'task'], objects: ['A'], lockdep: reports },
      rlock: { kind: 'holds', lockdep: silent },
      'spin-unlock-first': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [type, more] = variant.split('-') as [LockType, string?]
    const a: ObjectHandle = m[lockTypes[type][0]]('A')
    m.softirq('handler', (t) => holding(t, type, a))
    m.thread('task', (t) => {
      t.localIrqDisable()
      if (more !== 'unlock') return holding(t, type, a, () => t.localIrqEnable())
      holding(t, type, a)
      t.localIrqEnable()
    })
  },
)
