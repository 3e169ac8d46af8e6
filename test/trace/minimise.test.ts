// SPDX-License-Identifier: Apache-2.0
import { add, eq, lt } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { searchAsAsked } from '#check/reduced-search'
import { qualify } from '#check/options'
import { Interpreter } from '#interp/interpreter'
import { judge } from '#property/judge'
import { Evidence, type Violation } from '#property/property'
import { lower } from '#semantics/lower/lower'
import { evidenceFrom, explored, lookedUp } from '#trace/from-state'
import { minimised } from '#trace/minimise'
import { pointOfNoReturn, returnLimit } from '#trace/point-of-no-return'
import { recordTrace } from '#trace/record'
import { replay } from '#trace/replay'
import { stuckIn } from '#trace/same-violation'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { abba, run, told } from './told.ts'

const steps = async (build: (m: M) => void): Promise<readonly string[]> =>
  (await told(build, { order: 'depth-first', reduction: 'none' })).trace.steps.map(
    ({ process, step }) => `${process}: ${step}`,
  )

const cycle = (kind: 'deadlock' | 'partial-deadlock') =>
  ({ kind, shape: 'cycle', processes: ['p', 'q'], objects: ['a', 'b'], escapes: 'on' }) as const

const abbaAlone = ['p: lock a', 'q: lock b']

describe('what does not matter is left out', () => {
  test('processes, also such as only wait for each other', async () => {
    const build = (m: M): void => {
      abba(m)
      const x = m.int('x', { max: 2 })
      m.thread('ping', (t) => (t.set(x, 1), t.await(eq(x, 2))))
      m.thread('pong', (t) => (t.await(eq(x, 1)), t.set(x, 2)))
    }
    expect((await steps(build)).toSorted()).toEqual(abbaAlone)
  })

  test('rounds of loops', () => {
    const build = (m: M): void => {
      const [a, b, x] = [m.mutex('a'), m.mutex('b'), m.int('x', { max: 1 })]
      m.thread('p', (t) => t.loop(() => (t.set(x, 0), t.lock(a), t.lock(b), t.unlock(b), t.unlock(a))))
      m.thread('q', (t) => t.loop(() => (t.set(x, 1), t.lock(b), t.lock(a), t.unlock(a), t.unlock(b))))
    }
    const round = ['p: x := 0', 'p: lock a', 'p: lock b', 'p: unlock b', 'p: unlock a']
    const { machine, path } = run(build, ...round, ...round, 'p: x := 0', 'p: lock a', 'q: x := 1', 'q: lock b')
    expect(minimised(machine, path, cycle('partial-deadlock'))?.path).toEqual(path.slice(-4))
  })

  test('rounds that come before another way', () => {
    const build = (m: M): void => {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      const both = (t: T): void => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a))
      m.thread('p', (t) => t.loop(() => t.either({ again: () => t.local('spin'), go: () => both(t) })))
      m.thread('q', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    }
    const round = ['p: either: again', 'p: spin']
    const { machine, path } = run(build, ...round, ...round, 'p: either: go', 'p: lock a', 'q: lock b')
    expect(minimised(machine, path, cycle('partial-deadlock'))?.path).toEqual(path.slice(-3))
  })

  test('switches', () => {
    const build = (m: M): void => {
      const [a, b, fence] = [m.mutex('a'), m.mutex('b'), m.fence('fence', { published: true })]
      m.thread('p', (t) => (t.local('p1'), t.local('p2'), t.lock(a), t.wait(fence)))
      m.thread('q', (t) => (t.local('q1'), t.local('q2'), t.lock(b), t.lock(a), t.signal(fence)))
    }
    const { machine, path } = run(build, 'p: p1', 'q: q1', 'p: p2', 'q: q2', 'p: lock a', 'q: lock b')
    const wanted = { ...cycle('deadlock'), objects: ['a', 'fence'] }
    const runners = minimised(machine, path, wanted)!.path.map((id) => machine.system.transitions[id]!.process)
    expect(runners.filter((p, i) => i > 0 && p !== runners[i - 1])).toHaveLength(1)
  })

  test('the ends of paths that have nothing to do with it', async () => {
    const build = (m: M): void => {
      const [a, x] = [m.mutex('a'), m.int('x', { max: 1 })]
      m.thread('p', (t) => (t.await(eq(x, 1)), t.lock(a), t.lock(a)))
      m.thread('q', (t) => (t.set(x, 1), t.local('more'), t.local('and more')))
    }
    expect(await steps(build)).toEqual(['q: x := 1', 'p: [(x == 1)]', 'p: lock a'])
  })

  test('a deadlock is one only where everybody else can come to an end', () => {
    const withTicker = (m: M): void => {
      abba(m)
      m.thread('ticker', (t) => t.loop(() => t.local('tick')))
    }
    const verdict = (build: (m: M) => void, kind: 'deadlock' | 'partial-deadlock'): unknown => {
      const { machine, path, states } = run(build, 'p: lock a', 'q: lock b')
      return stuckIn(machine, explored(machine), states.at(-1)!, path.at(-1), cycle(kind), 1000)
    }
    expect(verdict(abba, 'deadlock')).toEqual([0, 1])
    expect(verdict(withTicker, 'deadlock')).toBeUndefined()
    expect(verdict(withTicker, 'partial-deadlock')).toEqual([0, 1])
  })

  test('where, and not whether at all, also if that is looked up', () => {
    const build = (m: M): void => {
      abba(m)
      m.thread('chooser', (t) => t.either({ ends: () => {}, runs: () => t.loop(() => t.local('tick')) }))
    }
    for (const [choice, verdict] of [
      ['ends', [0, 1]],
      ['runs', undefined],
    ] as const) {
      const { machine, path, states } = run(build, 'p: lock a', 'q: lock b', `chooser: either: ${choice}`)
      const evidence = evidenceFrom(machine, machine.initial(), 1000)!
      for (const ahead of [explored(machine), lookedUp(evidence)])
        expect(stuckIn(machine, ahead, states.at(-1)!, path.at(-1), cycle('deadlock'), 1000)).toEqual(verdict)
    }
  })

  test('and what matters is not: who still runs decides whether a deadlock is partial', async () => {
    const { kind, trace } = await told((m) => {
      abba(m)
      m.thread('ticker', (t) => t.loop(() => t.local('tick')))
    })
    expect(kind).toBe('partial-deadlock')
    expect(trace.steps).toHaveLength(2)
  })
})

