// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/** The object that a type of lock is, and what takes and releases it. */
const lockTypes = {
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
 * A thread reads, and reads or writes again, a lock of the same class. A reader that reads again is let in unless a
 * writer has queued meanwhile, which stops readers in task context; in an interrupt it is let in even then. Upgrading to
 * write, or reading what one writes, waits for oneself; where the two locks are only of one class nothing waits at all.
 */
export default model(
  'lockdep-selftest/read-recursion',
  {
    summary: 'A reader takes a lock of the same class again: the same one or another, to read or to write.',
    sources: [
      'lib/locking-selftest.c: rlock_AA1(), rsem_AA1(), rlock_AA1B(), rlock_AA2(), rlock_AA3() and their like; read at 6.18',
      'kernel/locking/lockdep.c: check_deadlock(), read_lock_is_recursive(); read at 6.18',
      'kernel/locking/qrwlock.c: queued_read_lock_slowpath(); kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18',
    ],
    abstracts: ['The locks, which the tests leave taken, are released at the end.'],
    variants: {
      // Harmless as long as nobody writes. The self-test has read_lock() recursive and expects silence.
      // With a writer the reader waits for itself: the writer that it is behind waits for it.
      'rlock-aa1': { kind: 'holds', lockdep: reports },
      'rsem-aa1': { kind: 'holds', lockdep: reports },
      'rlock-aa1-writer': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['reader', 'writer'],
        objects: ['X1'],
        lockdep: reports,
      },
      'rsem-aa1-writer': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['reader', 'writer'],
        objects: ['X1'],
        lockdep: reports,
      },
      // The writer disables interrupts. In an interrupt read_lock() is recursive for lockdep too.
      'rlock-aa1-in-hardirq': { kind: 'holds', lockdep: silent },
      // Two locks of one class: the writers change nothing. The self-test expects silence of rwlocks.
      'rlock-aa1b': { kind: 'holds', lockdep: reports },
      'rsem-aa1b': { kind: 'holds', lockdep: reports },
      'rlock-aa1b-writers': { kind: 'holds', lockdep: reports },
      'rsem-aa1b-writers': { kind: 'holds', lockdep: reports },
      'rlock-aa2': { kind: 'holds', lockdep: reports },
      'rsem-aa2': { kind: 'holds', lockdep: reports },
      'rlock-aa2-same': { kind: 'deadlock', shape: 'self', processes: ['reader'], objects: ['X1'], lockdep: reports },
      'rsem-aa2-same': { kind: 'deadlock', shape: 'self', processes: ['reader'], objects: ['X1'], lockdep: reports },
      'rlock-aa3': { kind: 'holds', lockdep: reports },
      'rsem-aa3': { kind: 'holds', lockdep: reports },
      'rlock-aa3-same': { kind: 'deadlock', shape: 'self', processes: ['reader'], objects: ['X1'], lockdep: reports },
      'rsem-aa3-same': { kind: 'deadlock', shape: 'self', processes: ['reader'], objects: ['X1'], lockdep: reports },
    },
  },
  (m, variant) => {
    const [type, test, ...more] = variant.split('-') as ['rlock' | 'rsem', 'aa1' | 'aa1b' | 'aa2' | 'aa3', ...string[]]
    const writes = type === 'rsem' ? 'wsem' : 'wlock'
    const lockNamed = (name: string): ObjectHandle => m[lockTypes[type][0]](name, { lockClass: 'X' })
    const x1 = lockNamed('X1')
    const x2 = test === 'aa1' || more.includes('same') ? x1 : lockNamed('X2')
    const inHandler = more.includes('hardirq')
    const nests = (t: KernelPath): void =>
      holding(t, test === 'aa3' ? writes : type, x1, () => holding(t, test === 'aa2' ? writes : type, x2))
    if (inHandler) m.irq('reader', nests)
    else m.thread('reader', nests)
    if (inHandler || more.includes('writer') || more.includes('writers'))
      m.thread('writer', (t) => {
        if (inHandler) t.localIrqDisable()
        holding(t, writes, x1)
        if (inHandler) t.localIrqEnable()
      })
    if (more.includes('writers')) m.thread('other-writer', (t) => holding(t, writes, x2))
  },
)
