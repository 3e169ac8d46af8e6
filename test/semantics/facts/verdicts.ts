// SPDX-License-Identifier: Apache-2.0
import { add, and, at, div, eq, field, ge, holds as isHeld, ifElse, mod, ne, not, or, sub } from 'fencecheck'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, stuck, unknown, type Expected, type Fact } from './fact.ts'

const range = (code: string, process: string): Expected => ({
  verdict: 'violated',
  kind: 'range',
  code,
  processes: [process],
})
const assertion = (code: 'assertion' | 'invariant', ...processes: readonly string[]): Expected => ({
  verdict: 'violated',
  kind: 'assertion',
  code,
  processes,
})

/** Two threads that deadlock in a cycle over `p` and `q`. */
const abba = (m: M, names: readonly [string, string] = ['a', 'b']): void => {
  const [p, q] = [m.mutex('p'), m.mutex('q')]
  m.thread(names[0], (t) => {
    t.lock(p)
    t.lock(q)
    t.unlock(q)
    t.unlock(p)
  })
  m.thread(names[1], (t) => {
    t.lock(q)
    t.lock(p)
    t.unlock(p)
    t.unlock(q)
  })
}
const runsOn = (m: M, name = 'runner'): void => void m.thread(name, (t) => t.loop(() => t.local()))
const one = (write: (t: T, m: M) => void) => (m: M) => void m.thread('a', (t) => write(t, m))

