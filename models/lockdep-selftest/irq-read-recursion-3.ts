// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/** The object that a type of lock is, and what takes and releases it. */
const lockTypes = {
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
 * As before, but the outer lock is one that the handler reads, and that is written around the inner one. That both the
 * handler and the interrupted thread only read does not help: what they read are two
 * locks.
 */
export default model(
  'lockdep-selftest/irq-read-recursion-3',
  {
    summary:
      'Inside a lock that a handler reads, and others write, a lock is taken that readers hold with interrupts on.',
    sources: [
      'lib/locking-selftest.c: irq_read_recursion3_hard_rlock_123() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_irq_usage(), exclusive_mask(), usage_match(), read_lock_is_recursive(); kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other events are threads.'],
    variants: {
      // The self-test has read_lock() recursive and expects silence.
      'hard-rlock': { kind: 'holds', lockdep: reports },
      'hard-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ba', 'handler', 'reader'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      // in_interrupt() is true with bottom halves off: the reader inside is let past a writer that waits.
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ba', 'handler', 'reader'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'hard-rlock-writer': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ba', 'handler', 'reader', 'writer'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'soft-rlock-writer': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [context, type, more] = variant.split('-') as ['hard' | 'soft', 'rlock' | 'wlock', string?]
    const [a, b] = [m.rwlock('A'), m.rwlock('B')]
    m.thread('ba', (t) => masked(t, context, () => holding(t, 'wlock', b, () => holding(t, type, a))))
    m.thread('reader', (t) => holding(t, 'rlock', a))
    if (more === 'writer') m.thread('writer', (t) => masked(t, context, () => holding(t, 'wlock', a)))
    const handler = (t: KernelPath): void => holding(t, 'rlock', b)
    if (context === 'hard') m.irq('handler', handler)
    else m.softirq('handler', handler)
  },
)
