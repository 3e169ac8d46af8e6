// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { kinds } from '#ir/model'
import { endsWell, everyRunEnds } from '#property/every-run-ends'
import { Facts } from '#property/facts'
import { judge, judgeByFuture, type Judgement } from '#property/judge'
import { Evidence } from '#property/property'
import type { Machine } from '#system/machine'
import type { Process, System, Transition } from '#system/system'
import { process, systemOf, transition, variable } from '../engine/systems.ts'
import { endingSystem } from './ending-system.ts'

// Where every run ends, the ends of all runs tell what the whole graph tells (docs/theory.md 7).

/** What a complete search shows; undefined if there are too many states. */
function evidenceOf<S>(machine: Machine<S>, limit = 4000): Evidence<S> | undefined {
  const facts = new Facts(machine)
  const search = explore({ machine, frontier: new BreadthFirst(), observers: [facts] })
  return search.advance(limit) ? new Evidence(machine, search.graph, search.store, facts) : undefined
}

/** How a rule about ends fares against the judgement by futures: 'agrees', 'misses' something, or 'cries' wolf. */
function fares<S>(evidence: Evidence<S>, well: boolean): 'agrees' | 'misses' | 'cries' {
  const { violations, findings } = judgeByFuture(evidence, true, new Set(kinds))
  const short = judge(evidence, true, new Set(kinds))
  if (well && (violations.length > 0 || JSON.stringify(short.findings) !== JSON.stringify(findings))) return 'misses'
  return !well && evidence.facts.faults.size === 0 && violations.length === 0 ? 'cries' : 'agrees'
}

const ending = Array.from({ length: 3000 }, (_, seed) => endingSystem(seed))

describe('random systems whose every run ends', () => {
  test('are what they are said to be', () => {
    expect(ending.filter((system) => !everyRunEnds(system))).toEqual([])
  })

  test('the ends tell exactly what the futures tell', () => {
    const seen = { well: 0, ill: 0, findings: 0 }
    for (const system of ending) {
      const evidence = evidenceOf(new Engine(system))
      if (evidence === undefined) continue
      const well = endsWell(evidence)
      seen[well ? 'well' : 'ill']++
      if (well && judge(evidence, true, new Set(kinds)).findings.length > 0) seen.findings++
      expect(fares(evidence, well)).toBe('agrees')
    }
    expect(seen.well).toBeGreaterThan(500)
    expect(seen.ill).toBeGreaterThan(1000)
    expect(seen.findings).toBeGreaterThan(200)
  })

  test.each<[string, (system: System) => System]>([
    ['looks at nobody who is stuck', (system) => ({ ...system, processes: system.processes.map(restful) })],
    ['looks at no debt', (system) => ({ ...system, debts: [] })],
  ])('an end that %s is caught', (_, blind) => {
    const misses = ending.filter((system) => {
      const evidence = evidenceOf(new Engine(system))
      if (evidence === undefined || evidence.facts.faults.size > 0) return false
      const { machine, graph, store, facts } = evidence
      const seeing = { ...machineOf(machine), system: blind(system) }
      return fares(evidence, endsWell(new Evidence(seeing, graph, store, facts))) === 'misses'
    })
    expect(misses.length).toBeGreaterThan(20)
  })
})

const restful = (p: Process): Process => ({ ...p, locations: p.locations.map((l) => ({ ...l, rest: true })) })
const machineOf = <S>(machine: Machine<S>): Machine<S> => ({
  system: machine.system,
  initial: () => machine.initial(),
  enabled: (state) => machine.enabled(state),
  fire: (state, id) => machine.fire(state, id),
  value: (state, v) => machine.value(state, v),
  location: (state, p) => machine.location(state, p),
  store: () => machine.store(),
})

describe('a run need not end', () => {
  const step = (from: number, to: number, more: Partial<Transition> = {}): Transition =>
    transition([], [], { from, to, ...more })
  const observer: Process = { ...process('claim', 1), context: 'observer' }
  const fault = { kind: 'assertion', code: 'c' } as const

  test.each<[string, boolean, Partial<System>]>([
    ['a path', true, { transitions: [step(0, 1)] }],
    ['two ways to one place', true, { transitions: [step(0, 1), step(0, 1), step(1, 2)] }],
    ['a step in place', false, { transitions: [step(0, 0)] }],
    ['a loop that is never entered', false, { transitions: [step(1, 2), step(2, 1)] }],
    [
      'a loop through a rendezvous',
      false,
      {
        processes: [process('p'), process('q')],
        transitions: [step(0, 1, { joint: [{ process: 1, from: 1, to: 1, origin: 0 }] })],
      },
    ],
    ['an escape', false, { transitions: [step(0, 1, { tag: 'timeout' })] }],
    ['a step that may happen', false, { transitions: [step(0, 1, { tag: 'user' })] }],
    [
      'an observer that reports',
      true,
      { processes: [process('p'), observer], transitions: [step(0, 1), step(0, 0, { process: 1, fault })] },
    ],
    [
      'an observer that does anything else',
      false,
      { processes: [process('p'), observer], transitions: [step(0, 1), step(0, 0, { process: 1 })] },
    ],
  ])('%s: %s', (_, ends, parts) => {
    expect(everyRunEnds(systemOf(parts))).toBe(ends)
  })
})

describe('by hand', () => {
  const judged = (system: System): readonly [boolean, Judgement] => {
    const evidence = evidenceOf(new Interpreter(system))!
    return [endsWell(evidence), judge(evidence, true, new Set(kinds))]
  }
  const resting = { ...process('p'), locations: [0, 1, 2].map((l) => ({ name: `l${l}`, rest: l === 1 })) }
  const go = transition([], [{ to: 0, value: 1 }], { to: 1 })
  const base = { variables: [variable('x', 0, 1)], processes: [resting], transitions: [go] }

  test('a run that ends at rest ends well', () => {
    const [well, { violations }] = judged(systemOf(base))
    expect([well, violations]).toEqual([true, []])
  })

  test('one that leaves a debt does not', () => {
    const debt = { object: 'f', primitive: 'fence', owed: { v: 0 }, paidBy: [] }
    const [well, { violations }] = judged(systemOf({ ...base, debts: [debt] }))
    expect([well, violations[0]?.kind]).toEqual([false, 'unsignalled-fence'])
  })

  test('nor one that ends elsewhere', () => {
    const [well, { violations }] = judged(systemOf({ ...base, processes: [process('p')] }))
    expect([well, violations[0]?.kind]).toEqual([false, 'deadlock'])
  })

  test('nor one with a fault, though the faulty process is not said to be stuck', () => {
    const fault = { kind: 'assertion', code: 'c' } as const
    const [well, { violations }] = judged(systemOf({ ...base, transitions: [go, { ...go, to: 2, fault }] }))
    expect([well, violations[0]?.kind]).toEqual([false, 'assertion'])
  })
})
