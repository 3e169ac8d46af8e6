// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Facts } from '#property/facts'
import { Evidence } from '#property/property'
import { lower } from '#semantics/lower/lower'
import { opportunities, opportunitiesAndEscapes, withAdversary, type Unreliable } from '#simplify/adversary'
import type { System } from '#system/system'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomUnreliable } from '../fixtures/random-unreliable.ts'

/** Final facts: who is stuck where nobody else will be, and what is never paid. */
interface Final {
  readonly states: number
  readonly stuck: readonly string[]
  readonly lost: readonly string[]
}

function finalFacts(system: System, escapes: 'on' | 'off' = 'on', limit = 3_000): Final | undefined {
  const machine = new Engine(system)
  const facts = new Facts(machine)
  const search = explore({ machine, frontier: new BreadthFirst(), observers: [facts] })
  search.advance(limit)
  if (!search.done) return undefined
  const evidence = new Evidence(machine, search.graph, search.store, facts)
  const future = evidence.future(escapes)
  const [stuck, lost] = [new Set<string>(), new Set<string>()]
  for (const state of evidence.soundStates()) {
    if (future.settled(state)) stuck.add(future.stuck(state).join())
    for (const debt of future.unpaid(state)) lost.add(system.debts[debt]!.object)
  }
  return { states: search.graph.states, stuck: [...stuck].sort(), lost: [...lost].sort() }
}

type Rewrite = (system: System, unreliable: Unreliable) => System
const right: Rewrite = (system, unreliable) => withAdversary(system, unreliable).system

/** On how many of the random models the rewriting tells something else; how many were compared. */
function compared(rewrite: Rewrite, seeds: number) {
  let [models, differences] = [0, 0]
  for (let seed = 1; seed <= seeds; seed++) {
    const system = lower(randomUnreliable(seed), kernelRegistry)
    for (const [unreliable, escapes] of [
      [opportunities, 'on'],
      [opportunitiesAndEscapes, 'off'],
    ] as const) {
      const plain = finalFacts(system, escapes)
      const adversarial = plain && finalFacts(rewrite(system, unreliable), 'on', 50_000)
      if (adversarial === undefined) continue
      models++
      const [should, is] = [plain!, adversarial].map(({ stuck, lost }) => JSON.stringify([stuck, lost]))
      if (should !== is) differences++
    }
  }
  return { models, differences }
}

describe('with an adversary', () => {
  const lowered = (build: (m: M) => void): System => lower(instance(build), kernelRegistry)

  test('a wait that only a timeout ends', () => {
    const system = lowered((m) => {
      const f = m.fence('f')
      m.thread('a', (t) => t.waitTimeout(f, { timeout: () => {} }))
    })
    // It waits, or has given up.
    expect(finalFacts(system)).toEqual({ states: 2, stuck: [''], lost: [] })
    expect(finalFacts(system, 'off')).toEqual({ states: 2, stuck: ['', '0'], lost: [] })
    // Escapes that are like any other step: the same, and no process is added.
    const first = right(system, opportunities)
    expect(first.processes).toHaveLength(1)
    expect(finalFacts(first)).toEqual({ states: 2, stuck: [''], lost: [] })
    // Each of them before the adversary strikes and after.
    expect(finalFacts(right(system, opportunitiesAndEscapes))).toEqual({ states: 4, stuck: ['', '0'], lost: [] })
  })

  test('a signal that nobody may rely on', () => {
    const system = lowered((m) => {
      const f = m.fence('f', { published: true })
      m.thread('a', (t) => t.wait(f))
      m.thread('user', (t) => {
        t.idle()
        t.may('user', () => t.signal(f))
      })
    })
    const stuck = ['', '0']
    // Neither moved; signalled; and waited for.
    expect(finalFacts(system)).toEqual({ states: 3, stuck, lost: ['f'] })
    // Twice as many: once signalled it makes no difference whether the adversary strikes.
    expect(finalFacts(right(system, opportunities))).toEqual({ states: 6, stuck, lost: ['f'] })
  })

  test('final facts are those that are judged without the steps it can take away', () => {
    const { models, differences } = compared(right, 150)
    expect(models).toBeGreaterThan(150)
    expect(differences).toBe(0)
  })

  test('copies have copies of it', () => {
    const system = lowered((m) => {
      m.copies('driver', 3, (c) => {
        const f = c.fence('f')
        c.thread('waiter', (t) => t.waitTimeout(f, { timeout: () => {} }))
      })
    })
    const { symmetries, processes, variables } = right(system, opportunitiesAndEscapes)
    expect(symmetries[0]!.copies.map((copy) => copy.processes.map((p) => processes[p]!.name))).toEqual(
      [0, 1, 2].map((i) => [`driver[${i}].waiter`, `adversary of driver[${i}].waiter`]),
    )
    expect(symmetries[0]!.copies.map((copy) => variables[copy.variables.at(-1)!]!.name)).toEqual(
      [0, 1, 2].map((i) => `taken[driver[${i}].waiter]`),
    )
  })
})

describe('the comparison sees', () => {
  const changed =
    (change: (system: System, before: System) => System): Rewrite =>
    (system, unreliable) =>
      change(right(system, unreliable), system)
  const faults: Readonly<Record<string, Rewrite>> = {
    'an adversary that never strikes': changed((system, before) => ({
      ...system,
      transitions: system.transitions.slice(0, before.transitions.length),
    })),
    'one that takes nothing away': changed((system, before) => ({
      ...system,
      transitions: system.transitions.map((t, id) =>
        id < before.transitions.length ? { ...t, guard: before.transitions[id]!.guard } : t,
      ),
    })),
    'one that has struck from the start': changed((system, before) => ({
      ...system,
      variables: system.variables.map((v, id) => (id < before.variables.length ? v : { ...v, init: 1 })),
    })),
    'a process that has none': changed((system, before) => ({
      ...system,
      transitions: system.transitions.map((t, id) =>
        id < before.transitions.length && t.process === 0 ? { ...t, guard: before.transitions[id]!.guard } : t,
      ),
    })),
    'escapes taken away where they count': (system) => right(system, opportunitiesAndEscapes),
    'escapes left where they do not count': (system) => right(system, opportunities),
  }
  test.each(Object.entries(faults))('%s', (_, rewrite) => {
    expect(compared(rewrite, 40).differences).toBeGreaterThan(0)
  })
})
