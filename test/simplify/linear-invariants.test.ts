// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { whyNotReduced } from '#reduce/applicable'
import { relationsOf } from '#reduce/relations'
import { TransitionClosure } from '#reduce/transition-closure'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { changesOf, type Change } from '#simplify/changes'
import { impossibleFaults } from '#simplify/impossible-faults'
import { Invariants } from '#simplify/invariants'
import { linearInvariants, type LinearInvariant } from '#simplify/linear-invariants'
import { simplified } from '#simplify/simplify'
import type { Expr, System } from '#system/system'
import { process as processOf, systemOf, transition, variable } from '../engine/systems.ts'
import { searchedInFull, searchedReduced } from '../reduce/searched.ts'
import { randomInterference } from '../fixtures/random-interference.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { netModel, randomNet, randomWeightedNet, weightedNetModel, type Fire } from '../fixtures/random-net.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { searched } from './searched.ts'

const registry = new Registry(kernelPrimitives)

/** The system of a model; undefined for the few random ones that are not well formed. */
function lowered(build: () => Model): System | undefined {
  try {
    return lower(build(), registry)
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

/** A complete search; undefined if there are too many states. */
function graphOf(system: System, limit = 2_000) {
  const machine = new Engine(system)
  const search = explore({ machine, frontier: new BreadthFirst() })
  return search.advance(limit) ? { machine, ...search } : undefined
}

/** Where an invariant is false in a reachable state: which, and the values of its variables. */
function broken(system: System, invariants: readonly LinearInvariant[]): string | undefined {
  const { machine, store } = graphOf(system) ?? {}
  if (machine === undefined || store === undefined) return undefined
  for (let id = 0; id < store.size; id++)
    for (const { factors, most } of invariants) {
      let sum = 0
      for (const [v, factor] of factors) sum += factor * machine.value(store.get(id), v)
      if (sum > most) return `${JSON.stringify([...factors])} is ${sum}, not at most ${most}`
    }
  return undefined
}

/** An invariant as `p + 2 q - r <= 3`, variables by name. */
function shown({ variables }: System, { factors, most }: LinearInvariant): string {
  const terms = [...factors]
    .map(([v, factor]) => [variables[v]!.name, factor] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `${terms.map(([name, factor]) => `${factor === 1 ? '' : `${factor} `}${name}`).join(' + ')} <= ${most}`
}

const ranges = (system: System): readonly string[] =>
  system.transitions.flatMap(({ fault }) => (fault?.kind === 'range' ? [fault.detail!] : []))

const nets = { Closure: TransitionClosure }

/** Philosophers who take the left fork, then the right one, and give both back. */
function philosophers(n: number): Model {
  const tokens: Record<string, number> = {}
  const fires: Fire[] = []
  for (let i = 0; i < n; i++) {
    Object.assign(tokens, { [`fork${i}`]: 1, [`thinks${i}`]: 1, [`waits${i}`]: 0, [`eats${i}`]: 0 })
    const right = `fork${(i + 1) % n}`
    fires.push([[`thinks${i}`, `fork${i}`], [`waits${i}`]])
    fires.push([[`waits${i}`, right], [`eats${i}`]])
    fires.push([[`eats${i}`], [`thinks${i}`, `fork${i}`, right]])
  }
  return netModel(tokens, fires)
}

/** What is left of guards where faults of the same operation are impossible by sums of two variables of 0 and 1. */
function guardsWithout(
  sums: ReadonlyMap<number, number> | readonly ReadonlyMap<number, number>[],
  most: number,
  faults: readonly (readonly Expr[])[],
  guards: readonly (readonly Expr[])[],
): readonly (readonly Expr[])[] {
  const system = systemOf({
    variables: [variable('x', 0, 1), variable('y', 0, 1)],
    processes: [processOf('p', 3)],
    transitions: [
      ...faults.map((guard) => transition(guard, [], { to: 2, fault: { kind: 'range', code: 'out-of-range' } })),
      ...guards.map((guard) => transition(guard, [], { to: 1 })),
    ],
  })
  const all = [sums].flat().map((factors) => ({ factors, most }))
  const { system: lean, removed } = impossibleFaults(system, new Invariants(system, all as LinearInvariant[]))
  expect(removed).toBe(faults.length)
  return lean.transitions.map(({ guard }) => guard)
}

describe('by hand', () => {
  test('philosophers: one token for each, and one for each fork', () => {
    const system = lower(philosophers(3), registry)
    const all = linearInvariants(system).map((invariant) => shown(system, invariant))
    for (const i of [0, 1, 2]) {
      expect(all).toContain(`eats${i} + thinks${i} + waits${i} <= 1`)
      const left = (i + 2) % 3
      const fork = [`eats${i}`, `eats${left}`, `fork${i}`, `waits${i}`].sort()
      expect(all).toContain(`${fork.join(' + ')} <= 1`)
    }
    // Of 12 places each is given to by one transition, forks by two.
    expect(ranges(system)).toHaveLength(15)
    const { system: lean, removed } = impossibleFaults(system)
    expect(removed).toBe(15)
    expect(lean.transitions.map(({ label }) => label)).toHaveLength(9)
    expect(lean.transitions.flatMap(({ guard }) => guard)).toHaveLength(3 * (2 + 2 + 1))
  })

  test('what only several invariants together exclude', () => {
    const places = { a: { init: 3, bound: 3 }, b: { init: 3, bound: 3 }, c: { init: 0, bound: 3 } }
    const system = lower(weightedNetModel(places, [{ take: { a: 1, b: 1 }, give: { c: 1 } }]), registry)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => system.variables.findIndex((v) => v.name === name)) as [
      number,
      number,
      number,
    ]
    // b <= a, and a + c <= 3: so where b is 3 there is nothing in c.
    const together = new Invariants(system, [
      {
        factors: new Map([
          [b, 1],
          [a, -1],
        ]),
        most: 0,
      },
      {
        factors: new Map([
          [a, 1],
          [c, 1],
        ]),
        most: 3,
      },
    ])
    const box = (least: number): Map<number, { lo: number; hi: number }> =>
      new Map([
        [b, { lo: least, hi: 3 }],
        [c, { lo: 1, hi: 3 }],
      ])
    expect(together.allow(box(3))).toBe(true)
    expect(together.tighten(box(3))).toBe(false)
    const possible = box(2)
    expect(together.tighten(possible)).toBe(true)
    expect(possible).toEqual(
      new Map([
        [b, { lo: 2, hi: 2 }],
        [c, { lo: 1, hi: 1 }],
        [a, { lo: 2, hi: 2 }],
      ]),
    )
  })

  test('philosophers: the exact graph, and what stubborn sets leave of it', () => {
    // Each thinks (t), waits with the left fork (w) or eats (e). Whoever eats has the left fork of the next, so that one
    // thinks: words round a circle without "ew" and "ee". Their number is the trace of M^n for M = [[1,1,1],[1,1,1],[1,0,0]]
    // whose eigenvalues are 0 and the roots of x^2 = 2 x + 1, so a(n) = 2 a(n-1) + a(n-2) from 2, 6 on: 14, 34, 82, 198, 478, 1154.
    for (const [n, states] of [
      [2, 6],
      [3, 14],
      [4, 34],
    ] as const)
      expect(graphOf(lower(philosophers(n), registry))!.graph.states).toBe(states)
    const system = lower(philosophers(8), registry)
    const full = searchedInFull(system)!
    const reduced = searchedReduced(system, nets)!
    expect(full.states).toBe(1154)
    expect(reduced.told.kinds).toEqual(['deadlock'])
    expect(reduced.told).toEqual(full.told)
    expect(reduced.states).toBeLessThan(full.states / 4)
  })

  test('tokens that weigh differently: two of one place make one of another', () => {
    const system = lower(
      weightedNetModel({ small: { init: 5, bound: 5 }, large: { init: 0, bound: 2 } }, [
        { take: { small: 2 }, give: { large: 1 } },
        { take: { large: 1 }, give: { small: 2 } },
      ]),
      registry,
    )
    expect(linearInvariants(system).map((i) => shown(system, i))).toContain('2 large + small <= 5')
    expect(ranges(system)).toEqual(['large', 'small'])
    expect(impossibleFaults(system).removed).toBe(2)
  })

  test('a sum that may only shrink bounds as well as one that stays', () => {
    const system = lower(
      weightedNetModel({ a: { init: 2, bound: 2 }, b: { init: 0, bound: 2 } }, [
        { take: { a: 1 }, give: { b: 1 } },
        { take: { b: 1 }, give: { a: 1 } },
        { take: { b: 2 }, give: { a: 1 } },
        { take: { a: 1 }, give: {} },
      ]),
      registry,
    )
    expect(impossibleFaults(system).removed).toBe(ranges(system).length)
  })

  test('a fault that can be is left, and so is what its place is given elsewhere', () => {
    const system = lower(
      weightedNetModel({ a: { init: 2, bound: 2 }, b: { init: 0, bound: 1 } }, [
        { take: { a: 1 }, give: { b: 1 } },
        { take: { b: 1 }, give: { a: 1 } },
      ]),
      registry,
    )
    const { system: lean } = impossibleFaults(system)
    expect(ranges(system)).toEqual(['b', 'a'])
    // a is 2 only while b is 0, so the way back cannot bring a third.
    expect(ranges(lean)).toEqual(['b'])
    expect(searchedReduced(system, nets)!.told).toEqual(searchedInFull(system)!.told)
    expect(searchedInFull(system)!.told.kinds).toEqual(['range'])
  })

  test('of the elements that an assignment may write to one is written to', () => {
    const [change] = changesOf(
      systemOf({
        variables: [variable('a', 0, 9), variable('b', 0, 9), variable('i', 0, 1)],
        transitions: [transition([], [{ to: ['at', { v: 2 }, 0, 1], value: ['+', { v: 0 }, 1] }])],
      }),
    )
    expect([...change!]).toEqual([
      [0, { lo: 0, hi: 1 }],
      [1, { lo: -8, hi: 9 }],
    ])
  })

  test('a conjunct goes only where the rest of the guard is what the fault needs besides', () => {
    const [x, y] = [{ v: 0 }, { v: 1 }]
    const less: Expr = ['<', y, 1]
    const [isOne, isNone]: readonly Expr[] = [
      ['==', x, 1],
      ['==', x, 0],
    ]
    const guards = guardsWithout(
      new Map([
        [0, 1],
        [1, 1],
      ]),
      1,
      [[isOne!, ['!', less]]],
      [
        [isOne!, less],
        [isNone!, less],
      ],
    )
    expect(guards).toEqual([[isOne], [isNone, less]])
  })

  test('of two conjuncts that hold because of each other one stays', () => {
    const [a, c]: readonly Expr[] = [
      ['<', 0, { v: 0 }],
      ['<', 0, { v: 1 }],
    ]
    const same = [
      new Map([
        [0, 1],
        [1, -1],
      ]),
      new Map([
        [0, -1],
        [1, 1],
      ]),
    ]
    const guards = guardsWithout(
      same,
      0,
      [
        [c!, ['!', a!]],
        [a!, ['!', c!]],
      ],
      [[a!, c!]],
    )
    expect(guards).toEqual([[a]])
  })

  test('a flag that is set without being looked at counts as a token more', () => {
    const flags = { p: { init: 1, bound: 1 }, q: { init: 0, bound: 1 } }
    const moved = lower(weightedNetModel(flags, [{ take: { p: 1 }, give: { q: 1 } }], { flags: true }), registry)
    expect(linearInvariants(moved).map((i) => shown(moved, i))).toContain('p + q <= 1')
    const made = lower(weightedNetModel(flags, [{ take: {}, give: { q: 1 } }], { flags: true }), registry)
    expect(linearInvariants(made)).toEqual([])
  })
})

const first = Number(process.env['SIMPLIFY_SEED'] ?? 1)
const count = Number(process.env['SIMPLIFY_MODELS'] ?? 1000)

describe('on random systems', { timeout: 86_400_000 }, () => {
  test.each<readonly [string, (seed: number) => Model, number]>([
    ['weighted nets', randomWeightedNet, 1],
    ['nets', randomNet, 0.3],
    ['protocols', randomProtocol, 0.2],
    ['interference', randomInterference, 0.1],
    ['models of everything', randomModel, 0.1],
  ])('every invariant holds in every state: %s', (_, build, share) => {
    let known = 0
    for (let seed = first; seed < first + count * share; seed++) {
      const system = lowered(() => build(seed))
      if (system === undefined) continue
      const all = linearInvariants(system)
      known += all.length
      expect(broken(system, all), `seed ${seed}`).toBeUndefined()
    }
    expect(known).toBeGreaterThan(0)
  })

  test('faults that go are never fired, states and transitions stay, and some faults are real', () => {
    const sizes = { gone: 0, fired: 0, left: 0 }
    for (let seed = first; seed < first + count; seed++) {
      const system = lower(randomWeightedNet(seed), registry)
      const full = graphOf(system)
      if (full === undefined) continue
      const { system: lean, removed, standsFor } = impossibleFaults(system)
      const less = graphOf(lean)!
      expect([less.graph.states, less.graph.edges], `seed ${seed}`).toEqual([full.graph.states, full.graph.edges])
      sizes.gone += removed
      sizes.left += lean.transitions.filter(({ fault }) => fault !== undefined).length
      const fired = new Set<number>()
      for (let state = 0; state < full.graph.states; state++)
        for (let edge = 0; edge < full.graph.degree(state); edge++) fired.add(full.graph.transition(state, edge))
      const kept = new Set(standsFor.flat())
      expect(
        [...fired].filter((id) => !kept.has(id)),
        `seed ${seed}`,
      ).toEqual([])
      sizes.fired += [...fired].filter((id) => system.transitions[id]!.fault !== undefined).length
      if (seed % 5 === 0) {
        const by = { ...simplified(system, { 'impossible fault': (s) => impossibleFaults(s) }), did: [] }
        expect(searched(system, by)?.told, `seed ${seed}`).toEqual(searched(system)?.told)
      }
    }
    expect(sizes.gone).toBeGreaterThan(count)
    expect(sizes.fired).toBeGreaterThan(count / 8)
    expect(sizes.left).toBeGreaterThan(sizes.fired)
  })
})

describe('planted mistakes are noticed', { timeout: 240_000 }, () => {
  type Plant = (system: System) => readonly LinearInvariant[]
  const forgetting = (change: (c: Change) => Change): Plant => {
    return (system) =>
      linearInvariants(
        system,
        changesOf(system).map((c) => c && change(c)),
      )
  }
  /** In how many nets an invariant is false, another verdict is told, or a set breaks its promise. */
  function noticed(plant: Plant) {
    const times = { broken: 0, verdicts: 0, promises: 0 }
    for (let seed = 1; seed <= 250; seed++) {
      const system = lower(randomWeightedNet(seed), registry)
      if (whyNotReduced(system) !== undefined) continue
      const all = plant(system)
      if (broken(system, all) !== undefined) times.broken++
      const full = searchedInFull(system, { limit: 2_000 })
      if (full === undefined) continue
      const relations = () => relationsOf(system, { invariants: new Invariants(system, all) })
      const { told } = searchedReduced(system, { ...nets, relations, limit: 5_000 }) ?? {}
      if (JSON.stringify(told) !== JSON.stringify(full.told)) times.verdicts++
      try {
        searchedReduced(system, { ...nets, relations, verify: true, limit: 5_000 })
      } catch {
        times.promises++
      }
    }
    return times
  }

  test.each<readonly [string, Plant]>([
    [
      'what is given is forgotten',
      forgetting((c) => new Map([...c].map(([v, { lo, hi }]) => [v, { lo, hi: Math.min(hi, 0) }]))),
    ],
    ['only one thing changes', forgetting((c) => new Map([...c].slice(0, 1)))],
    [
      'weights count as one',
      forgetting((c) => new Map([...c].map(([v, { lo, hi }]) => [v, { lo: Math.sign(lo), hi: Math.sign(hi) }]))),
    ],
    ['one token less', (system) => linearInvariants(system).map((i) => ({ ...i, most: i.most - 1 }))],
    [
      'every other transition is overlooked',
      (system) =>
        linearInvariants(
          system,
          changesOf(system).map((c, id) => (id % 2 === 0 ? c : undefined)),
        ),
    ],
  ])('%s', (_, plant) => {
    const { broken: wrong, verdicts, promises } = noticed(plant)
    expect(wrong).toBeGreaterThan(0)
    expect(verdicts + promises).toBeGreaterThan(0)
  })

  test('and nothing is where there is no mistake', () => {
    expect(noticed((system) => linearInvariants(system))).toEqual({ broken: 0, verdicts: 0, promises: 0 })
  })
})
