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
 * Four threads take two of four locks each. Three of them go round in a circle; the fourth takes a lock that nobody
 * else wants and then one of the circle, which only joins the queue. Without the pair that closes the circle four
 * threads remain that cannot wait for each other.
 */
export default model(
  'lockdep-selftest/abcdbdda',
  {
    summary: 'Three threads take two locks each in a circle, and a fourth one takes a lock of it from outside.',
    sources: [
      'lib/locking-selftest.c: ABCDBDDA_spin() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), read_lock_is_recursive(); read at 6.18',
    ],
    abstracts: ['The pairs, which one task runs one after the other there, are threads here.'],
    variants: {
      spin: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bd', 'da'],
        objects: ['A', 'B', 'D'],
        lockdep: reports,
      },
      wlock: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bd', 'da'],
        objects: ['A', 'B', 'D'],
        lockdep: reports,
      },
      // The self-test has read_lock() recursive and expects silence.
      rlock: { kind: 'holds', lockdep: reports },
      mutex: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bd', 'da'],
        objects: ['A', 'B', 'D'],
        lockdep: reports,
      },
      wsem: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bd', 'da'],
        objects: ['A', 'B', 'D'],
        lockdep: reports,
      },
      rsem: { kind: 'holds', lockdep: reports },
      'mutex-ordered': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [type, more] = variant.split('-') as [LockType, string?]
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name)
    const [a, b, c, d] = [lockNamed('A'), lockNamed('B'), lockNamed('C'), lockNamed('D')]
    const both = (t: KernelPath, first: ObjectHandle, second: ObjectHandle): void =>
      holding(t, type, first, () => holding(t, type, second))
    m.thread('ab', (t) => both(t, a, b))
    m.thread('cd', (t) => both(t, c, d))
    m.thread('bd', (t) => both(t, b, d))
    m.thread('da', (t) => (more === 'ordered' ? both(t, a, d) : both(t, d, a)))
  },
)