/** What is called what, and the language that models are written in. */
export const verdictFacts: readonly Fact[] = [
  {
    name: 'everybody at rest is no deadlock',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.worker('w', (t) => {
        t.idle()
        t.await(false)
      })
    },
    expected: holds,
  },
  {
    name: 'waiting for ever outside a rest is a deadlock',
    build: one((t) => t.await(false)),
    expected: deadlock('none', ['a'], []),
  },
  {
    name: 'a deadlock of two while a third runs for ever is partial',
    build: (m) => {
      abba(m)
      runsOn(m)
    },
    expected: stuck('partial-deadlock', 'cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'a partial deadlock is the whole cycle, also where one of the two has a step left before it blocks',
    build: (m) => {
      const [p, q] = [m.mutex('p'), m.mutex('q')]
      m.thread('a', (t) => {
        t.lock(p)
        t.local()
        t.lock(q)
        t.unlock(q)
        t.unlock(p)
      })
      m.thread('b', (t) => {
        t.lock(q)
        t.lock(p)
        t.unlock(p)
        t.unlock(q)
      })
      runsOn(m)
    },
    expected: stuck('partial-deadlock', 'cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'what is masked is the whole cycle, also where one of the two has a step left before it blocks',
    build: (m) => {
      const [p, q] = [m.mutex('p'), m.mutex('q')]
      m.thread('a', (t) => {
        t.lock(p)
        t.local()
        t.lockInterruptible(q, { ok: () => t.unlock(q), eintr: () => {} })
        t.unlock(p)
      })
      m.thread('b', (t) => {
        t.lock(q)
        t.lock(p)
        t.unlock(p)
        t.unlock(q)
      })
    },
    expected: stuck('masked', 'cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'a deadlock of two while a third still has an end to come to is a deadlock',
    build: (m) => {
      abba(m)
      m.thread('c', (t) => t.local())
    },
    expected: deadlock('cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'a process at rest that waits for work hides no deadlock',
    build: (m) => {
      abba(m)
      const work = m.flag('work')
      m.worker('c', (t) => {
        t.idle()
        t.await(work)
      })
    },
    expected: deadlock('cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'a lock that a process runs on with for ever makes its waiter partially deadlocked',
    build: (m) => {
      const p = m.mutex('p')
      m.thread('a', (t) => {
        t.lock(p)
        t.loop(() => t.local())
      })
      m.thread('b', (t) => t.lock(p))
    },
    expected: misuse('rest-while-holding', 'b', 'p'),
  },
  {
    name: 'a waiter behind a process that runs on with the lock is stuck alone',
    build: (m) => {
      const p = m.mutex('p')
      m.thread('a', (t) => {
        t.lock(p)
        t.loop(() => t.local())
      })
      m.thread('b', (t) => {
        t.lock(p)
        t.unlock(p)
      })
    },
    expected: stuck('partial-deadlock', 'none', ['b'], ['p']),
  },
  {
    name: 'three in a circle deadlock, and no two of them',
    build: (m) => {
      const locks = [m.mutex('x'), m.mutex('y'), m.mutex('z')]
      for (let i = 0; i < 3; i++)
        m.thread(`t${i}`, (t) => {
          t.lock(locks[i]!)
          t.lock(locks[(i + 1) % 3]!)
          t.unlock(locks[(i + 1) % 3]!)
          t.unlock(locks[i]!)
        })
    },
    expected: deadlock('cycle', ['t0', 't1', 't2'], ['x', 'y', 'z']),
  },
  {
    name: 'a bystander that waits for a deadlocked pair is not part of the cycle',
    build: (m) => {
      abba(m)
      const flag = m.flag('flag')
      m.thread('c', (t) => t.await(flag))
      m.thread('d', (t) => {
        t.await(false)
        t.set(flag, 1)
      })
    },
    expected: { verdict: 'violated', kind: 'deadlock' },
  },
  // May steps, escapes and deadlines.
  ...(['opportunistic', 'user', 'environment'] as const).flatMap((who): Fact[] => [
    {
      name: `a wait that only ${who} might end is stuck`,
      build: (m) => {
        const c = m.completion('c')
        m.thread('w', (t) => t.waitForCompletion(c))
        m.thread('helper', (t) => {
          t.idle()
          t.may(who, () => t.complete(c))
        })
      },
      expected: deadlock('none', ['w'], ['c']),
    },
    {
      name: `a fence that only ${who} might signal is unsignalled`,
      build: (m) => {
        const f = m.fence('f', { published: true })
        m.thread('helper', (t) => {
          t.idle()
          t.may(who, () => t.signal(f))
        })
      },
      expected: stuck('unsignalled-fence', 'none', [], ['f']),
    },
    {
      name: `what ${who} might do is explored all the same`,
      build: (m) =>
        m.thread('helper', (t) => {
          t.idle()
          t.may(who, () => t.local())
          t.assert(false)
        }),
      expected: assertion('assertion', 'helper'),
    },
  ]),
  {
    name: 'a deadline that is certain to come is no escape',
    build: (m) => {
      const f = m.fence('f', { published: true })
      m.softirq('tdr', (t) => t.signal(f), { when: not(field(f, 'signalled')) })
      m.thread('w', (t) => t.wait(f))
    },
    expected: holds,
  },
  // Precedence.
  {
    name: 'misuse comes before deadlock',
    build: (m) => {
      abba(m)
      const x = m.mutex('x')
      m.thread('c', (t) => t.unlock(x))
    },
    expected: misuse('unlock-not-held', 'c', 'x'),
  },
  {
    name: 'misuse comes before a failed assertion that is nearer',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('c', (t) => {
        t.local()
        t.local()
        t.unlock(x)
      })
      m.thread('d', (t) => t.assert(false))
    },
    expected: misuse('unlock-not-held', 'c', 'x'),
  },
  {
    name: 'a failed assertion comes before a range that is left',
    build: (m) => {
      const n = m.int('n', { max: 1 })
      m.thread('c', (t) => t.set(n, 5))
      m.thread('d', (t) => {
        t.local()
        t.assert(false)
      })
    },
    expected: assertion('assertion', 'd'),
  },
  {
    name: 'a range that is left comes before deadlock',
    build: (m) => {
      abba(m)
      const n = m.int('n', { max: 1 })
      m.thread('c', (t) => t.set(n, 5))
    },
    expected: range('out-of-range', 'c'),
  },
  {
    name: 'deadlock comes before partial deadlock',
    build: (m) => {
      const [p, q] = [m.mutex('p'), m.mutex('q')]
      const stop = m.flag('stop')
      abbaOn(m, p, q)
      m.thread('runner', (t) =>
        t.while(eq(stop, 0), () => t.either({ on: () => t.local(), off: () => t.set(stop, 1) })),
      )
    },
    expected: deadlock('cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'deadlock comes before an unsignalled fence',
    build: (m) => {
      abba(m)
      m.fence('f', { published: true })
      m.thread('c', (t) => t.local())
    },
    expected: deadlock('cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'partial deadlock comes before an unsignalled fence',
    build: (m) => {
      abba(m)
      runsOn(m)
      m.fence('f', { published: true })
    },
    expected: stuck('partial-deadlock', 'cycle', ['a', 'b'], ['p', 'q']),
  },
  {
    name: 'an unsignalled fence comes before what is masked',
    build: (m) => {
      const [c, x] = [m.completion('c'), m.mutex('x')]
      m.thread('w', (t) => {
        t.lock(x)
        t.waitForCompletionTimeout(c, { timeout: () => {} })
        t.unlock(x)
      })
      const f = m.fence('f')
      m.thread('p', (t) => t.publish(f))
    },
    expected: stuck('unsignalled-fence', 'none', [], ['f']),
  },
  {
    name: 'a fence that is lost in a deadlock is its consequence: a deadlock is reported',
    build: (m) => {
      const [f, x] = [m.fence('f', { published: true }), m.mutex('x')]
      m.thread('s', (t) => {
        t.lock(x)
        t.lock(x)
        t.signal(f)
      })
    },
    expected: deadlock('self', ['s'], ['x']),
  },
  {
    name: 'a waiter of a lost fence that holds a lock another waits for: the lost fence is reported',
    build: (m) => {
      const [f, x] = [m.fence('f', { published: true }), m.mutex('x')]
      m.thread('w', (t) => {
        t.lock(x)
        t.wait(f)
        t.unlock(x)
      })
      m.thread('v', (t) => {
        t.lock(x)
        t.unlock(x)
      })
    },
    expected: stuck('unsignalled-fence', 'none', ['w'], ['f']),
  },
  // What a bound of a primitive hides is unknown, never a violation.
  {
    name: 'a lock that is never released because a bound was hit is no deadlock but unknown',
    build: (m) => {
      const [c, x] = [m.completion('c'), m.mutex('x')]
      m.thread('a', (t) => {
        t.lock(x)
        t.repeat(8, () => t.complete(c))
        t.unlock(x)
      })
      m.thread('b', (t) => {
        t.lock(x)
        t.unlock(x)
      })
    },
    expected: unknown('bound-hit'),
  },
  {
    name: 'a fence that is never signalled because a bound was hit is not unsignalled but unknown',
    build: (m) => {
      const [c, f] = [m.completion('c'), m.fence('f', { published: true })]
      m.thread('a', (t) => {
        t.repeat(8, () => t.complete(c))
        t.signal(f)
      })
    },
    expected: unknown('bound-hit'),
  },
  {
    name: 'a deadlock that does not depend on a bound is reported although another path hits one',
    build: (m) => {
      abba(m)
      const c = m.completion('c')
      m.thread('e', (t) => {
        t.idle()
        t.may('user', () => t.local())
        t.repeat(8, () => t.complete(c))
      })
    },
    expected: deadlock('cycle', ['a', 'b'], ['p', 'q']),
  },
  // Invariants, assertions.
  {
    name: 'an invariant that some state breaks is a violation',
    build: (m) => {
      const n = m.int('n', { max: 2 })
      m.invariant('at most one', not(eq(n, 2)))
      for (const name of ['a', 'b']) m.thread(name, (t) => t.set(n, add(n, 1)))
    },
    expected: assertion('invariant'),
  },
  {
    name: 'an invariant of the initial state counts',
    build: (m) => {
      const n = m.int('n', { max: 2 })
      m.invariant('one', eq(n, 1))
      m.thread('a', (t) => t.set(n, 1))
    },
    expected: assertion('invariant'),
  },
  {
    name: 'an invariant that holds adds nothing',
    build: (m) => {
      const n = m.int('n', { max: 2 })
      m.invariant('bounded', ge(n, 0))
      m.thread('a', (t) => t.set(n, 1))
    },
    expected: holds,
  },
  {
    name: 'an invariant over locations sees two processes at once',
    build: (m) => {
      for (const name of ['a', 'b'])
        m.thread(name, (t) => {
          t.local()
          t.label('in')
          t.local()
        })
      m.invariant('apart', not(and(at('a', 'in'), at('b', 'in'))))
    },
    expected: assertion('invariant'),
  },
  {
    name: 'an invariant over locations holds under a mutex',
    build: (m) => {
      const x = m.mutex('x')
      for (const name of ['a', 'b'])
        m.thread(name, (t) => {
          t.lock(x)
          t.label('in')
          t.unlock(x)
        })
      m.invariant('apart', not(and(at('a', 'in'), at('b', 'in'))))
    },
    expected: holds,
  },
  {
    name: 'holds() in an assertion is about the process itself',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.assert(not(isHeld(x)))
        t.lock(x)
        t.assert(isHeld(x))
        t.unlock(x)
        t.assert(not(isHeld(x)))
      })
      m.thread('b', (t) => {
        t.lock(x)
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'a process that failed an assertion goes no further',
    build: (m) => {
      const n = m.int('n', { max: 1 })
      m.thread('a', (t) => {
        t.assert(false)
        t.local('after')
        t.set(n, 1)
      })
    },
    after: ['a: assert 0 !! assertion'],
    enabled: [],
  },
  // Ranges and expressions.
  {
    name: 'a variable that leaves its range upwards is a violation',
    build: (m) => {
      const n = m.int('n', { max: 2 })
      m.thread('a', (t) => t.repeat(3, () => t.set(n, add(n, 1))))
    },
    expected: range('out-of-range', 'a'),
  },
  {
    name: 'a variable that leaves its range downwards is a violation',
    build: (m) => {
      const n = m.int('n', { min: -1, max: 2 })
      m.thread('a', (t) => t.repeat(2, () => t.set(n, sub(n, 1))))
    },
    expected: range('out-of-range', 'a'),
  },
  {
    name: 'a variable that stays just inside its range is fine',
    build: (m) => {
      const n = m.int('n', { min: -1, max: 2 })
      m.thread('a', (t) => {
        t.set(n, sub(n, 1))
        t.repeat(3, () => t.set(n, add(n, 1)))
        t.assert(eq(n, 2))
      })
    },
    expected: holds,
  },
  {
    name: 'reading beyond an array is a violation',
    build: (m) => {
      const [list, i] = [m.array('list', 2, { max: 3 }), m.int('i', { max: 3 })]
      m.thread('a', (t) => {
        t.set(i, 2)
        t.await(eq(list.at(i), 0))
      })
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'a wait is explained although an operand that is not evaluated reads beyond an array',
    build: (m) => {
      const [list, i, go] = [m.array('list', 2, { max: 3 }), m.int('i', { max: 3 }), m.flag('go')]
      m.thread('a', (t) => t.await(and(go, eq(list.at(i), 0))))
      m.thread('b', (t) => {
        t.step({ set: [[i, 3]] })
        t.await(false)
        t.step({
          set: [
            [go, 1],
            [list.at(0), 1],
          ],
        })
      })
    },
    expected: { verdict: 'violated', kind: 'deadlock' },
  },
  {
    name: 'writing beyond an array is a violation',
    build: (m) => {
      const [list, i] = [m.array('list', 2, { max: 3 }), m.int('i', { max: 3 })]
      m.thread('a', (t) => {
        t.set(i, 3)
        t.set(list.at(i), 1)
      })
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'writing beyond an array by a constant index is a violation',
    build: (m) => {
      const list = m.array('list', 2, { max: 3 })
      m.thread('a', (t) => t.set(list.at(2), 1))
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'an index below zero is a violation',
    build: (m) => {
      const [list, i] = [m.array('list', 2, { max: 3 }), m.int('i', { min: -1, max: 1 })]
      m.thread('a', (t) => {
        t.set(i, -1)
        t.set(list.at(i), 1)
      })
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'an array keeps its elements apart',
    build: (m) => {
      const [list, i] = [m.array('list', 3, { max: 3, init: [0, 1, 2] }), m.int('i', { max: 2, init: 1 })]
      m.thread('a', (t) => {
        t.set(list.at(i), add(list.at(i), 2))
        t.assert(and(eq(list.at(0), 0), eq(list.at(1), 3), eq(list.at(2), 2)))
      })
    },
    expected: holds,
  },
  {
    name: 'division by zero is a violation',
    build: (m) => {
      const n = m.int('n', { max: 3 })
      m.thread('a', (t) => t.set(n, div(1, n)))
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'a remainder by zero is a violation',
    build: (m) => {
      const n = m.int('n', { max: 3 })
      m.thread('a', (t) => t.await(eq(mod(1, n), 0)))
      m.thread('b', (t) => t.set(n, 1))
    },
    expected: range('undefined-value', 'a'),
  },
  {
    name: 'a division that and, or and if do not evaluate is none',
    build: (m) => {
      const n = m.int('n', { max: 3 })
      m.thread('a', (t) => {
        t.assert(or(eq(n, 0), eq(div(3, n), 3)))
        t.assert(not(and(ne(n, 0), eq(div(3, n), 3))))
        t.set(n, ifElse(eq(n, 0), 1, div(3, n)))
        t.assert(eq(div(3, n), 3))
      })
    },
    expected: holds,
  },
  {
    name: 'division and remainder truncate towards zero',
    build: (m) => {
      const n = m.int('n', { min: -8, max: 8, init: -7 })
      m.thread('a', (t) => {
        t.assert(and(eq(div(n, 2), -3), eq(mod(n, 2), -1)))
        t.set(n, div(n, 2))
        t.assert(eq(n, -3))
      })
    },
    expected: holds,
  },
  {
    name: 'one step that writes an element twice is a violation',
    build: (m) => {
      const [list, i] = [m.array('list', 2, { max: 3 }), m.int('i', { max: 1 })]
      m.thread('a', (t) =>
        t.step({
          set: [
            [list.at(i), 1],
            [list.at(0), 2],
          ],
        }),
      )
      m.thread('b', (t) => t.set(i, 1))
    },
    expected: range('double-write', 'a'),
  },
  {
    name: 'one step that writes two elements by two indices is fine while they differ',
    build: (m) => {
      const [list, i, j] = [m.array('list', 2, { max: 3 }), m.int('i', { max: 1, init: 1 }), m.int('j', { max: 1 })]
      m.thread('a', (t) => {
        t.step({
          set: [
            [list.at(i), 1],
            [list.at(j), 2],
            [j, 1],
          ],
        })
        t.assert(and(eq(list.at(1), 1), eq(list.at(0), 2)))
      })
    },
    expected: holds,
  },
  {
    name: 'two variables swap in one step',
    build: (m) => {
      const [x, y] = [m.int('x', { max: 2, init: 1 }), m.int('y', { max: 2, init: 2 })]
      m.thread('a', (t) => {
        t.step({
          set: [
            [x, y],
            [y, x],
          ],
        })
        t.assert(and(eq(x, 2), eq(y, 1)))
      })
    },
    expected: holds,
  },
  {
    name: 'two elements swap in one step, by indices that the step changes',
    build: (m) => {
      const [list, i] = [m.array('list', 2, { max: 2, init: [1, 2] }), m.int('i', { max: 1 })]
      m.thread('a', (t) => {
        t.step({
          set: [
            [list.at(i), list.at(sub(1, i))],
            [list.at(sub(1, i)), list.at(i)],
            [i, 1],
          ],
        })
        t.assert(and(eq(list.at(0), 2), eq(list.at(1), 1), eq(i, 1)))
      })
    },
    expected: holds,
  },
  // Control flow.
  {
    name: 'either commits: a branch does not dodge a lock that is taken',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.await(false)
      })
      m.thread('b', (t) => t.either({ lock: () => t.lock(x), leave: () => {} }))
    },
    after: ['a: lock x', 'b: either: lock'],
    enabled: [],
  },
  {
    name: 'select waits for whichever branch can begin',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.lock(x)
        t.await(false)
      })
      m.thread('b', (t) => t.select({ lock: () => t.lock(x), other: () => t.local('other') }))
    },
    after: ['a: lock x'],
    enabled: ['b: other'],
  },
  {
    name: 'a stuck select whose alternatives wait for different processes is a knot',
    build: (m) => {
      const [x, y] = [m.mutex('x'), m.mutex('y')]
      const f = m.flag('f')
      m.thread('a', (t) => {
        t.lock(x)
        t.await(f)
        t.unlock(x)
      })
      m.thread('b', (t) => {
        t.lock(y)
        t.await(f)
        t.unlock(y)
      })
      m.thread('c', (t) => {
        t.select({ x: () => t.lock(x), y: () => t.lock(y) })
        t.set(f, 1)
        t.end()
      })
    },
    expected: { verdict: 'violated' },
  },
  {
    name: 'a rendezvous needs both and moves both at once',
    build: (m) => {
      const [n, k] = [m.int('n', { max: 2, init: 1 }), m.int('k', { max: 2, init: 2 })]
      m.thread('a', (t) => {
        t.step({ sync: { channel: 'c', role: 'send' }, set: [[n, k]] })
        t.assert(eq(n, 2))
      })
      m.thread('b', (t) => {
        t.step({ sync: { channel: 'c', role: 'receive' }, set: [[k, n]] })
        t.assert(eq(k, 1))
      })
    },
    expected: holds,
  },
  {
    name: 'a rendezvous has no fault while one of the two is elsewhere',
    build: (m) => {
      const [x, there] = [m.int('x', { max: 1 }), m.int('there', { max: 1 })]
      m.thread('a', (t) => {
        t.idle()
        t.step({ sync: { channel: 'c', role: 'send' } })
      })
      m.thread('b', (t) => {
        t.idle()
        t.await(there)
        t.step({ when: eq(div(1, x), 1), sync: { channel: 'c', role: 'receive' }, set: [[x, 2]] })
      })
    },
    expected: holds,
  },
  {
    name: 'a rendezvous has no fault while a handler runs on top of one of the two',
    build: (m) => {
      const [x, raised] = [m.int('x', { max: 1 }), m.int('raised', { max: 1, init: 1 })]
      m.thread('a', (t) => {
        t.idle()
        t.step({ when: at('h', 'begin'), sync: { channel: 'c', role: 'send' }, set: [[x, 2]] })
      })
      m.thread('b', (t) => {
        t.idle()
        t.step({ sync: { channel: 'c', role: 'receive' } })
      })
      m.irq(
        'h',
        (t) => {
          t.label('begin')
          t.local()
        },
        { when: raised, set: [[raised, 0]], on: ['b'], idleCpu: false },
      )
    },
    expected: holds,
  },
  {
    name: 'a rendezvous has its faults where both are',
    build: (m) => {
      const x = m.int('x', { max: 1 })
      m.thread('a', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
      m.thread('b', (t) => {
        t.local()
        t.step({ sync: { channel: 'c', role: 'receive' }, set: [[x, 2]] })
      })
    },
    expected: { verdict: 'violated', kind: 'range', code: 'out-of-range', processes: ['a'] },
  },
  {
    name: 'a sender without a receiver is stuck',
    build: (m) => {
      m.thread('a', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
      m.thread('b', (t) => t.local())
    },
    expected: { verdict: 'violated', kind: 'deadlock', processes: ['a'] },
  },
  {
    name: 'a path that can never come to rest again is livelocked',
    build: (m) => {
      const stop = m.flag('stop')
      m.thread('a', (t) => t.while(eq(stop, 0), () => t.local()))
    },
    expected: { verdict: 'violated', kind: 'livelock', processes: ['a'], objects: [] },
  },
  {
    name: 'an operation that no run reaches and an exit that none takes are remarked on',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.trylock(x, { got: () => t.unlock(x), missed: () => {} })
        t.when(
          false,
          () => t.lock(x),
          () => {},
        )
      })
    },
    expected: { ...holds, findings: ['never-reached', 'never-taken'] },
  },
]

function abbaOn(m: M, p: ReturnType<M['mutex']>, q: ReturnType<M['mutex']>): void {
  m.thread('a', (t) => {
    t.lock(p)
    t.lock(q)
    t.unlock(q)
    t.unlock(p)
  })
  m.thread('b', (t) => {
    t.lock(q)
    t.lock(p)
    t.unlock(p)
    t.unlock(q)
  })
}
