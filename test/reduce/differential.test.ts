// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { whyNotReduced } from '#reduce/applicable'
import { TransitionClosure } from '#reduce/transition-closure'
import type { System } from '#system/system'
import { FencecheckError } from '#base/errors'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { randomHandlers } from '../fixtures/random-handlers.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomNet, randomWeightedNet } from '../fixtures/random-net.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

const registry = new Registry(kernelPrimitives)

/** The system of a random model; undefined for the few that are not well formed. */
function systemOf(build: () => ReturnType<typeof randomModel>): System | undefined {
  try {
    return lower(build(), registry)
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

/** Compares full and reduced search; what was compared. */
function compared(system: System | undefined, name: string, verify = false): { full: number; reduced: number } {
  if (system === undefined || whyNotReduced(system) !== undefined) return { full: 0, reduced: 0 }
  const full = searchedInFull(system)
  const reduced = searchedReduced(system, { verify, chains: false })
  const compressed = searchedReduced(system)
  const byTransitions = searchedReduced(system, { verify, chains: false, Closure: TransitionClosure })
  // Sets that leave nothing out are soon given up: small models would never come to that.
  const impatient = searchedReduced(system, { verify, patience: { inVain: 1, oneOf: 3 } })
  if (full === undefined || reduced === undefined) return { full: 0, reduced: 0 }
  if (impatient !== undefined) expect(impatient.told, `${name}, impatient`).toEqual(full.told)
  expect(reduced.told, name).toEqual(full.told)
  expect(byTransitions?.told, `${name}, closed over transitions`).toEqual(full.told)
  expect(compressed?.told, `${name}, chains compressed`).toEqual(full.told)
  return { full: full.states, reduced: Math.min(reduced.states, byTransitions?.states ?? Infinity) }
}

function all(from: number, to: number, build: (seed: number) => ReturnType<typeof randomModel>, verify?: boolean) {
  let [models, full, reduced] = [0, 0, 0]
  for (let seed = from; seed < to; seed++) {
    const sizes = compared(
      systemOf(() => build(seed)),
      `seed ${seed}`,
      verify,
    )
    if (sizes.full > 0) models++
    full += sizes.full
    reduced += sizes.reduced
  }
  return { models, full, reduced }
}

/** A nightly run takes other seeds and more of them: REDUCE_SEED=1000000 REDUCE_MODELS=1000000. */
const first = Number(process.env['REDUCE_SEED'] ?? 1)
const count = Number(process.env['REDUCE_MODELS'] ?? 800)

describe('the reduced search tells what the full one tells', { timeout: 86_400_000 }, () => {
  test('on random protocols', () => {
    const { models, full, reduced } = all(first, first + count, randomProtocol)
    // The others have more than 20,000 states or a loop around a trylock; the generator must not drift towards those.
    expect(models).toBeGreaterThan(count * 0.8)
    expect(reduced).toBeLessThan(full / 2)
  })

  test('on random interrupt handlers', () => {
    const { models, full, reduced } = all(first, first + count / 4, randomHandlers)
    expect(models).toBeGreaterThan(count * 0.2)
    expect(reduced).toBeLessThan(full / 2)
  })

  test('on random Petri nets', () => {
    const { models, full, reduced } = all(first, first + count, randomNet)
    expect(models).toBeGreaterThan(count * 0.9)
    expect(reduced).toBeLessThan(full)
  })

  test('on random nets with weights, inhibitors and bounds that are reached', () => {
    const { models, full, reduced } = all(first, first + count * 2, randomWeightedNet)
    expect(models).toBeGreaterThan(count * 1.6)
    expect(reduced).toBeLessThan(full)
  })

  test('on random models of everything', () => {
    const { models } = all(first, first + count, randomModel)
    expect(models).toBeGreaterThan(count / 12)
  })

  test('and every set keeps its promise along everything that can happen outside it', () => {
    expect(all(first, first + count / 15, randomProtocol, true).models).toBeGreaterThan(count / 20)
    expect(all(first, first + count / 40, randomHandlers, true).models).toBeGreaterThan(count / 60)
    expect(all(first, first + count / 15, randomNet, true).models).toBeGreaterThan(count / 20)
    expect(all(first, first + count / 4, randomWeightedNet, true).models).toBeGreaterThan(count / 5)
    expect(all(first, first + count / 15, randomModel, true).models).toBeGreaterThan(count / 200)
  })
})
