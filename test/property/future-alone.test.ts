// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import type { Model } from '#ir/model'
import { Facts } from '#property/facts'
import { Evidence } from '#property/property'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { isAlone } from '#system/lone-process'
import type { System } from '#system/system'
import { randomNet, randomWeightedNet } from '../fixtures/random-net.ts'

const registry = new Registry(kernelPrimitives)

/** With somebody beside it who does nothing and rests: what can happen is then found by going back over all edges. */
const besideAnIdler = (system: System): System => {
  const [process] = system.processes
  const locations = [{ name: 'idle', rest: true }]
  return { ...system, processes: [process!, { ...process!, name: 'idler', init: 0, locations, faultAt: -1 }] }
}

function searched(system: System, limit: number): Evidence<readonly number[]> {
  const machine = new Engine(system)
  const facts = new Facts(machine)
  const search = explore({ machine, frontier: new BreadthFirst(), observers: [facts] })
  search.advance(limit)
  return new Evidence(machine, search.graph, search.store, facts)
}

interface Seen {
  stuck: number
  faulted: number
  unexpanded: number
}

/** Compares what is said of each state with one process and with an idler beside it. */
function compared(model: Model, limit: number, seen: Seen): void {
  const system = lower(model, registry)
  expect(isAlone(system)).toBe(true)
  expect(isAlone(besideAnIdler(system))).toBe(false)
  const [alone, beside] = [searched(system, limit), searched(besideAnIdler(system), limit)]
  expect(alone.graph.states).toBe(beside.graph.states)
  const [one, two] = [alone.future('on'), beside.future('on')]
  for (let state = 0; state < alone.graph.states; state++) {
    const stuck = one.stuck(state)
    expect(stuck).toEqual(two.stuck(state))
    expect(one.quiet(state)).toBe(two.quiet(state))
    expect(one.isFated(state)).toBe(two.isFated(state))
    if (alone.facts.faulted.any(state)) seen.faulted++
    if (!alone.graph.expanded(state)) seen.unexpanded++
    if (stuck.length === 0) continue
    seen.stuck++
    expect(one.settled(state)).toBe(two.settled(state))
    expect(one.end(state) >= 0).toBe(two.end(state) >= 0)
  }
}

describe('what can still happen where a single process is all there is', { timeout: 240_000 }, () => {
  test.each<readonly [string, (seed: number) => Model]>([
    ['nets', randomNet],
    ['weighted nets', randomWeightedNet],
  ])('is what a pass over all edges finds in random %s, whole or cut short', (_, build) => {
    const seen: Seen = { stuck: 0, faulted: 0, unexpanded: 0 }
    for (let seed = 1; seed <= 150; seed++) for (const limit of [5, 500]) compared(build(seed), limit, seen)
    for (const often of Object.values(seen)) expect(often).toBeGreaterThan(20)
  })
})
