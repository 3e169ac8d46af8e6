// SPDX-License-Identifier: Apache-2.0
import { model, type ObjectHandle } from 'fencecheck'

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

/**
 * A thread releases a lock twice. Whoever took it in between would lose it: with nobody else there, that it is not held
 * any more is all there is to see. Lockdep has it off its list of held locks and reports it as well.
 */
export default model(
  'lockdep-selftest/double-unlock',
  {
    summary: 'A thread releases a lock twice.',
    sources: [
      'lib/locking-selftest.c: double_unlock_spin() and its like; read at 6.18',
      'kernel/locking/lockdep.c: __lock_release(), print_unlock_imbalance_bug(); read at 6.18',
    ],
    variants: {
      spin: { kind: 'misuse', code: 'unlock-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
      wlock: { kind: 'misuse', code: 'unlock-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
      rlock: { kind: 'misuse', code: 'unlock-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
      mutex: { kind: 'misuse', code: 'unlock-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
      wsem: { kind: 'misuse', code: 'up-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
      rsem: { kind: 'misuse', code: 'up-not-held', processes: ['double'], objects: ['A'], lockdep: reports },
    },
  },
  (m, variant) => {
    const [kind, take, release] = lockTypes[variant]
    const a: ObjectHandle = m[kind]('A')
    m.thread('double', (t) => {
      for (const operation of [take, release, release]) (t[operation] as (lock: ObjectHandle) => void)(a)
    })
  },
)
