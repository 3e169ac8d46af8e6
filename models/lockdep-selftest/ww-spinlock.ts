// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A thread takes a spinlock inside a lock of a wound/wait class, and then the other way round. A mutex sleeps, so it must
 * not be taken under a spinlock at all, in a context or without one; trying does not wait and is allowed.
 */
export default model(
  'lockdep-selftest/ww-spinlock',
  {
    summary: 'A lock of a wound/wait class under a spinlock: only trying is allowed.',
    sources: [
      'lib/locking-selftest.c: ww_test_spin_block(), ww_test_spin_try(), ww_test_spin_context(); read at 6.18',
      'kernel/locking/lockdep.c: check_noncircular(), check_wait_context(); kernel/sched/core.c: __might_resched(); read at 6.18',
    ],
    variants: {
      'spin-block': { kind: 'misuse', code: 'sleep-in-atomic', processes: ['task'], objects: ['o'], lockdep: reports },
      'spin-try': { kind: 'holds', lockdep: silent },
      'spin-context': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['task'],
        objects: ['o'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const K = m.wwClass('ww_lockdep', { waitDie: true })
    const o = m.wwMutex('o', { class: K })
    const a = m.spinlock('A')
    const takes = (t: KernelPath): void => {
      const alone = (): void => t.unreachable('nobody else is there')
      if (variant === 'spin-block') t.wwLockPlain(o)
      else if (variant === 'spin-try') t.wwTrylockPlain(o, { got: () => {}, missed: alone })
      else t.wwLock(o, { edeadlk: alone })
    }
    m.thread('task', (t) => {
      t.spinLock(a)
      t.spinUnlock(a)
      if (variant === 'spin-context') t.wwAcquireInit(K)
      takes(t)
      t.spinLock(a)
      t.spinUnlock(a)
      t.wwUnlock(o)
      t.spinLock(a)
      takes(t)
      t.wwUnlock(o)
      t.spinUnlock(a)
      if (variant === 'spin-context') t.wwAcquireFini(K)
    })
  },
)
