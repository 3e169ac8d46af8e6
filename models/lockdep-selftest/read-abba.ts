// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const

/** The object that a type of lock is, and what takes and releases it. */
const lockTypes = {
  spin: ['spinlock', 'spinLock', 'spinUnlock'],
  mutex: ['mutex', 'lock', 'unlock'],
  wlock: ['rwlock', 'writeLock', 'writeUnlock'],
  rlock: ['rwlock', 'readLock', 'readUnlock'],
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
 * One thread takes a reader-writer lock and then an exclusive one, another the exclusive one first. If either of them
 * writes they can deadlock. If both read, the lock between them does not stop them, but a writer that queues in between
 * does: then the second reader waits for the writer and the writer for the first reader.
 */
export default model(
  'lockdep-selftest/read-abba',
  {
    summary: 'A reader-writer lock and an exclusive lock in opposite order; two readers deadlock only behind a writer.',
    sources: [
      'lib/locking-selftest.c: rlock_ABBA1() to rlock_ABBA3(), rwsem_ABBA1() to rwsem_ABBA3(); read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), read_lock_is_recursive(); read at 6.18',
      'kernel/locking/qrwlock.c: queued_read_lock_slowpath(); kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18',
    ],
    abstracts: ['The two halves, which one task runs one after the other there, are threads here.'],
    variants: {
      'rlock-abba1': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      'rwsem-abba1': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      // The self-test has read_lock() recursive and expects silence.
      'rlock-abba2': { kind: 'holds', lockdep: reports },
      'rwsem-abba2': { kind: 'holds', lockdep: reports },
      'rlock-abba2-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['writer', 'xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      'rwsem-abba2-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['writer', 'xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      'rlock-abba3': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      'rwsem-abba3': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['xy', 'yx'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [type, test, more] = variant.split('-') as ['rlock' | 'rwsem', 'abba1' | 'abba2' | 'abba3', string?]
    const [reads, writes, other] =
      type === 'rwsem' ? (['rsem', 'wsem', 'mutex'] as const) : (['rlock', 'wlock', 'spin'] as const)
    const x: ObjectHandle = m[lockTypes[reads][0]]('X1')
    const y: ObjectHandle = m[lockTypes[other][0]]('Y1')
    m.thread('xy', (t) => holding(t, test === 'abba3' ? writes : reads, x, () => holding(t, other, y)))
    m.thread('yx', (t) => holding(t, other, y, () => holding(t, test === 'abba2' ? reads : writes, x)))
    if (more === 'writer') m.thread('writer', (t) => holding(t, writes, x))
  },
)
