// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A thread takes two spinlocks of one class and says that an outer lock puts them in order. Lockdep asks only that the
 * outer lock is held, and reports when it is not, although nobody is there to deadlock with. Which outer lock it is, it
 * does not ask: two threads under two locks of the outer class nest the inner ones crosswise, and it keeps silent.
 */
export default model(
  'lockdep-selftest/nest-lock',
  {
    summary: 'Spinlocks of one class nested under an outer lock that is said to put them in order.',
    sources: [
      'lib/locking-selftest.c: ww_test_spin_nest_unlocked(), ww_test_spin_nest_lock(); read at 6.18',
      'kernel/locking/lockdep.c: check_deadlock(), __lock_acquire(): print_lock_nested_lock_not_held(); read at 6.18',
    ],
    variants: {
      unlocked: { kind: 'holds', lockdep: reports },
      locked: { kind: 'holds', lockdep: silent },
      'locked-by-both': { kind: 'holds', lockdep: silent },
      'not-annotated': { kind: 'holds', lockdep: reports },
      // A deadlock that the annotation hides.
      'two-outer-locks': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crossed', 'task'],
        objects: ['Y1', 'Y2'],
        lockdep: silent,
      },
    },
  },
  (m, variant) => {
    if (variant === 'unlocked') {
      const a = m.spinlock('A')
      const o = m.wwMutex('o', { class: m.wwClass('ww_lockdep', { waitDie: true }) })
      m.thread('task', (t) => {
        t.spinLock(a, { nestLock: o })
        t.spinUnlock(a)
      })
      return
    }
    const x1 = m.spinlock('X1', { lockClass: 'X' })
    const y1 = m.spinlock('Y1', { lockClass: 'Y' })
    const y2 = m.spinlock('Y2', { lockClass: 'Y' })
    const between = variant === 'two-outer-locks' ? undefined : m.spinlock('A')
    const nest = (t: KernelPath, outer: typeof x1, first: typeof x1, second: typeof x1): void => {
      t.spinLock(outer)
      t.spinLock(first, { nestLock: outer })
      if (between !== undefined) t.spinLock(between)
      t.spinLock(second, variant === 'not-annotated' ? {} : { nestLock: outer })
      if (between !== undefined) t.spinUnlock(between)
      t.spinUnlock(second)
      t.spinUnlock(first)
      t.spinUnlock(outer)
    }
    m.thread('task', (t) => nest(t, x1, y1, y2))
    if (variant === 'locked-by-both') m.thread('crossed', (t) => nest(t, x1, y2, y1))
    if (variant === 'two-outer-locks') {
      const x2 = m.spinlock('X2', { lockClass: 'X' })
      m.thread('crossed', (t) => nest(t, x2, y2, y1))
    }
  },
)
