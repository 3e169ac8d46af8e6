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
 * A handler reads a lock inside which, written with interrupts off, a second one is taken; elsewhere the second one is
 * taken with interrupts on. The handler comes there and waits for the writer, who waits for the second lock. If that is
 * only read everywhere, the writer waits for nobody, until somebody queues to write it; and with only bottom halves off
 * not even then.
 */
export default model(
  'lockdep-selftest/irq-inversion',
  {
    summary: 'Inside a lock that a handler reads one is taken that is elsewhere held with interrupts on.',
    sources: [
      'lib/locking-selftest.c: irq_inversion_hard_spin_123() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_irq_usage(), exclusive_mask(), usage_match(), read_lock_is_recursive(); read at 6.18',
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
      // The self-test has read_lock() recursive and expects silence.
      'hard-rlock': { kind: 'holds', lockdep: reports },
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
      // in_interrupt() is true with bottom halves off: the reader inside is let past a writer that waits.
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'hard-spin-irqs-off': { kind: 'holds', lockdep: silent },
      'hard-rlock-writer': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'b', 'handler', 'writer'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'soft-rlock-writer': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [context, type, more] = variant.split('-') as ['hard' | 'soft', LockType, string?]
    const a: ObjectHandle = m.rwlock('A')
    const b: ObjectHandle = m[lockTypes[type][0]]('B')
    m.thread('ab', (t) => masked(t, context, () => holding(t, 'wlock', a, () => holding(t, type, b))))
    m.thread('b', (t) => (more === 'irqs' ? masked(t, context, () => holding(t, type, b)) : holding(t, type, b)))
    if (more === 'writer') m.thread('writer', (t) => masked(t, context, () => holding(t, 'wlock', b)))
    const handler = (t: KernelPath): void => holding(t, 'rlock', a)
    if (context === 'hard') m.irq('handler', handler)
    else m.softirq('handler', handler)
  },
)
