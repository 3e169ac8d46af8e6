// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * Of three threads in a circle one nests two writes, one two reads, and one writes inside a read. Two of them only read
 * the lock between them and let each other in: nothing waits for ever, unless somebody else queues to write that lock.
 * Lockdep expects that somebody where readers are not recursive, and reports. The self-test calls this one
 * W1R2_R2R3_W3W1.
 */
export default model(
  'lockdep-selftest/w1w2-r2r3-r3w1',
  {
    summary: 'Three threads in a circle that meet as readers in one place, where a writer may queue between them.',
    sources: [
      'lib/locking-selftest.c: W1R2_R2R3_W3W1_123() and its permutations; read at 6.18',
      'kernel/locking/lockdep.c: __bfs(), read_lock_is_recursive(); kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: ['The events, which one task runs one after the other there, are threads here.'],
    variants: {
      // The self-test has read_lock() recursive and expects silence.
      'no-writer': { kind: 'holds', lockdep: reports },
      writer: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['r2r3', 'r3w1', 'w1w2', 'writer'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [x, y, z] = [m.rwlock('X1'), m.rwlock('Y1'), m.rwlock('Z1')]
    m.thread('w1w2', (t) => {
      t.writeLock(x)
      t.writeLock(y)
      t.writeUnlock(y)
      t.writeUnlock(x)
    })
    m.thread('r2r3', (t) => {
      t.readLock(y)
      t.readLock(z)
      t.readUnlock(z)
      t.readUnlock(y)
    })
    m.thread('r3w1', (t) => {
      t.readLock(z)
      t.writeLock(x)
      t.writeUnlock(x)
      t.readUnlock(z)
    })
    if (variant === 'writer')
      m.thread('writer', (t) => {
        t.writeLock(z)
        t.writeUnlock(z)
      })
  },
)
