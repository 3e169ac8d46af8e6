// SPDX-License-Identifier: Apache-2.0
import { add, and, at, eq, field, ne } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { Random } from '#base/random'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import { passingLocks } from '#simplify/passing-locks'
import { simplified } from '#simplify/simplify'
import { evaluator } from '#system/expression'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'
import { randomHandlers } from '../fixtures/random-handlers.ts'
import { agrees, finish, lowered, neverReturns, once, steps, told } from './handlers.ts'

describe('handlers that have nothing to do with what they interrupt', () => {
  // A task of n steps, k handlers of one step. A handler that is done or not has a place of its own, and two more while it
  // runs (at its step, at its return), one handler at a time: (k + 2) 2^(k-1) + k 2^(k-1) = (k + 1) 2^k places of all. In
  // full each of them goes with each of the n + 1 places of the task. Reduced, the task goes first, and the handlers begin
  // where it ends.
  test.each([
    [1, 1],
    [1, 5],
    [2, 5],
    [2, 20],
    [3, 10],
  ])('%i of them over %i steps are explored where these end', (k, n) => {
    const system = lowered((m) => {
      steps(m, 'p', n)
      for (let i = 0; i < k; i++) once(m, `irq${i}`, (t) => t.local())
    })
    const handlers = (k + 1) * 2 ** k
    expect(agrees(system)).toEqual({ full: (n + 1) * handlers, reduced: n + handlers })
  })

  // Each task and its handler make n + 3 steps; in full they mix, reduced one goes after the other.
  test.each([
    [1, 4],
    [2, 3],
    [3, 2],
  ])('%i tasks of %i steps, each with its handler, go one after the other', (tasks, n) => {
    const system = lowered((m) => {
      for (let i = 0; i < tasks; i++) {
        steps(m, `p${i}`, n)
        once(m, `irq${i}`, (t) => t.local(), [`p${i}`])
      }
    })
    expect(agrees(system)).toEqual({ full: (4 * (n + 1)) ** tasks, reduced: tasks * (n + 3) + 1 })
  })

  // Interrupts go off at step n of 2n: there alone the handler comes, or at the end.
  test('they come before interrupts go off, and at the end', () => {
    const states = (n: number): number =>
      agrees(
        lowered((m) => {
          m.thread('p', (t) => {
            for (let i = 0; i < n; i++) t.local()
            t.localIrqDisable()
            for (let i = 0; i < n; i++) t.local()
            t.localIrqEnable()
          })
          once(m, 'irq', (t) => t.local())
        }),
      ).reduced
    // n steps, then either at once on to the end, or first the handler: both of n + 2 further steps; the handler has 3.
    expect([states(2), states(5), states(10)]).toEqual([2, 5, 10].map((n) => n + 1 + 2 * (n + 2) + 3 + 2))
  })
})

