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
 * A lock is written with interrupts off and read with interrupts on, and a handler takes it too. A handler that reads
 * goes in beside the reader it has interrupted, even past a writer that waits for that reader; one that writes waits for
 * the reader under it.
 */
export default model(
  'lockdep-selftest/irq-read-recursion-1',
  {
    summary:
      'A handler takes a lock on top of a reader: to read it is let in, to write it waits for what it interrupted.',
    sources: [
      'lib/locking-selftest.c: irq_read_recursion_hard_rlock_123() and its like; read at 6.18',
      'kernel/locking/lockdep.c: mark_lock_irq(), exclusive_bit(); kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The handler, which the test enters by hand, is a handler here, and the other events are threads.'],
    variants: {
      'hard-rlock': { kind: 'holds', lockdep: silent },
      'hard-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'reader'],
        objects: ['A'],
        lockdep: reports,
      },
      'soft-rlock': { kind: 'holds', lockdep: silent },
      'soft-wlock': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'reader'],
        objects: ['A'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [context, type] = variant.split('-') as ['hard' | 'soft', 'rlock' | 'wlock']
    const [a, b] = [m.rwlock('A'), m.spinlock('B')]
    m.thread('writer', (t) => masked(t, context, () => holding(t, 'wlock', a)))
    m.thread('reader', (t) => holding(t, 'rlock', a))
    const handler = (t: KernelPath): void => holding(t, type, a, () => holding(t, 'spin', b))
    if (context === 'hard') m.irq('handler', handler)
    else m.softirq('handler', handler)
  },
)
