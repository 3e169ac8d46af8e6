// SPDX-License-Identifier: Apache-2.0
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

const two = (write: (m: M) => readonly [(t: T) => void, (t: T) => void]) => (m: M) => {
  const [a, b] = write(m)
  m.thread('a', a)
  m.thread('b', b)
}

export const mutexFacts: readonly Fact[] = [
  {
    name: 'lock and unlock in every order of two threads cannot deadlock',
    build: two((m) => {
      const x = m.mutex('x')
      const path = (t: T): void => {
        t.lock(x)
        t.unlock(x)
      }
      return [path, path]
    }),
    expected: { ...holds, without: ['never-taken', 'never-reached'] },
  },
  {
    name: 'a locked mutex keeps everybody else out',
    build: two((m) => {
      const x = m.mutex('x')
      return [
        (t) => {
          t.lock(x)
          t.local()
        },
        (t) => t.lock(x),
      ]
    }),
    after: ['a: lock x'],
    enabled: ['a: local step'],
  },
  {
    name: 'any waiter may win once it is unlocked',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.unlock(x)
      })
      m.thread('b', (t) => t.lock(x))
      m.thread('c', (t) => t.lock(x))
    },
    after: ['a: lock x', 'a: unlock x'],
    enabled: ['b: lock x', 'c: lock x'],
  },
  {
    name: 'locking what one holds blocks: a self-deadlock, not misuse',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.lock(x)
      })
    },
    expected: deadlock('self', ['a'], ['x']),
  },
  {
    name: 'two mutexes in opposite order deadlock',
    build: two((m) => {
      const [x, y] = [m.mutex('x'), m.mutex('y')]
      return [
        (t) => {
          t.lock(x)
          t.lock(y)
          t.unlock(y)
          t.unlock(x)
        },
        (t) => {
          t.lock(y)
          t.lock(x)
          t.unlock(x)
          t.unlock(y)
        },
      ]
    }),
    expected: deadlock('cycle', ['a', 'b'], ['x', 'y']),
  },
  {
    name: 'unlocking what another holds is misuse',
    build: two((m) => {
      const x = m.mutex('x')
      const taken = m.flag('taken')
      const done = m.flag('done')
      return [
        (t) => {
          t.lock(x)
          t.set(taken, 1)
          t.await(done)
          t.unlock(x)
        },
        (t) => {
          t.await(taken)
          t.unlock(x)
          t.set(done, 1)
        },
      ]
    }),
    expected: misuse('unlock-not-held', 'b', 'x'),
  },
  {
    name: 'unlocking twice is misuse',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.unlock(x)
        t.unlock(x)
      })
    },
    expected: misuse('unlock-not-held', 'a', 'x'),
  },
  {
    name: 'ending while holding is misuse',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => t.lock(x))
    },
    expected: { ...misuse('rest-while-holding', 'a', 'x') },
  },
  {
    name: 'being idle while holding is misuse, even if work would come',
    build: (m) => {
      const x = m.mutex('x')
      const work = m.flag('work', true)
      m.worker('a', (t) => {
        t.lock(x)
        t.idle()
        t.await(work)
        t.unlock(x)
      })
    },
    expected: misuse('rest-while-holding', 'a', 'x'),
  },
  ...(['lockInterruptible', 'lockKillable'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} takes a free mutex and cannot be interrupted then`,
      build: (m) => {
        const x = m.mutex('x')
        m.thread('a', (t) => t[op](x, { eintr: () => {} }))
      },
      after: [],
      enabled: [`a: ${op} x -> ok`],
    },
    {
      name: `${op} on a locked mutex has only the escape`,
      build: two((m) => {
        const x = m.mutex('x')
        return [(t) => t.lock(x), (t) => t[op](x, { eintr: () => {} })]
      }),
      after: ['a: lock x'],
      enabled: [`b: ${op} x -> eintr`],
      enabledOf: ['b'],
    },
    {
      name: `${op} that escapes holds nothing`,
      build: two((m) => {
        const x = m.mutex('x')
        return [
          (t) => {
            t.lock(x)
            t.unlock(x)
          },
          (t) => t[op](x, { ok: () => t.unlock(x), eintr: () => {} }),
        ]
      }),
      expected: { ...holds, without: ['never-taken'] },
    },
    {
      name: `${op} that got it excludes others and has to unlock`,
      build: two((m) => {
        const x = m.mutex('x')
        return [(t) => t.lock(x), (t) => t[op](x, { eintr: () => {} })]
      }),
      after: [`b: ${op} x -> ok`],
      enabled: ['b: rest at end !! rest-while-holding'],
    },
    {
      name: `a cycle that only ${op} can leave is masked`,
      build: two((m) => {
        const [x, y] = [m.mutex('x'), m.mutex('y')]
        return [
          (t) => {
            t.lock(x)
            t[op](y, { ok: () => t.unlock(y), eintr: () => {} })
            t.unlock(x)
          },
          (t) => {
            t.lock(y)
            t.lock(x)
            t.unlock(x)
            t.unlock(y)
          },
        ]
      }),
      expected: stuck('masked', 'cycle', ['a', 'b'], ['x', 'y']),
    },
  ]),
  {
    name: 'trylock on a free mutex gets it',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => t.trylock(x, { got: () => t.unlock(x), missed: () => {} }))
    },
    after: [],
    enabled: ['a: trylock x -> got'],
  },
  {
    name: 'trylock on a locked mutex misses and never waits',
    build: two((m) => {
      const x = m.mutex('x')
      return [(t) => t.lock(x), (t) => t.trylock(x, { got: () => t.unlock(x), missed: () => {} })]
    }),
    after: ['a: lock x'],
    enabled: ['b: trylock x -> missed'],
    enabledOf: ['b'],
  },
  {
    name: 'trylock that got it holds it',
    build: two((m) => {
      const x = m.mutex('x')
      return [
        (t) => t.trylock(x, { got: () => t.local('critical'), missed: () => {} }),
        (t) => {
          t.lock(x)
          t.unlock(x)
        },
      ]
    }),
    after: ['a: trylock x -> got'],
    enabled: ['a: critical'],
  },
  {
    name: 'trylock on what one holds misses: no self-deadlock',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.trylock(x, { got: () => t.unlock(x), missed: () => {} })
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'a trylock can miss for ever where the mutex is taken again and again',
    build: two((m) => {
      const x = m.mutex('x')
      return [
        (t) => t.loop(() => (t.lock(x), t.unlock(x))),
        (t) => {
          t.loop(() => t.trylock(x, { got: () => t.break(), missed: () => {} }))
          t.unlock(x)
        },
      ]
    }),
    expected: starved('b', 'x'),
  },
  {
    name: 'trylock in a handler is misuse',
    build: (m) => {
      const x = m.mutex('x')
      m.irq('irq', (t) => t.trylock(x, { got: () => t.unlock(x), missed: () => {} }))
    },
    after: ['irq: irq on another cpu'],
    enabled: ['irq: trylock x !! mutex-in-interrupt'],
  },
  {
    name: 'trylock in a softirq handler is misuse',
    build: (m) => {
      const x = m.mutex('x')
      m.softirq('timer', (t) => t.trylock(x, { got: () => t.unlock(x), missed: () => {} }))
    },
    expected: misuse('mutex-in-interrupt', 'timer', 'x'),
  },
  {
    name: 'unlock in a handler has two faults: not the holder, and in interrupt',
    build: (m) => {
      const x = m.mutex('x')
      m.irq('irq', (t) => t.unlock(x), { when: true })
    },
    after: ['irq: irq on another cpu'],
    enabled: ['irq: unlock x !! mutex-in-interrupt', 'irq: unlock x !! unlock-not-held'],
  },
  {
    name: 'trylock and unlock are allowed under a spinlock',
    build: (m) => {
      const [x, s] = [m.mutex('x'), m.spinlock('s')]
      m.thread('a', (t) => {
        t.spinLock(s)
        t.trylock(x, { got: () => t.unlock(x), missed: () => {} })
        t.spinUnlock(s)
      })
    },
    expected: holds,
  },
]
