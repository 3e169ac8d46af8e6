// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const

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
 * Four threads take two of four locks each, and together go round in a circle. The self-test runs the pairs in two
 * orders; as threads they are the same thing. Readers alone never wait for each other; lockdep, which expects a writer of
 * each lock to come along, reports them.
 */
export default model(
  'lockdep-selftest/abbccdda',
  {
    summary: 'Four threads take two of four locks each, in a circle.',
    sources: [
      'lib/locking-selftest.c: ABBCCDDA_spin(), ABCDBCDA_spin() and their like; read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), read_lock_is_recursive(); read at 6.18',
    ],
    abstracts: ['The pairs, which one task runs one after the other there, are threads here.'],
    variants: {
      spin: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      wlock: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      // The self-test has read_lock() recursive and expects silence.
      rlock: { kind: 'holds', lockdep: reports },
      mutex: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      wsem: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      rsem: { kind: 'holds', lockdep: reports },
      'spin-abcdbcda': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      'wlock-abcdbcda': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      'rlock-abcdbcda': { kind: 'holds', lockdep: reports },
      'mutex-abcdbcda': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      'wsem-abcdbcda': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'cd', 'da'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      'rsem-abcdbcda': { kind: 'holds', lockdep: reports },
    },
  },
  (m, variant) => {
    const [type, order] = variant.split('-') as [LockType, string?]
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name)
    const [a, b, c, d] = [lockNamed('A'), lockNamed('B'), lockNamed('C'), lockNamed('D')]
    const both = (t: KernelPath, first: ObjectHandle, second: ObjectHandle): void =>
      holding(t, type, first, () => holding(t, type, second))
    m.thread('ab', (t) => both(t, a, b))
    if (order === 'abcdbcda') m.thread('cd', (t) => both(t, c, d))
    m.thread('bc', (t) => both(t, b, c))
    if (order !== 'abcdbcda') m.thread('cd', (t) => both(t, c, d))
    m.thread('da', (t) => both(t, d, a))
  },
)
