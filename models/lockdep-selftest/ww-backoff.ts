// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A thread with a younger context holds one lock and is told to back off from a second, which an older context holds.
 * What it must do then is release everything and take the lock it backed off from first; whatever else it tries is
 * against the rules. To lockdep they are locks that nest in a context, which is no order; the lock itself warns.
 */
export default model(
  'lockdep-selftest/ww-backoff',
  {
    summary:
      'What a context may do after -EDEADLK: everything but releasing all and taking the contended lock is misuse.',
    sources: [
      'lib/locking-selftest.c: ww_test_edeadlk_normal(), ww_test_edeadlk_no_unlock(), ww_test_edeadlk_acquire_more(), ww_test_edeadlk_acquire_wrong() and their like; read at 6.18',
      'kernel/locking/ww_mutex.h: __ww_mutex_kill(), ww_mutex_lock_acquired(); include/linux/ww_mutex.h: ww_mutex_lock_slow(); read at 6.18',
    ],
    abstracts: [
      'The older context, which the tests write into the lock by hand, is a thread of its own.',
      'What lockdep does includes the warnings of ww_mutex itself (DEBUG_LOCKS_WARN_ON()), which are on wherever lockdep is and switch it off.',
    ],
    variants: {
      normal: { kind: 'holds', lockdep: silent },
      'normal-slow': { kind: 'holds', lockdep: silent },
      'no-unlock': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o2'],
        lockdep: reports,
      },
      'no-unlock-slow': {
        kind: 'misuse',
        code: 'slow-while-held',
        processes: ['task'],
        objects: ['o2'],
        lockdep: reports,
      },
      'acquire-more': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
      'acquire-more-slow': {
        kind: 'misuse',
        code: 'slow-while-held',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
      // The third lock is the older context's too.
      'acquire-more-edeadlk': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
      'acquire-more-edeadlk-slow': {
        kind: 'misuse',
        code: 'slow-while-held',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
      'acquire-wrong': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
      'acquire-wrong-slow': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o3'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const K = m.wwClass('ww_lockdep', { waitDie: true })
    const [o, o2] = [m.wwMutex('o', { class: K }), m.wwMutex('o2', { class: K })]
    const o3 = variant.startsWith('acquire') ? m.wwMutex('o3', { class: K }) : undefined
    const taken = m.flag('taken')
    const refused = m.flag('refused')
    const slow = variant.endsWith('slow')
    const first = (t: KernelPath, lock: typeof o): void =>
      t.wwLock(lock, { edeadlk: () => t.unreachable('nobody backs off from a lock that is free, or from the first') })
    m.thread('older', (t) => {
      t.wwAcquireInit(K)
      first(t, o2)
      if (variant.includes('more-edeadlk')) first(t, o3!)
      t.set(taken, 1)
      t.await(refused)
      t.wwUnlock(o2)
      if (variant.includes('more-edeadlk')) t.wwUnlock(o3!)
      t.wwAcquireFini(K)
    })
    m.thread('task', (t) => {
      t.await(taken)
      t.wwAcquireInit(K)
      first(t, o)
      t.wwLock(o2, { ok: () => t.unreachable('an older context holds it'), edeadlk: () => t.set(refused, 1) })
      const backsOff = variant.startsWith('normal') || variant.includes('wrong')
      if (backsOff) t.wwUnlock(o)
      const next = o3 ?? o2
      if (slow) t.wwLockSlow(next)
      else t.wwLock(next, { edeadlk: () => t.unreachable('it holds nothing, and need not back off') })
      t.wwUnlock(next)
      if (!backsOff) t.wwUnlock(o)
      t.wwAcquireFini(K)
    })
  },
)
