// SPDX-License-Identifier: Apache-2.0
import { at, bitAnd, eq, ne, or } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { lower } from '#semantics/lower/lower'
import { leafConditions } from '#simplify/leaf-conditions'
import { leafLocks } from '#simplify/leaf-locks'
import { localSteps } from '#simplify/local-steps'
import { simplified, type Simplified } from '#simplify/simplify'
import { influences, slice, type Influences } from '#simplify/slice'
import type { Pass } from '#simplify/rewriting'
import type { Process, System, Transition } from '#system/system'
import { process, systemOf, transition, variable } from '../engine/systems.ts'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomInterference } from '../fixtures/random-interference.ts'
import { searched } from './searched.ts'

const lowered = (build: (m: M) => void): System => lower(instance(build), kernelRegistry)
const only = (system: System, pass: Pass): Simplified => simplified(system, { 'leaf lock': pass })
const told = (system: System, by?: Simplified) => searched(system, by)!.told

type Name = keyof typeof leafConditions
const forgetting = (forgotten: Name): Pass => {
  const { [forgotten]: _, ...others } = leafConditions
  return (system) => leafLocks(system, others)
}

/** Tasks with these transitions; each rests at its last location but one and has its fault location behind. */
const tasks = (...locations: readonly number[]): readonly Process[] =>
  locations.map((n, i) => {
    const base = process(`p${i}`, n + 1)
    return { ...base, locations: base.locations.map((l, at) => ({ ...l, rest: at === n - 1 })) }
  })
const steps = (process: number, ...list: readonly (readonly [number, number, Partial<Transition>])[]): Transition[] =>
  list.map(([from, to, more], i) => transition([], [], { process, from, to, label: `s${i}`, ...more }))

/** `p0` may wait for the lock `L`, which leaves a mark that `p2` looks for; `p1` takes it as well. */
const markedWait: System = systemOf({
  variables: [{ ...variable('L', 0, 1), object: 'L' }, variable('mark', 0, 1)],
  processes: tasks(4, 3, 2),
  transitions: [
    ...steps(
      0,
      [0, 2, { guard: [['!', { v: 0 }]], effect: [{ to: 0, value: 1 }] }],
      [0, 1, { guard: [{ v: 0 }], effect: [{ to: 1, value: 1 }] }],
      [1, 2, { guard: [['!', { v: 0 }]], effect: [{ to: 0, value: 1 }] }],
      [2, 3, { effect: [{ to: 0, value: 0 }] }],
    ),
    ...steps(
      1,
      [0, 1, { guard: [['!', { v: 0 }]], effect: [{ to: 0, value: 1 }] }],
      [1, 2, { effect: [{ to: 0, value: 0 }] }],
    ),
    ...steps(2, [0, 1, { guard: [{ v: 1 }] }]),
  ],
})

/** What `p1` holds while it waits for what only a timeout ends is decided by `v`, which `p0` sets for a moment. */
const holdsOfOthers: System = systemOf({
  variables: [{ ...variable('L', 0, 1), object: 'L' }, variable('v', 0, 1), variable('never', 0, 1)],
  processes: tasks(5, 2),
  transitions: [
    ...steps(
      0,
      [0, 1, { guard: [['!', { v: 0 }]], effect: [{ to: 0, value: 1 }] }],
      [1, 2, { effect: [{ to: 1, value: 1 }] }],
      [2, 3, { effect: [{ to: 1, value: 0 }] }],
      [3, 4, { effect: [{ to: 0, value: 0 }] }],
    ),
    ...steps(1, [0, 1, { guard: [{ v: 2 }] }], [0, 1, { tag: 'timeout' }]),
  ],
  holds: [{ process: 1, object: 'other', mode: 'write', when: { v: 1 } }],
})

