// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * Of three threads in a circle one reads inside a write, one nests two reads, and one two writes. Two of them only read
 * the lock between them and let each other in: nothing waits for ever, unless somebody else queues to write that lock.
 * Lockdep expects that somebody where readers are not recursive, and reports. The self-test calls this one
 * W1W2_R2R3_R3W1.
 */
export default model(
  'lockdep-selftest/w1r2-r2r3-w3w1',
  {
    summary: 'Three threads in a circle that meet as readers elsewhere, where a writer may queue between them.',
    sources: [
      'lib/locking-selftest.c: W1W2_R2R3_R3W1_123() and its permutations; read at 6.18',
      'kernel/locking/lockdep.c: __bfs(), read_lock_is_recursive(); kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The events, which one task runs one after the other there, are threads here.'],
    variants: {
      // The self-test has read_lock() recursive and expects silence.
      'no-writer': { kind: 'holds', lockdep: reports },
      writer: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['r2r3', 'w1r2', 'w3w1', 'writer'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [x, y, z] = [m.rwlock('X1'), m.rwlock('Y1'), m.rwlock('Z1')]
    m.thread('w1r2', (t) => {
      t.writeLock(x)
      t.readLock(y)
      t.readUnlock(y)
      t.writeUnlock(x)
    })
    m.thread('r2r3', (t) => {
      t.readLock(y)
      t.readLock(z)
      t.readUnlock(z)
      t.readUnlock(y)
    })
    m.thread('w3w1', (t) => {
      t.writeLock(z)
      t.writeLock(x)
      t.writeUnlock(x)
      t.writeUnlock(z)
    })
    if (variant === 'writer')
      m.thread('writer', (t) => {
        t.writeLock(y)
        t.writeUnlock(y)
      })
  },
)