describe('what a handler may wait for is found as in a full search', () => {
  const selfDeadlock = (m: M): void => {
    const a = m.spinlock('a')
    m.thread('p', (t) => (t.local(), t.spinLock(a), t.local(), t.spinUnlock(a)))
    once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
  }

  test('a spinlock that is taken in process context and again in the handler', () => {
    const system = lowered(selfDeadlock)
    expect(finish(system)).toEqual([])
    expect(told(system).kinds).toEqual(['deadlock'])
    agrees(system)
  })

  test('and with interrupts off it does not deadlock', () => {
    const system = lowered((m) => {
      const a = m.spinlock('a')
      m.thread('p', (t) => (t.local(), t.spinLockIrqsave(a), t.local(), t.spinUnlockIrqrestore(a)))
      once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
    })
    expect(told(system).kinds).toEqual([])
    agrees(system)
    // Whoever has the lock can give it back; and once its sections are single steps there is nothing to wait for.
    expect(finish(system)).toEqual(['irq'])
    expect(finish(simplified(system).system)).toEqual(['irq'])
  })

  test('what the handler makes true or false where it comes in between', () => {
    const system = lowered((m) => {
      const [x, f] = [m.int('x', { max: 2 }), m.fence('f', { published: true })]
      m.thread('p', (t) => (t.local(), t.set(x, 1), t.local(), t.when(eq(x, 1), () => t.signal(f)), t.local()))
      m.irq('irq', (t) => t.set(x, 2), { on: ['p'], idleCpu: false, when: eq(x, 1) })
    })
    expect(finish(system)).toEqual(['irq'])
    expect(told(system).kinds).toEqual(['unsignalled-fence'])
    agrees(system)
  })

  test('whether it is raised at all, by a condition that steps of the task make true and false', () => {
    const system = lowered((m) => {
      const [x, y] = [m.int('x', { max: 1 }), m.int('y', { max: 1 })]
      m.thread('p', (t) => (t.local(), t.set(x, 1), t.set(x, 0), t.local(), t.assert(ne(y, 1))))
      m.irq('irq', (t) => t.set(y, 1), { on: ['p'], idleCpu: false, when: eq(x, 1) })
    })
    expect(finish(system)).toEqual(['irq'])
    expect(told(system).kinds).toEqual(['assertion'])
    agrees(system)
  })

  test('a fault of the handler, and what the task does beside it', () => {
    for (const watched of [false, true]) {
      const system = lowered((m) => {
        const [x, f] = [m.int('x', { max: 1 }), m.fence('f', { published: true })]
        m.thread('p', (t) => (t.local(), t.set(x, 1), t.local(), t.set(x, 0), t.signal(f)))
        once(m, 'irq', (t) => (t.local(), t.assert(eq(x, 0)), t.label('after'), t.local()))
        if (watched) m.thread('q', (t) => t.when(at('irq', 'after'), () => t.local()))
      })
      expect(finish(system)).toEqual(['irq'])
      expect(told(system).kinds).toContain('assertion')
      agrees(system)
    }
  })

  test('an invariant that only holds while no handler comes', () => {
    const system = lowered((m) => {
      const [x, y] = [m.int('x', { max: 1 }), m.int('y', { max: 1 })]
      m.thread('p', (t) => (t.local(), t.set(x, 1), t.set(x, 0), t.local()))
      once(m, 'irq', (t) => (t.set(y, 1), t.set(y, 0)))
      m.invariant('claim', ne(and(eq(x, 1), eq(y, 1)), 1))
    })
    expect(finish(system)).toEqual(['irq'])
    expect(told(system).kinds).toEqual(['assertion'])
    agrees(system)
  })

  test('a hardirq on top of a softirq on top of a task', () => {
    const system = lowered((m) => {
      const [x, done] = [m.int('x', { max: 2 }), m.completion('done')]
      m.thread('p', (t) => (t.local(), t.localBhDisable(), t.set(x, 1), t.localBhEnable(), t.waitForCompletion(done)))
      m.softirq('soft', (t) => (t.local(), t.complete(done)), { idleCpu: false, when: eq(x, 1), set: [[x, 2]] })
      once(m, 'hard', (t) => t.local(), ['p', 'soft'])
    })
    expect(finish(system).toSorted()).toEqual(['hard', 'soft'])
    expect(told(system).kinds).toEqual([])
    agrees(system)
  })
})

