// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A thread takes two locks of a wound/wait class: each in a context, without one, or by trying. Only a context may wait
 * for a second lock; who waits without one waits like for any mutex, and nobody backs off for it. Alone it never comes to
 * that: it takes a second thread that takes the two the other way round. Lockdep reports as soon as it sees the first.
 */
export default model(
  'lockdep-selftest/ww-mixing',
  {
    summary: 'Two locks of a wound/wait class, each taken in a context, without one, or by trying.',
    sources: [
      'lib/locking-selftest.c: ww_test_context_block(), ww_test_try_block(), ww_test_block_context() and the six between; read at 6.18',
      'kernel/locking/lockdep.c: check_deadlock(), nest_lock; kernel/locking/ww_mutex.h: __ww_mutex_check_kill(); read at 6.18',
    ],
    abstracts: ['The locks and contexts, which the tests leave taken, are released at the end.'],
    variants: {
      'context-block': { kind: 'holds', lockdep: reports },
      'context-try': { kind: 'holds', lockdep: silent },
      'context-context': { kind: 'holds', lockdep: silent },
      'try-block': { kind: 'holds', lockdep: reports },
      'try-try': { kind: 'holds', lockdep: silent },
      'try-context': { kind: 'holds', lockdep: reports },
      'block-block': { kind: 'holds', lockdep: reports },
      'block-try': { kind: 'holds', lockdep: silent },
      'block-context': { kind: 'holds', lockdep: reports },
      'context-block-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['o', 'o2'],
        lockdep: reports,
      },
      'try-block-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['o', 'o2'],
        lockdep: reports,
      },
      'try-context-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['o', 'o2'],
        lockdep: reports,
      },
      'block-block-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['o', 'o2'],
        lockdep: reports,
      },
      'block-context-crossed': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['o', 'o2'],
        lockdep: reports,
      },
      'block-try-crossed': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    type How = 'context' | 'try' | 'block'
    const [how, howThen, crossed] = variant.split('-') as [How, How, string?]
    const K = m.wwClass('ww_lockdep', { waitDie: true })
    const [o, o2] = [m.wwMutex('o', { class: K }), m.wwMutex('o2', { class: K })]
    const takes = (t: KernelPath, lock: typeof o, by: How, missed: () => void): void => {
      if (by === 'block') t.wwLockPlain(lock)
      else if (by === 'try') t.wwTrylockPlain(lock, { got: () => {}, missed })
      else t.wwLock(lock, { edeadlk: () => t.unreachable('nobody else has a context and a lock') })
    }
    const both = (t: KernelPath, first: typeof o, second: typeof o): void => {
      const alone = (): void => t.unreachable('nobody else is there')
      if (how === 'context') t.wwAcquireInit(K)
      takes(t, first, how, crossed === undefined ? alone : () => t.end())
      if (how !== 'context' && howThen === 'context') t.wwAcquireInit(K)
      const back = (): void => {
        t.wwUnlock(first)
        t.end()
      }
      takes(t, second, howThen, crossed === undefined ? alone : back)
      t.wwUnlock(second)
      t.wwUnlock(first)
      if (how === 'context' || howThen === 'context') t.wwAcquireFini(K)
    }
    m.thread('task', (t) => both(t, o, o2))
    if (crossed !== undefined) m.thread('crossed', (t) => both(t, o2, o))
  },
)
