// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * One thing is taken inside another. A mutex sleeps and is allowed in a mutex only. A spinlock spins, so nothing happens
 * inside a raw spinlock; but on PREEMPT_RT it sleeps, and lockdep, which checks for that on every kernel, reports it. An
 * RCU section and a raw spinlock go everywhere.
 */
export default model(
  'lockdep-selftest/wait-contexts',
  {
    summary:
      'Whether an RCU section, a raw spinlock, a spinlock or a mutex may be taken inside another, or in a handler.',
    sources: [
      'lib/locking-selftest.c: wait_context_tests(); read at 6.18',
      'kernel/locking/lockdep.c: check_wait_context(), task_wait_context(); kernel/sched/core.c: __might_resched(); read at 6.18',
    ],
    abstracts: [
      'rcu_read_lock_bh() is an RCU read section with bottom halves off.',
      'Lockdep is built with CONFIG_PROVE_RAW_LOCK_NESTING.',
    ],
    variants: {
      'rcu-in-hardirq': { kind: 'holds', lockdep: silent },
      'raw-in-hardirq': { kind: 'holds', lockdep: silent },
      'spin-in-hardirq': { kind: 'holds', lockdep: silent },
      'mutex-in-hardirq': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-softirq': { kind: 'holds', lockdep: silent },
      'raw-in-softirq': { kind: 'holds', lockdep: silent },
      'spin-in-softirq': { kind: 'holds', lockdep: silent },
      'mutex-in-softirq': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-rcu': { kind: 'holds', lockdep: silent },
      'raw-in-rcu': { kind: 'holds', lockdep: silent },
      'spin-in-rcu': { kind: 'holds', lockdep: silent },
      'mutex-in-rcu': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-rcu-bh': { kind: 'holds', lockdep: silent },
      'raw-in-rcu-bh': { kind: 'holds', lockdep: silent },
      'spin-in-rcu-bh': { kind: 'holds', lockdep: silent },
      'mutex-in-rcu-bh': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-raw': { kind: 'holds', lockdep: silent },
      'raw-in-raw': { kind: 'holds', lockdep: silent },
      // It spins here; on PREEMPT_RT it would sleep.
      'spin-in-raw': { kind: 'holds', lockdep: reports },
      'mutex-in-raw': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-spin': { kind: 'holds', lockdep: silent },
      'raw-in-spin': { kind: 'holds', lockdep: silent },
      'spin-in-spin': { kind: 'holds', lockdep: silent },
      'mutex-in-spin': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['context'],
        objects: ['inner'],
        lockdep: reports,
      },
      'rcu-in-mutex': { kind: 'holds', lockdep: silent },
      'raw-in-mutex': { kind: 'holds', lockdep: silent },
      'spin-in-mutex': { kind: 'holds', lockdep: silent },
      'mutex-in-mutex': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const [inner, outer] = variant.split('-in-') as ['rcu' | 'raw' | 'spin' | 'mutex', string]
    const around = (what: string, name: string): ((t: KernelPath, body: () => void) => void) => {
      if (what === 'mutex') {
        const x = m.mutex(name)
        return (t, body) => {
          t.lock(x)
          body()
          t.unlock(x)
        }
      }
      if (what === 'raw' || what === 'spin') {
        const x = what === 'raw' ? m.rawSpinlock(name) : m.spinlock(name)
        return (t, body) => {
          t.spinLock(x)
          body()
          t.spinUnlock(x)
        }
      }
      return (t, body) => {
        if (what === 'rcu-bh') t.localBhDisable()
        t.rcuReadLock()
        body()
        t.rcuReadUnlock()
        if (what === 'rcu-bh') t.localBhEnable()
      }
    }
    const takesInner = around(inner, 'inner')
    const takes = (t: KernelPath): void => takesInner(t, () => {})
    if (outer === 'hardirq') m.irq('context', takes)
    else if (outer === 'softirq') m.softirq('context', takes)
    else {
      const takesOuter = around(outer, 'outer')
      m.thread('context', (t) => takesOuter(t, () => takes(t)))
    }
  },
)
