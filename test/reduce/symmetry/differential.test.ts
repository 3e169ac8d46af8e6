// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { Interpreter } from '#interp/interpreter'
import type { Violation } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { verifiedGroups } from '#reduce/symmetry/groups'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { randomCopies } from '../../fixtures/random-copies.ts'
import { orbitsOf, otherFate, searched } from './searched.ts'

const registry = new Registry(kernelPrimitives)

/** A nightly run takes other seeds, more of them and larger models: SYMMETRY_SEED, SYMMETRY_MODELS, SYMMETRY_STATES. */
const first = Number(process.env['SYMMETRY_SEED'] ?? 1)
const count = Number(process.env['SYMMETRY_MODELS'] ?? 750)
const limit = Number(process.env['SYMMETRY_STATES'] ?? 300)

interface Totals {
  models: number
  /** Without escapes and the like, so searched with stubborn sets as well. */
  reduced: number
  full: number
  orbits: number
  permuted: number
  rounds: number
}

function compare(everything: boolean, from: number, to: number, handlers = false): Totals {
  const totals: Totals = { models: 0, reduced: 0, full: 0, orbits: 0, permuted: 0, rounds: 0 }
  for (let seed = from; seed < to; seed++) {
    const system = lower(randomCopies(seed, { everything, handlers }), registry)
    const machine = new Engine(system)
    const { groups, refused } = verifiedGroups(system)
    expect(refused, `seed ${seed}`).toEqual([])
    const full = searched(machine, groups, { limit })
    if (full === undefined) continue
    const orbits = searched(machine, groups, { groups, limit })!
    expect({ seed, ...orbits.told }).toEqual({ seed, ...full.told })
    expect({ seed, fate: otherFate(full, orbits) }).toEqual({ seed })
    expect({ seed, nearest: orbits.nearest }).toEqual({ seed, nearest: full.nearest })
    expect({ seed, states: orbits.states }).toEqual({ seed, states: orbitsOf(machine, groups, limit) })
    const interpreter = new Interpreter(system)
    for (const violation of orbits.violations) expectRun(interpreter, violation, seed)
    totals.models++
    totals.full += full.states
    totals.orbits += orbits.states
    totals.permuted += orbits.permuted
    if (everything || whyNotReduced(system) !== undefined) continue
    const both = searched(machine, groups, { groups, stubborn: true, limit: limit * 10 })!
    expect({ seed, ...both.told }).toEqual({ seed, ...full.told })
    // On the way into a deadlock a reduced search passes fewer states: from when on nobody else will be stuck may differ.
    expect({ seed, fate: otherFate(full, both, { settled: false }) }).toEqual({ seed })
    for (const violation of both.violations) expectRun(interpreter, violation, seed)
    totals.reduced++
    totals.rounds += both.rounds
  }
  return totals
}

/** A counterexample is a run of the system as it is. */
function expectRun(machine: Interpreter, { path, kind }: Violation, seed: number): void {
  let state = machine.initial()
  for (const id of path) {
    expect(machine.enabled(state), `seed ${seed}, ${kind}`).toContain(id)
    state = machine.fire(state, id)
  }
}

describe('orbits tell what states tell', { timeout: 86_400_000 }, () => {
  test('with escapes, retries, handlers, steps that nobody relies on', () => {
    const { models, full, orbits, permuted } = compare(true, first, first + Math.ceil(count * 1.5))
    expect(models).toBeGreaterThan(count * 0.6)
    expect(orbits).toBeLessThan(full * 0.6)
    expect(permuted).toBeGreaterThan(models)
  })

  test('and with stubborn sets', () => {
    const { models, reduced, permuted, rounds } = compare(false, first, first + count)
    expect(models).toBeGreaterThan(count * 0.6)
    expect(reduced).toBeGreaterThan(models / 2)
    expect(permuted).toBeGreaterThan(models)
    expect(rounds).toBeGreaterThan(0)
  })

  test('and with handlers besides', () => {
    const { models, reduced, permuted } = compare(false, first, first + Math.ceil(count / 2), true)
    expect(models).toBeGreaterThan(count * 0.1)
    expect(reduced).toBeGreaterThan(models / 2)
    expect(permuted).toBeGreaterThan(models)
  })
})