describe('a lock is a leaf only under every condition: each of them, forgotten, changes what is told', () => {
  const counterexamples: Record<Name, System> = {
    neverBlocks: lowered((m) => {
      const [a, f] = [m.mutex('a'), m.fence('f', { published: true })]
      m.thread('waits', (t) => (t.lock(a), t.wait(f), t.unlock(a)))
      m.thread('signals', (t) => (t.lock(a), t.unlock(a), t.signal(f)))
    }),
    ends: lowered((m) => {
      const a = m.mutex('a')
      m.thread('keeps', (t) => (t.lock(a), t.loop(() => t.local())))
      m.thread('locks', (t) => (t.lock(a), t.unlock(a)))
    }),
    untested: lowered((m) => {
      const a = m.mutex('a')
      m.thread('tries', (t) => t.trylock(a, { got: () => t.unlock(a), missed: () => t.local('missed') }))
      m.thread('locks', (t) => (t.lock(a), t.local(), t.unlock(a)))
    }),
    uninterrupted: lowered((m) => {
      const [a, x] = [m.spinlock('a'), m.int('x', { max: 1 })]
      m.thread('device', (t) => t.set(x, 1))
      m.thread('task', (t) => (t.spinLock(a), t.spinUnlock(a)))
      m.irq('handler', (t) => (t.spinLock(a), t.spinUnlock(a)), { when: eq(x, 1), set: [[x, 0]] })
    }),
    oneNonMover: lowered((m) => {
      const [a, x] = [m.mutex('a'), m.int('x', { max: 1 })]
      m.thread('blinks', (t) => (t.lock(a), t.set(x, 1), t.set(x, 0), t.unlock(a)))
      m.thread('sees', (t) => t.when(eq(x, 1), () => t.local('seen')))
    }),
    waitsForNothingElse: markedWait,
    ordinary: lowered((m) => {
      const a = m.mutex('a')
      m.thread('may', (t) => (t.lock(a), t.may('user', () => t.local()), t.unlock(a)))
      m.thread('locks', (t) => (t.lock(a), t.unlock(a)))
    }),
    holdsAreOnesOwn: holdsOfOthers,
  }

  test.each(Object.entries(counterexamples) as [Name, System][])('%s', (name, system) => {
    const full = told(system)
    expect(told(system, only(system, leafLocks))).toEqual(full)
    const wrong = only(system, forgetting(name))
    expect(wrong.did).toEqual(['1 leaf lock'])
    expect(told(system, wrong)).not.toEqual(full)
  })

  test('one non-mover: also on random models', () => {
    let wrong = 0
    for (let seed = 1; seed <= 40; seed++) {
      const system = lower(randomInterference(seed), kernelRegistry)
      const full = searched(system, undefined, { limit: 1_000 })?.told
      if (full === undefined) continue
      const less = searched(system, only(system, forgetting('oneNonMover')), { limit: 1_000 })?.told
      if (JSON.stringify(less) !== JSON.stringify(full)) wrong++
    }
    expect(wrong).toBeGreaterThan(1)
  })

  test('a section whose effect would be too large to write down stays', () => {
    const { variables, processes, transitions } = markedWait
    const doubling = Array.from({ length: 20 }, (_, i) =>
      transition([], [{ to: 1, value: ['&', ['+', { v: 1 }, { v: 1 }], 1] }], {
        process: 0,
        from: i + 1,
        to: i + 2,
        label: `d${i}`,
      }),
    )
    const system = systemOf({
      variables,
      processes: [...tasks(23), ...processes.slice(1, 2)],
      transitions: [
        ...steps(0, [0, 1, { guard: [['!', { v: 0 }]], effect: [{ to: 0, value: 1 }] }]),
        ...doubling,
        ...steps(0, [21, 22, { effect: [{ to: 0, value: 0 }] }]),
        ...transitions.filter((t) => t.process === 1),
      ],
    })
    expect(simplified(system, { 'leaf lock': leafLocks }).did).toEqual([])
    expect(told(system, simplified(system))).toEqual(told(system))
  })

  test('an invariant that is broken inside only is told, in the middle of a section', () => {
    const system = lowered((m) => {
      const [a, x, y] = [m.mutex('a'), m.int('x', { max: 1 }), m.int('y', { max: 1 })]
      m.thread('t', (t) => (t.lock(a), t.set(x, 1), t.set(y, 1), t.unlock(a)))
      m.invariant('equal', eq(x, y))
    })
    expect(told(system, simplified(system))).toEqual(told(system))
    expect(told(system).kinds).toEqual(['assertion'])
  })

  test('so is one about where a process is', () => {
    const system = lowered((m) => {
      const a = m.mutex('a')
      m.thread('t', (t) => (t.lock(a), t.label('inside'), t.local(), t.unlock(a)))
      m.invariant('never inside', ne(at('t', 'inside'), 1))
    })
    expect(told(system, simplified(system))).toEqual(told(system))
    expect(told(system).kinds).toEqual(['assertion'])
  })

  test('a debt that is paid for a moment only is never lost', () => {
    const system = lowered((m) => {
      const [a, x, f] = [m.mutex('a'), m.int('x', { max: 1 }), m.fence('f')]
      m.thread('t', (t) => (t.lock(a), t.publish(f), t.signal(f), t.unlock(a)))
      m.thread('u', (t) => (t.wait(f), t.set(x, 1)))
    })
    expect(told(system, simplified(system))).toEqual(told(system))
  })
})

