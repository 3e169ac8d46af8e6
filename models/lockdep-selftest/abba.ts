// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/** The object that a type of lock is, and what takes and releases it. */
const lockTypes = {
  spin: ['spinlock', 'spinLock', 'spinUnlock'],
  wlock: ['rwlock', 'writeLock', 'writeUnlock'],
  rlock: ['rwlock', 'readLock', 'readUnlock'],
  mutex: ['mutex', 'lock', 'unlock'],
  wsem: ['rwsem', 'downWrite', 'upWrite'],
  rsem: ['rwsem', 'downRead', 'upRead'],
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
 * Two threads take two locks in opposite order. Exclusive locks deadlock; readers let each other in, and do so for ever
 * where nobody writes. Lockdep counts a reader that a waiting writer stops as exclusive, so it reports the readers as
 * well: it takes a writer of each of the two locks to prove it right, one is not enough.
 */
export default model(
  'lockdep-selftest/abba',
  {
    summary: 'Two threads take two locks in opposite order; readers deadlock only behind two writers.',
    sources: [
      'lib/locking-selftest.c: ABBA_spin() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), read_lock_is_recursive(); read at 6.18',
      'kernel/locking/qrwlock.c: queued_read_lock_slowpath(); kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18',
    ],
    abstracts: ['The two halves, which one task runs one after the other there, are threads here.'],
    variants: {
      spin: { kind: 'deadlock', shape: 'cycle', processes: ['ab', 'ba'], objects: ['A', 'B'], lockdep: reports },
      wlock: { kind: 'deadlock', shape: 'cycle', processes: ['ab', 'ba'], objects: ['A', 'B'], lockdep: reports },
      // The self-test has read_lock() recursive and expects silence.
      rlock: { kind: 'holds', lockdep: reports },
      mutex: { kind: 'deadlock', shape: 'cycle', processes: ['ab', 'ba'], objects: ['A', 'B'], lockdep: reports },
      wsem: { kind: 'deadlock', shape: 'cycle', processes: ['ab', 'ba'], objects: ['A', 'B'], lockdep: reports },
      rsem: { kind: 'holds', lockdep: reports },
      'rlock-one-writer': { kind: 'holds', lockdep: reports },
      'rlock-writers': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'ba', 'writer-A', 'writer-B'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'rsem-one-writer': { kind: 'holds', lockdep: reports },
      'rsem-writers': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'ba', 'writer-A', 'writer-B'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'mutex-ordered': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [type, ...more] = variant.split('-') as [LockType, ...string[]]
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name)
    const [a, b] = [lockNamed('A'), lockNamed('B')]
    const both = (t: KernelPath, first: ObjectHandle, second: ObjectHandle): void =>
      holding(t, type, first, () => holding(t, type, second))
    const writes = type === 'rsem' ? 'wsem' : 'wlock'
    m.thread('ab', (t) => both(t, a, b))
    m.thread('ba', (t) => (more.includes('ordered') ? both(t, a, b) : both(t, b, a)))
    if (more.includes('writer') || more.includes('writers')) m.thread('writer-A', (t) => holding(t, writes, a))
    if (more.includes('writers')) m.thread('writer-B', (t) => holding(t, writes, b))
  },
)
