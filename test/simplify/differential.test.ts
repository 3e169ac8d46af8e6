// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import { Interpreter } from '#interp/interpreter'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { leafLocks } from '#simplify/leaf-locks'
import { localSteps } from '#simplify/local-steps'
import { simplified } from '#simplify/simplify'
import { slice } from '#simplify/slice'
import type { System } from '#system/system'
import { recordTrace } from '#trace/record'
import { replay } from '#trace/replay'
import { randomInterference } from '../fixtures/random-interference.ts'
import { randomLooks } from '../fixtures/random-looks.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { randomSections } from '../fixtures/random-sections.ts'
import { searched } from './searched.ts'

const registry = new Registry(kernelPrimitives)
const limit = 400

/** A nightly run takes other seeds and more of them: SIMPLIFY_SEED=1000000 SIMPLIFY_MODELS=1000000. */
const first = Number(process.env['SIMPLIFY_SEED'] ?? 1)
const count = Number(process.env['SIMPLIFY_MODELS'] ?? 1000)

/** With every pass, every model is compared in full; for every fourth model one of these comes on top, in turn. */
const also = [
  (system: System) => ({ by: simplified(system), stubborn: true }),
  (system: System) => ({ by: simplified(system, { 'leaf lock': leafLocks }), stubborn: false }),
  (system: System) => ({ by: simplified(system, { 'sliced variable': slice }), stubborn: true }),
  (system: System) => ({ by: simplified(system, { 'local step': localSteps }), stubborn: false }),
  (system: System) => ({ by: simplified(system, { 'leaf lock': leafLocks }), stubborn: true }),
] as const

/** The model with its system; undefined for the few that are not well formed. */
function built(build: () => Model): { readonly model: Model; readonly system: System } | undefined {
  try {
    const model = build()
    return { model, system: lower(model, registry) }
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

/** Compares the search of each model with those of what it is simplified to; what was compared. */
function compared(share: number, build: (seed: number) => Model) {
  const sizes = { models: 0, states: 0, simplified: 0, removed: 0, replayed: 0 }
  for (let seed = first; seed < first + count * share; seed++) {
    const { model, system } = built(() => build(seed)) ?? {}
    if (model === undefined || system === undefined) continue
    const full = searched(system, undefined, { limit })
    if (full === undefined) continue
    const simple = simplified(system)
    const less = searched(system, simple, { limit })
    expect(less?.told, `seed ${seed}`).toEqual(full.told)
    sizes.models++
    sizes.states += full.states
    sizes.simplified += less!.states
    sizes.removed += simple.did.length
    if (seed % 4 === 0) {
      const variant = (seed / 4) % also.length
      const { by, stubborn } = also[variant]!(system)
      const got = searched(system, by, { limit, stubborn })!.told
      // A kind that is told by a state in passing is one that stubborn sets may pass by, simplified or not.
      const kinds = [
        full.told.kinds,
        ...(stubborn ? [searched(system, undefined, { limit, stubborn })!.told.kinds] : []),
      ]
      expect(kinds, `seed ${seed}, variant ${variant}`).toContainEqual(got.kinds)
      expect({ ...got, kinds: [] }, `seed ${seed}, variant ${variant}`).toEqual({ ...full.told, kinds: [] })
    }
    // What the interpreter makes of the lifted run is what was found.
    for (const violation of less!.violations.slice(0, 1)) {
      const again = replay(new Interpreter(system), recordTrace(model, system, violation))
      expect(again, `seed ${seed}`).toMatchObject({ reproduces: true, confirmed: true })
      sizes.replayed++
    }
  }
  return sizes
}

describe('what was simplified is judged as the original is', { timeout: 86_400_000 }, () => {
  test('on random models full of short sections', () => {
    const { models, states, simplified: less, removed, replayed } = compared(0.7, randomSections)
    expect(models).toBeGreaterThan(count * 0.5)
    expect(less).toBeLessThan(states / 2)
    expect(removed).toBeGreaterThan(models)
    expect(replayed).toBeGreaterThan(models / 2)
  })

  test('on random models of sections that write to what everybody looks at', () => {
    const { models, removed } = compared(0.5, randomInterference)
    expect(models).toBeGreaterThan(count * 0.35)
    expect(removed).toBeGreaterThan(models)
  })

  test('on random models that look at locks from outside', () => {
    const { models, removed } = compared(0.7, randomLooks)
    expect(models).toBeGreaterThan(count * 0.5)
    expect(removed).toBeGreaterThan(models)
  })

  test('on random protocols', () => {
    const { models, states, simplified: less } = compared(0.9, randomProtocol)
    expect(models).toBeGreaterThan(count * 0.8)
    expect(less).toBeLessThan(states)
  })

  test('on random models of everything', () => {
    expect(compared(0.15, randomModel).models).toBeGreaterThan(count * 0.1)
  })
})