describe('a variable is sliced only if nothing depends on it: forgetting any way to depend changes what is told', () => {
  const omit = (root: string): Influences => {
    const { [root]: _, ...roots } = influences.roots
    return { ...influences, roots }
  }
  const cases: readonly (readonly [string, Influences, System])[] = [
    [
      'guards',
      omit('guards'),
      lowered((m) => {
        const x = m.int('x', { max: 1 })
        m.thread('sets', (t) => t.set(x, 1))
        m.thread('waits', (t) => t.await(eq(x, 1)))
      }),
    ],
    [
      'faults',
      omit('faults'),
      lowered((m) => {
        const x = m.int('x', { max: 1 })
        m.thread('sets', (t) => t.set(x, 1))
        m.invariant('never', ne(x, 1))
      }),
    ],
    [
      'suspensions',
      omit('suspensions'),
      lowered((m) => {
        const [a, x] = [m.spinlock('a'), m.int('x', { max: 1 })]
        m.thread('device', (t) => t.set(x, 1))
        m.thread('task', (t) => (t.spinLock(a), t.spinUnlock(a)))
        m.irq('handler', (t) => (t.spinLock(a), t.spinUnlock(a)), { when: eq(x, 1), set: [[x, 0]], idleCpu: false })
      }),
    ],
    [
      'debts',
      omit('debts'),
      lowered((m) => {
        const f = m.fence('f')
        m.thread('publishes', (t) => t.publish(f))
      }),
    ],
    [
      'holds',
      omit('holds'),
      lowered((m) => {
        const [a, c] = [m.mutex('a'), m.completion('c')]
        m.thread('t', (t) => (t.lock(a), t.waitForCompletionTimeout(c, { timeout: () => {} }), t.unlock(a)))
        m.thread('late', (t) => (t.lock(a), t.unlock(a), t.complete(c)))
      }),
    ],
    [
      'indices of what is written',
      { ...influences, through: ({ value }) => [value] },
      lowered((m) => {
        const [i, a] = [m.int('i', { max: 1 }), m.array('a', 2, { max: 1 })]
        m.thread('t', (t) => (t.set(i, 1), t.set(a.at(bitAnd(i, 1)), 1)))
        m.thread('u', (t) => t.await(eq(a.at(1), 1)))
      }),
    ],
    [
      'values that are written',
      { ...influences, through: ({ to }) => (typeof to === 'number' ? [] : [to[1]]) },
      lowered((m) => {
        const [x, y] = [m.int('x', { max: 1 }), m.int('y', { max: 1 })]
        m.thread('t', (t) => (t.set(x, 1), t.set(y, x)))
        m.thread('u', (t) => t.await(or(eq(y, 1), eq(y, 1))))
      }),
    ],
  ]

  test.each(cases)('%s', (_, by, system) => {
    const full = told(system)
    expect(told(system, only(system, slice))).toEqual(full)
    const wrong = only(system, (s) => slice(s, by))
    // One that is still written to stays: then it is not even a system.
    const answer = (): unknown => told(system, wrong)
    expect(differs(answer, full)).toBe(true)
  })
})

function differs(answer: () => unknown, from: unknown): boolean {
  try {
    expect(answer()).not.toEqual(from)
    return true
  } catch {
    return false
  }
}

describe('a local step goes only if nobody can tell', () => {
  test('that a location is not looked at is needed', () => {
    const system = lowered((m) => {
      m.thread('t', (t) => (t.local(), t.label('here'), t.local(), t.local()))
      m.thread('u', (t) => t.await(at('t', 'here')))
    })
    const full = told(system)
    expect(told(system, only(system, localSteps))).toEqual(full)
    expect(
      told(
        system,
        only(system, (s) => localSteps(s, () => false)),
      ),
    ).not.toEqual(full)
  })

  test('a circle of them is left alone', () => {
    const system = lowered((m) => {
      const a = m.mutex('a')
      m.thread('t', (t) => t.loop(() => (t.local(), t.local())))
      m.thread('u', (t) => (t.lock(a), t.lock(a)))
    })
    expect(told(system, simplified(system))).toEqual(told(system))
    expect(told(system).kinds).toEqual(['partial-deadlock'])
  })
})