/** The violation as the search finds it, depth first, with the longest trace there is to make less of. */
async function raw(seed: number): Promise<
  | {
      readonly violation: Violation
      readonly machine: Interpreter
      /** What found it, on a machine of the same system. */
      readonly evidence: Evidence<unknown>
    }
  | undefined
> {
  const system = lower(randomModel(seed), kernelRegistry)
  const { machine, searched, facts } = await searchAsAsked(
    system,
    qualify({ order: 'depth-first', reduction: 'none', maxStates: 3000 }),
  )
  if (searched.limit !== undefined) return undefined
  const evidence = new Evidence(machine, searched.search.graph, searched.search.store, facts)
  const [violation] = judge(evidence, true, qualify({}).kinds).violations
  return violation === undefined ? undefined : { violation, machine: new Interpreter(system), evidence }
}

// Who is dropped first, x and y, is stuck at the end of the path that was found, not of the one that is left.
test('who is stuck is said of the path that is told, also where the budget is spent before the last pass', async () => {
  const { kind, processes, trace } = await told((m) => {
    const [a, b, c, d] = [m.mutex('a'), m.mutex('b'), m.mutex('c'), m.mutex('d')]
    const turns = m.int('turns', { max: 500 })
    m.thread('p', (t) => {
      t.lock(a)
      t.while(lt(turns, 500), () => t.set(turns, add(turns, 1)))
      t.lock(b)
      t.unlock(b)
      t.unlock(a)
    })
    m.thread('q', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    m.thread('x', (t) => (t.lock(c), t.lock(d), t.unlock(d), t.unlock(c)))
    m.thread('y', (t) => (t.lock(d), t.lock(c), t.unlock(c), t.unlock(d)))
  })
  expect([kind, processes.toSorted()]).toEqual(['deadlock', ['p', 'q']])
  expect(trace.outcome.stuck.toSorted()).toEqual(['p', 'q'])
  expect(new Set(trace.steps.map(({ process }) => process))).toEqual(new Set(['p', 'q']))
})

test('of random models: it replays, shows the same, and nothing that comes first gets more', async () => {
  let shorter = 0
  let fewer = 0
  for (let seed = 1; seed <= 60; seed++) {
    const found = await raw(seed)
    if (found === undefined) continue
    const { violation, machine } = found
    const result = minimised(machine, violation.path, violation)
    expect(result, `seed ${seed}`).toBeDefined()
    const simpler = { ...violation, ...result! }
    const trace = recordTrace(randomModel(seed), machine.system, simpler)
    expect(replay(machine, trace), `seed ${seed}`).toMatchObject({ reproduces: true, confirmed: true })
    const processes = (path: readonly number[]): Set<number> =>
      new Set(path.map((id) => machine.system.transitions[id]!.process))
    const [before, after] = [processes(violation.path), processes(simpler.path)]
    expect([...after].every((p) => before.has(p))).toBe(true)
    expect(simpler.path.length).toBeLessThanOrEqual(violation.path.length)
    if (simpler.path.length < violation.path.length) shorter++
    if (after.size < before.size) fewer++
    expect(minimised(machine, violation.path, violation), 'the same every time').toEqual(result)
  }
  expect(shorter).toBeGreaterThan(5)
  expect(fewer).toBeGreaterThan(2)
})

test('of random models: looking into a complete search tells what exploring tells', async () => {
  const seen = new Map<string, number>()
  for (let seed = 1; seed <= 150; seed++) {
    const found = await raw(seed)
    if (found === undefined) continue
    const { violation, evidence } = found
    const { machine } = evidence
    const result = minimised(machine, violation.path, violation)!
    expect(minimised(machine, violation.path, violation, lookedUp(evidence)), `seed ${seed}`).toEqual(result)
    const { outcome } = recordTrace(randomModel(seed), machine.system, { ...violation, ...result })
    for (const path of [violation.path, result.path]) {
      const since = pointOfNoReturn(machine, path, outcome)
      expect(pointOfNoReturn(machine, path, outcome, returnLimit, lookedUp(evidence)), `seed ${seed}`).toBe(since)
    }
    seen.set(violation.kind, (seen.get(violation.kind) ?? 0) + 1)
  }
  for (const kind of ['deadlock', 'partial-deadlock', 'unsignalled-fence'])
    expect(seen.get(kind), kind).toBeGreaterThan(1)
})

describe('asked for more', () => {
  const twoCycles = (m: M): void => {
    const [a, b, c, d] = [m.mutex('a'), m.mutex('b'), m.mutex('c'), m.mutex('d')]
    const pair = (name: string, x: typeof a, y: typeof a): void => {
      m.thread(`${name}1`, (t) => (t.lock(x), t.lock(y), t.unlock(y), t.unlock(x)))
      m.thread(`${name}2`, (t) => (t.lock(y), t.lock(x), t.unlock(x), t.unlock(y)))
    }
    pair('p', a, b)
    pair('q', c, d)
  }

  test('all violations that differ are told, each with a trace of its own, and the verdict stays what it is', async () => {
    const model = instance(twoCycles)
    const [one, all] = [await check(model, kernelRegistry), await check(model, kernelRegistry, { all: true })]
    expect(one.others).toBeUndefined()
    expect(all.violation).toEqual(one.violation)
    const cycles = [all.violation!, ...all.others!].map(({ kind, objects }) => [kind, ...objects].join(' '))
    expect(cycles).toEqual(['deadlock a b', 'deadlock c d'])
    expect(all.others![0]!.trace.steps).toHaveLength(2)
  })

  test('the shortest trace says where it may not be', async () => {
    const model = instance(twoCycles)
    const full = await check(model, kernelRegistry, { shortest: true, order: 'depth-first' })
    expect(full.findings.map(({ code }) => code)).not.toContain('not-shortest')
    expect(full.violation!.trace.steps).toHaveLength(2)
    const misused = instance((m) => {
      const a = m.mutex('a')
      m.thread('p', (t) => t.unlock(a))
      m.thread('q', (t) => t.loop(() => (t.local('x'), t.local('y'), t.local('z'))))
    })
    const limited = await check(misused, kernelRegistry, { shortest: true, maxStates: 3 })
    expect(limited.violation).toBeDefined()
    expect(limited.findings.map(({ code }) => code)).toContain('not-shortest')
  })
})
