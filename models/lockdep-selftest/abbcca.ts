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
 * Three threads take two of three locks each, so that together they go round in a circle. The self-test runs the pairs
 * in two orders, which tells whether lockdep finds the circle whichever dependency closes it; as threads they are the
 * same thing, in whatever order they are declared. Readers go round only behind three writers.
 */
export default model(
  'lockdep-selftest/abbcca',
  {
    summary: 'Three threads take two of three locks each, in a circle; readers deadlock only behind three writers.',
    sources: [
      'lib/locking-selftest.c: ABBCCA_spin(), ABCABC_spin() and their like; read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), read_lock_is_recursive(); read at 6.18',
    ],
    abstracts: ['The pairs, which one task runs one after the other there, are threads here.'],
    variants: {
      spin: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      wlock: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      // The self-test has read_lock() recursive and expects silence.
      rlock: { kind: 'holds', lockdep: reports },
      mutex: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      wsem: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      rsem: { kind: 'holds', lockdep: reports },
      'spin-abcabc': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      'wlock-abcabc': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      'rlock-abcabc': { kind: 'holds', lockdep: reports },
      'mutex-abcabc': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      'wsem-abcabc': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
      'rsem-abcabc': { kind: 'holds', lockdep: reports },
      'rlock-writers': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ab', 'bc', 'ca', 'writer-A', 'writer-B', 'writer-C'],
        objects: ['A', 'B', 'C'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [type, more] = variant.split('-') as [LockType, string?]
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name)
    const [a, b, c] = [lockNamed('A'), lockNamed('B'), lockNamed('C')]
    const both = (t: KernelPath, first: ObjectHandle, second: ObjectHandle): void =>
      holding(t, type, first, () => holding(t, type, second))
    m.thread('ab', (t) => both(t, a, b))
    if (more === 'abcabc') m.thread('ca', (t) => both(t, c, a))
    m.thread('bc', (t) => both(t, b, c))
    if (more !== 'abcabc') m.thread('ca', (t) => both(t, c, a))
    if (more === 'writers') {
      m.thread('writer-A', (t) => holding(t, 'wlock', a))
      m.thread('writer-B', (t) => holding(t, 'wlock', b))
      m.thread('writer-C', (t) => holding(t, 'wlock', c))
    }
  },
)