describe('a handler can always finish', () => {
  const finishes = (write: (t: T, m: M) => unknown): boolean =>
    finish(
      lowered((m) => {
        steps(m, 'p', 2)
        once(m, 'irq', (t) => write(t, m))
      }),
    ).includes('irq')

  test('if what it asks for covers all cases', () => {
    expect(finishes((t) => t.local())).toBe(true)
    expect(finishes((t, m) => t.trylock(m.mutex('a'), { got: () => {}, missed: () => {} }))).toBe(true)
    expect(finishes((t, m) => t.when(eq(m.int('x', { max: 1 }), 1), () => t.local()))).toBe(true)
    expect(finishes((t, m) => t.assert(eq(m.int('x', { max: 1 }), 1)))).toBe(true)
  })

  test('if what it asks for is so by what it has done itself', () => {
    const asks = (value: number) => (t: T, m: M) => {
      const x = m.int('x', { max: 1 })
      t.set(x, 1)
      t.await(eq(x, value))
    }
    expect(finishes(asks(1))).toBe(true)
    expect(finishes(asks(0))).toBe(false)
  })

  test('not if it waits, goes round, meets somebody, or looks at where others are', () => {
    expect(finishes((t, m) => t.await(eq(m.int('x', { max: 1 }), 1)))).toBe(false)
    expect(finish(lowered((m) => once(m, 'irq', neverReturns(m))))).toEqual([])
    const meets = (t: T, m: M): void => {
      m.thread('other', (other) => other.step({ sync: { channel: 'c', role: 'receive' } }))
      t.step({ sync: { channel: 'c', role: 'send' } })
    }
    expect(finishes(meets)).toBe(false)
    expect(finishes((t) => (t.label('here'), t.when(at('irq', 'here'), () => t.local())))).toBe(false)
  })

  test('not if one on top of it cannot', () => {
    const nested = (hard: (m: M) => (t: T) => unknown): readonly string[] =>
      finish(
        lowered((m) => {
          const [write, x] = [hard(m), m.int('x', { max: 1 })]
          m.softirq('soft', (t) => t.local(), { idleCpu: false, when: eq(x, 0), set: [[x, 1]] })
          once(m, 'hard', write, ['soft'])
        }),
      ).toSorted()
    expect(nested((m) => (steps(m, 'p', 1), (t) => t.local()))).toEqual(['hard', 'soft'])
    expect(nested(neverReturns)).toEqual([])
  })
})

test('machines agree on what a step does whose process is suspended, as the diamond asks', () => {
  let asked = 0
  for (let seed = 1; seed <= 40; seed++) {
    const system = lower(randomHandlers(seed), kernelRegistry)
    const [engine, interpreter, random] = [new Engine(system), new Interpreter(system), new Random(seed)]
    const allows = system.transitions.map(({ guard }) => guard.map((g) => evaluator(g, interpreter)))
    let [fast, plain] = [engine.initial(), interpreter.initial()]
    for (let step = 0; step < 30; step++) {
      const enabled = interpreter.enabled(plain)
      for (const [id, { process: p, from }] of system.transitions.entries()) {
        const isThere = interpreter.location(plain, p) === from && allows[id]!.every((holds) => holds(plain) !== 0)
        if (!isThere || enabled.includes(id)) continue
        const [one, other] = [engine.fire(fast, id), interpreter.fire(plain, id)]
        for (const v of system.variables.keys()) expect(engine.value(one, v)).toBe(interpreter.value(other, v))
        for (const q of system.processes.keys()) expect(engine.location(one, q)).toBe(interpreter.location(other, q))
        asked++
      }
      if (enabled.length === 0) break
      const next = enabled[random.below(enabled.length)]!
      fast = engine.fire(fast, next)
      plain = interpreter.fire(plain, next)
    }
  }
  expect(asked).toBeGreaterThan(20)
})

test('a lock is not free where somebody inside may be interrupted, whatever else the condition is about', async () => {
  const model = instance((m) => {
    const [lock, x, y, armed] = [m.spinlock('lock'), m.flag('x'), m.flag('y'), m.flag('armed', true)]
    const held = (t: T): void => (t.spinLock(lock), t.spinUnlock(lock))
    m.thread('p', (t) => (t.spinLock(lock), t.set(y, 1), t.spinUnlock(lock)))
    m.thread('x', (t) => t.set(x, 1))
    m.thread('q', (t) => (t.await(eq(y, 1)), t.loop(() => (t.local('a'), t.local('b')))))
    const when = and(eq(armed, 1), eq(add(field(lock, 'locked'), x), 2))
    m.irq('h', held, { on: ['p'], idleCpu: false, when, set: [[armed, 0]] })
  })
  expect(passingLocks(lower(model, kernelRegistry))).toEqual([])
  for (const reduction of ['none', 'stubborn', 'full'] as const)
    expect((await check(model, kernelRegistry, { reduction })).violation?.kind, reduction).toBe('deadlock')
})
