// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * A reader takes a spinlock inside the lock; others take the two the other way round, first one that reads, then one that
 * writes. Lockdep looks only once at a chain of locks that it has seen, and the last two differ in nothing but the mode:
 * if its cache did not tell them apart, it would take the one that deadlocks for the one before.
 */
export default model(
  'lockdep-selftest/chain-cache',
  {
    summary:
      'Of two threads that nest alike, one reading and one writing, only the writing one deadlocks with a reader.',
    sources: [
      'lib/locking-selftest.c: rlock_chaincache_ABBA1(); read at 6.18',
      'kernel/locking/lockdep.c: lookup_chain_cache_add(), hlock_id(); read at 6.18',
    ],
    abstracts: ['The three parts, which one task runs one after the other there, are threads here.'],
    variants: {
      rlock: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['read-x-y', 'y-write-x'],
        objects: ['X1', 'Y1'],
        lockdep: reports,
      },
      // What the cache would have to be mistaken for; the self-test, were it asked, would have read_lock() recursive.
      'rlock-no-writer': { kind: 'holds', lockdep: reports },
    },
  },
  (m, variant) => {
    const x = m.rwlock('X1')
    const y = m.spinlock('Y1')
    m.thread('read-x-y', (t) => {
      t.readLock(x)
      t.spinLock(y)
      t.spinUnlock(y)
      t.readUnlock(x)
    })
    m.thread('y-read-x', (t) => {
      t.spinLock(y)
      t.readLock(x)
      t.readUnlock(x)
      t.spinUnlock(y)
    })
    if (variant === 'rlock')
      m.thread('y-write-x', (t) => {
        t.spinLock(y)
        t.writeLock(x)
        t.writeUnlock(x)
        t.spinUnlock(y)
      })
  },
)
