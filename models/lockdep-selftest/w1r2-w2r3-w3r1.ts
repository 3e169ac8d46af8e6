// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * Three threads write one lock and read the next one, in a circle. Every reader waits for a writer that holds, which no
 * kind of reader gets past, so it is a deadlock even where reading is recursive. The order in which the threads are
 * declared, or lockdep sees them, changes nothing.
 */
export default model(
  'lockdep-selftest/w1r2-w2r3-w3r1',
  {
    summary: 'Three threads write one of three locks and read the next one inside it, in a circle.',
    sources: [
      'lib/locking-selftest.c: W1R2_W2R3_W3R1_123() and its permutations; read at 6.18',
      'kernel/locking/lockdep.c: __bfs(), calc_dep(): a strong dependency path; read at 6.18',
    ],
    abstracts: ['The events, which one task runs one after the other there, are threads here.'],
    variants: {
      'events-123': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
      'events-132': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
      'events-213': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
      'events-231': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
      'events-312': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
      'events-321': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['w1r2', 'w2r3', 'w3r1'],
        objects: ['X1', 'Y1', 'Z1'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const [x, y, z] = [m.rwlock('X1'), m.rwlock('Y1'), m.rwlock('Z1')]
    const events = {
      '1': () =>
        m.thread('w1r2', (t) => {
          t.writeLock(x)
          t.readLock(y)
          t.readUnlock(y)
          t.writeUnlock(x)
        }),
      '2': () =>
        m.thread('w2r3', (t) => {
          t.writeLock(y)
          t.readLock(z)
          t.readUnlock(z)
          t.writeUnlock(y)
        }),
      '3': () =>
        m.thread('w3r1', (t) => {
          t.writeLock(z)
          t.readLock(x)
          t.readUnlock(x)
          t.writeUnlock(z)
        }),
    }
    for (const event of variant.replace('events-', '')) events[event as keyof typeof events]()
  },
)
