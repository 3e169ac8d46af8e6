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
 * A thread takes a lock and inside it a second one, with interrupts on; a handler takes the first. The second lock is
 * only what lockdep finds behind the first one: the handler already deadlocks with the thread over the first. Readers
 * mind nobody.
 */
export default model(
  'lockdep-selftest/irqsafe3',
  {
    summary: 'A lock that a handler takes is held with interrupts on, and inside it one that is taken so elsewhere.',
    sources: [
      'lib/locking-selftest.c: irqsafe3_hard_spin_123() and its like; read at 6.18',
      'kernel/locking/lockdep.c: mark_lock_irq(), check_irq_usage(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other events are threads.'],
    variants: {
      'hard-spin': { kind: 'deadlock', shape: 'irq', processes: ['ab', 'handler'], objects: ['A'], lockdep: reports },
      'hard-rlock': { kind: 'holds', lockdep: silent },
      'hard-wlock': { kind: 'deadlock', shape: 'irq', processes: ['ab', 'handler'], objects: ['A'], lockdep: reports },
      'soft-spin': { kind: 'deadlock', shape: 'irq', processes: ['ab', 'handler'], objects: ['A'], lockdep: reports },
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': { kind: 'deadlock', shape: 'irq', processes: ['ab', 'handler'], objects: ['A'], lockdep: reports },
      'hard-spin-321': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'handler'],
        objects: ['A'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [context, type, order = '123'] = variant.split('-') as ['hard' | 'soft', LockType, string?]
    const a: ObjectHandle = m[lockTypes[type][0]]('A')
    const b: ObjectHandle = m[lockTypes[type][0]]('B')
    const handler = (t: KernelPath): void => holding(t, type, a)
    const events = {
      '1': () => m.thread('ab', (t) => holding(t, type, a, () => holding(t, type, b))),
      '2': () => m.thread('b', (t) => holding(t, type, b)),
      '3': () => (context === 'hard' ? m.irq('handler', handler) : m.softirq('handler', handler)),
    }
    for (const event of order) events[event as keyof typeof events]()
  },
)
