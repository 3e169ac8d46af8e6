// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A chain of locks leads from one that a hardirq handler takes to one that is held with only softirqs off. The hardirq
 * comes there and waits for the first lock, whose holder waits along the chain for the last. The same chain also leads
 * from a mutex, which softirqs cannot come near, to the last lock, which softirqs take: that way round is harmless.
 */
export default model(
  'lockdep-selftest/hardirq-unsafe-softirq-safe',
  {
    summary: 'Four locks in a chain from a hardirq handler to a lock that is held with only softirqs off.',
    sources: [
      'lib/locking-selftest.c: hardirq_deadlock_softirq_not_deadlock(); read at 6.18',
      'kernel/locking/lockdep.c: check_irq_usage(), step 3; read at 6.18',
    ],
    abstracts: [
      'Handlers, which the test enters by hand, are handlers here, and the other parts are threads.',
      'The thread that takes the first two locks is the one that takes the mutex before.',
      'Each handler comes to one CPU, the hardirq where only softirqs are off, the softirq where the mutex is taken.',
    ],
    variants: {
      'irqs-on': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['ab', 'bc', 'cd', 'd', 'hardirq'],
        objects: ['A', 'B', 'C', 'D'],
        lockdep: reports,
      },
      'irqs-off': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    const mutex = m.mutex('mutex_A')
    const [a, b, c, d] = [m.spinlock('A'), m.spinlock('B'), m.spinlock('C'), m.spinlock('D')]
    const irqsOff = (t: KernelPath, outer: typeof a, inner?: typeof a): void => {
      t.spinLockIrq(outer)
      if (inner !== undefined) {
        t.spinLock(inner)
        t.spinUnlock(inner)
      }
      t.spinUnlockIrq(outer)
    }
    m.thread('ab', (t) => {
      t.lock(mutex)
      irqsOff(t, c)
      t.unlock(mutex)
      irqsOff(t, a, b)
    })
    m.thread('bc', (t) => irqsOff(t, b, c))
    m.thread('cd', (t) => irqsOff(t, c, d))
    m.thread('d', (t) => {
      if (variant === 'irqs-off') t.spinLockIrq(d)
      else t.spinLockBh(d)
      if (variant === 'irqs-off') t.spinUnlockIrq(d)
      else t.spinUnlockBh(d)
    })
    m.irq(
      'hardirq',
      (t) => {
        t.spinLock(a)
        t.spinUnlock(a)
      },
      { on: ['d'], idleCpu: false },
    )
    m.softirq('softirq', (t) => irqsOff(t, d), { on: ['ab'], idleCpu: false })
  },
)
