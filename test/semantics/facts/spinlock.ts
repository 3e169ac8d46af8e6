// SPDX-License-Identifier: Apache-2.0
import type { M } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, type Fact } from './fact.ts'
import { sectionFacts, spinlockSections } from './spinning.ts'

/** Lockdep's irq inversion: A is taken in a handler, B is not irq-safe, and A nests B somewhere. */
const inversion = (flavour: 'plain' | 'irqsave', route: readonly string[]) => (m: M) => {
  const [a, b] = [m.spinlock('A'), m.spinlock('B')]
  m.thread('cpu0', (t) => {
    if (flavour === 'plain') {
      t.spinLock(b)
      t.spinUnlock(b)
    } else {
      t.spinLockIrqsave(b)
      t.spinUnlockIrqrestore(b)
    }
  })
  m.thread('cpu1', (t) => {
    t.spinLockIrqsave(a)
    t.spinLock(b)
    t.spinUnlock(b)
    t.spinUnlockIrqrestore(a)
  })
  m.irq(
    'irq',
    (t) => {
      t.spinLock(a)
      t.spinUnlock(a)
    },
    { on: route, idleCpu: false, when: true },
  )
}

export const spinlockFacts: readonly Fact[] = [
  ...sectionFacts(spinlockSections),
  {
    name: 'an irq-safe lock that nests an irq-unsafe one deadlocks through the interrupt',
    build: inversion('plain', ['cpu0']),
    expected: deadlock('irq', ['cpu0', 'cpu1', 'irq'], ['A', 'B']),
  },
  {
    name: 'the same is safe once the inner lock, too, disables interrupts',
    build: inversion('irqsave', ['cpu0']),
    expected: holds,
  },
  {
    name: 'the same is safe if the interrupt is never delivered to that CPU',
    build: inversion('plain', ['cpu1']),
    expected: holds,
  },
  {
    name: 'two spinlocks in opposite order deadlock',
    build: (m) => {
      const [x, y] = [m.spinlock('x'), m.spinlock('y')]
      m.thread('a', (t) => {
        t.spinLock(x)
        t.spinLock(y)
        t.spinUnlock(y)
        t.spinUnlock(x)
      })
      m.thread('b', (t) => {
        t.spinLock(y)
        t.spinLock(x)
        t.spinUnlock(x)
        t.spinUnlock(y)
      })
    },
    expected: deadlock('cycle', ['a', 'b'], ['x', 'y']),
  },
  {
    name: 'the lock of a task and its interrupt on another CPU is safe',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => {
        t.spinLock(x)
        t.spinUnlock(x)
      })
      m.thread('b', (t) => t.local())
      m.irq(
        'irq',
        (t) => {
          t.spinLock(x)
          t.spinUnlock(x)
        },
        { on: ['b'], when: true },
      )
    },
    expected: holds,
  },
  {
    name: 'spin_trylock() gets a free lock and does not miss it',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => t.spinTrylock(x, { got: () => t.spinUnlock(x), missed: () => {} }))
      m.thread('b', (t) => t.spinLock(x))
    },
    after: [],
    enabled: ['a: spinTrylock x -> got', 'b: spinLock x'],
  },
  {
    name: 'spin_trylock() gets a free lock and then excludes',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => t.spinTrylock(x, { got: () => t.spinUnlock(x), missed: () => {} }))
      m.thread('b', (t) => t.spinLock(x))
    },
    after: ['a: spinTrylock x -> got'],
    enabled: ['a: spinUnlock x'],
  },
  {
    name: 'spin_trylock() misses a locked lock and never waits',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => t.spinTrylock(x, { got: () => t.spinUnlock(x), missed: () => {} }))
      m.thread('b', (t) => {
        t.spinLock(x)
        t.spinUnlock(x)
      })
    },
    after: ['b: spinLock x'],
    enabled: ['a: spinTrylock x -> missed', 'b: spinUnlock x'],
  },
  {
    name: 'spin_trylock() that got it makes the process atomic',
    build: (m) => {
      const [x, y] = [m.spinlock('x'), m.mutex('y')]
      m.thread('a', (t) => t.spinTrylock(x, { got: () => t.lock(y), missed: () => {} }))
    },
    expected: misuse('sleep-in-atomic', 'a', 'y'),
  },
  {
    name: 'a handler that only tries is safe against the lock of its own CPU',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => {
        t.spinLock(x)
        t.spinUnlock(x)
      })
      m.irq('irq', (t) => t.spinTrylock(x, { got: () => t.spinUnlock(x), missed: () => {} }), {
        on: ['a'],
        idleCpu: false,
        when: true,
      })
    },
    expected: holds,
  },
  {
    name: 'spin_trylock() can miss for ever where the lock is taken again and again',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => {
        t.loop(() => t.spinTrylock(x, { got: () => t.break(), missed: () => {} }))
        t.spinUnlock(x)
      })
      m.thread('b', (t) => t.loop(() => (t.spinLock(x), t.spinUnlock(x))))
    },
    expected: starved('a', 'x'),
  },
  {
    name: 'preempt_enable() under a spinlock is misuse when the lock is released',
    build: (m) => {
      const x = m.spinlock('x')
      m.thread('a', (t) => {
        t.spinLock(x)
        t.preemptEnable()
        t.spinUnlock(x)
      })
    },
    expected: misuse('preempt-enable-unbalanced', 'a'),
  },
  ...(
    [
      ['spinLock', 'spinUnlock'],
      ['spinLockIrq', 'spinUnlockIrq'],
      ['spinLockIrqsave', 'spinUnlockIrqrestore'],
      ['spinLockBh', 'spinUnlockBh'],
    ] as const
  ).map(([lock, unlock]): Fact => ({
    name: `${unlock} after the preempt count was given back is misuse`,
    build: (m) => {
      const o = m.spinlock('o')
      m.thread('a', (t) => {
        t[lock](o)
        t.preemptEnable()
        t[unlock](o)
      })
    },
    expected: misuse('preempt-enable-unbalanced', 'a', 'o'),
  })),
]
