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

/** Takes a lock as its type is taken, perhaps with a nesting annotation, runs the body, releases it. */
const holding = (t: KernelPath, type: LockType, lock: ObjectHandle, body = (): void => {}, subclass = 0): void => {
  const [, take, release] = lockTypes[type]
  const takes = t[take] as (lock: ObjectHandle, nesting: { subclass: number }) => void
  const releases = t[release] as (lock: ObjectHandle) => void
  takes(lock, { subclass })
  body()
  releases(lock)
}

/**
 * A thread takes two locks of one class, one inside the other. Lockdep knows no instances and takes the second for the
 * first; they are two, and nothing happens as long as everybody takes them in one order. The annotation of nesting is
 * believed without being looked into: it silences lockdep just as well where two threads nest them crosswise.
 */
export default model(
  'lockdep-selftest/aa',
  {
    summary: 'Two locks of one class, one inside the other: harmless, though lockdep reports; or the same lock twice.',
    sources: [
      'lib/locking-selftest.c: AA_spin() and its like; read at 6.18',
      'kernel/locking/lockdep.c: check_deadlock(), read_lock_is_recursive(); read at 6.18',
    ],
    abstracts: ['The locks, which the test leaves taken, are released at the end.'],
    variants: {
      spin: { kind: 'holds', lockdep: reports },
      wlock: { kind: 'holds', lockdep: reports },
      // The self-test has read_lock() recursive and expects silence.
      rlock: { kind: 'holds', lockdep: reports },
      mutex: { kind: 'holds', lockdep: reports },
      wsem: { kind: 'holds', lockdep: reports },
      rsem: { kind: 'holds', lockdep: reports },
      'spin-same': { kind: 'deadlock', shape: 'self', processes: ['aa'], objects: ['X1'], lockdep: reports },
      'wlock-same': { kind: 'deadlock', shape: 'self', processes: ['aa'], objects: ['X1'], lockdep: reports },
      'mutex-same': { kind: 'deadlock', shape: 'self', processes: ['aa'], objects: ['X1'], lockdep: reports },
      'wsem-same': { kind: 'deadlock', shape: 'self', processes: ['aa'], objects: ['X1'], lockdep: reports },
      'mutex-nested': { kind: 'holds', lockdep: silent },
      'mutex-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['aa', 'crossed'],
        objects: ['X1', 'X2'],
        lockdep: reports,
      },
      // A deadlock that the annotation hides.
      'mutex-crossed-nested': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['aa', 'crossed'],
        objects: ['X1', 'X2'],
        lockdep: silent,
      },
    },
  },
  (m, variant) => {
    const [type, ...more] = variant.split('-') as [LockType, ...string[]]
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name, { lockClass: 'X' })
    const x1 = lockNamed('X1')
    const x2 = more.includes('same') ? x1 : lockNamed('X2')
    const nest = (t: KernelPath, outer: ObjectHandle, inner: ObjectHandle): void =>
      holding(t, type, outer, () => holding(t, type, inner, undefined, more.includes('nested') ? 1 : 0))
    m.thread('aa', (t) => nest(t, x1, x2))
    if (more.includes('crossed')) m.thread('crossed', (t) => nest(t, x2, x1))
  },
)
