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
 * A handler takes a lock inside which a second one is taken with interrupts off; elsewhere the second one is taken with
 * interrupts on. The handler comes there, wants the first lock, whose holder wants the second: nobody holds a lock that
 * he takes again himself. Readers mind nobody, and in a handler not even a writer that waits.
 */
export default model(
  'lockdep-selftest/irqsafe4',
  {
    summary: 'Inside a lock that a handler takes one is taken that is elsewhere held with interrupts on.',
    sources: [
      'lib/locking-selftest.c: irqsafe4_hard_spin_123() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_irq_usage(), usage_accumulate(), usage_match(); read at 6.18',
      'kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other events are threads.'],
    variants: {
      'hard-spin': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'hard-rlock': { kind: 'holds', lockdep: silent },
      'hard-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'soft-spin': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'hard-spin-irqs-off': { kind: 'holds', lockdep: silent },
      'soft-spin-irqs-off': { kind: 'holds', lockdep: silent },
      // Both locks have writers too, which keep interrupts off.
      'hard-rlock-writers': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [context, type, more] = variant.split('-') as ['hard' | 'soft', LockType, string?]
    const a: ObjectHandle = m[lockTypes[type][0]]('A')
    const b: ObjectHandle = m[lockTypes[type][0]]('B')
    m.thread('ab', (t) => masked(t, context, () => holding(t, type, a, () => holding(t, type, b))))
    m.thread('b', (t) => (more === 'irqs' ? masked(t, context, () => holding(t, type, b)) : holding(t, type, b)))
    if (more === 'writers') {
      m.thread('writer-A', (t) => masked(t, context, () => holding(t, 'wlock', a)))
      m.thread('writer-B', (t) => masked(t, context, () => holding(t, 'wlock', b)))
    }
    const handler = (t: KernelPath): void => holding(t, type, a)
    if (context === 'hard') m.irq('handler', handler)
    else m.softirq('handler', handler)
  },
)
