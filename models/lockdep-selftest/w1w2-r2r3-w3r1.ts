// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * Of three threads in a circle one nests two writes, one two reads, and one reads inside a write. Each of them waits for
 * one that holds in the other mode, so it is a deadlock even where reading is recursive.
 */
export default model(
  'lockdep-selftest/w1w2-r2r3-w3r1',
  {
    summary: 'Three threads in a circle: two writes, two reads, a read inside a write.',
    sources: [
      'lib/locking-selftest.c: W1W2_R2R3_W3R1_123() and its permutations; read at 6.18',
      'kernel/locking/lockdep.c: __bfs(), calc_dep(): a strong dependency path; read at 6.18',
    ],
    abstracts: ['The events, which one task runs one after the other there, are threads here.'],
    expect: {
      kind: 'deadlock',
      shape: 'cycle',
      processes: ['r2r3', 'w1w2', 'w3r1'],
      objects: ['X1', 'Y1', 'Z1'],
      lockdep: reports,
    },
  },
  (m) => {
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
    m.thread('w3r1', (t) => {
      t.writeLock(z)
      t.readLock(x)
      t.readUnlock(x)
      t.writeUnlock(z)
    })
  },
)
