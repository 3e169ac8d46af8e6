// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { Model } from '#ir/model'
import { TransitionClosure } from '#reduce/transition-closure'
import { visibleTransitions } from '#reduce/visible'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { impossibleFaults } from '#simplify/impossible-faults'
import type { System, Transition, TransitionId } from '#system/system'
import { systemOf, transition, variable } from '../engine/systems.ts'
import { randomNet, randomWeightedNet } from '../fixtures/random-net.ts'
import { searchedInFull, searchedReduced, type Searched } from './searched.ts'

// Other seeds: REDUCE_SEED, REDUCE_MODELS.
const first = Number(process.env['REDUCE_SEED'] ?? 1)
const count = Number(process.env['REDUCE_MODELS'] ?? 800)

const registry = new Registry(kernelPrimitives)
/** As it is searched: without the faults that are shown to be impossible. */
const searchedOf = (model: Model): System => impossibleFaults(lower(model, registry)).system

const reducedBy = (system: System, visible: ReadonlySet<TransitionId> | undefined): Searched | undefined =>
  searchedReduced(system, { chains: false, Closure: TransitionClosure, visible })

/** What is told, of what is fired only what must be. */
const toldOf = ({ told }: Searched, visible: ReadonlySet<TransitionId>): unknown => ({
  ...told,
  fired: told.fired.filter((id) => visible.has(id)),
})

interface Sizes {
  readonly compared: number
  /** In how many something else was told. */
  readonly wrong: number
  readonly states: number
  readonly statesUnderS: number
}

/** Full and reduced searches of random nets; `plant` says what is taken for visible. */
function sizesOf(build: (seed: number) => Model, plant = visibleTransitions): Sizes {
  let [compared, wrong, states, statesUnderS] = [0, 0, 0, 0]
  for (let seed = first; seed < first + count; seed++) {
    const system = searchedOf(build(seed))
    const visible = visibleTransitions(system)
    if (visible === undefined) continue
    const full = searchedInFull(system)
    const reduced = reducedBy(system, plant(system))
    const underS = reducedBy(system, undefined)
    if (full === undefined || reduced === undefined || underS === undefined) continue
    compared++
    if (JSON.stringify(toldOf(reduced, visible)) !== JSON.stringify(toldOf(full, visible))) wrong++
    states += reduced.states
    statesUnderS += underS.states
  }
  return { compared, wrong, states, statesUnderS }
}

const none: ReadonlySet<TransitionId> = new Set()

describe('where only what is visible must not be ignored', { timeout: 86_400_000 }, () => {
  test.each<readonly [string, (seed: number) => Model]>([
    ['nets', randomNet],
    ['nets with weights, inhibitors and bounds that are reached', randomWeightedNet],
  ])('random %s are told as by the full search, with fewer states than under (S)', (_, build) => {
    const { compared, wrong, states, statesUnderS } = sizesOf(build)
    expect(wrong).toBe(0)
    expect(compared).toBeGreaterThan(count * 0.8)
    expect(states).toBeLessThan(statesUnderS)
  })

  test('the sets that everything visible is in keep what stubborn sets promise', () => {
    let further = 0
    for (let seed = first; seed < first + count / 20; seed++) {
      const system = searchedOf(randomWeightedNet(seed))
      const visible = visibleTransitions(system)
      const { rounds } =
        searchedReduced(system, { chains: false, Closure: TransitionClosure, visible, verify: true, limit: 300 }) ?? {}
      if ((rounds ?? 0) > 1) further++
    }
    expect(further).toBeGreaterThan(0)
  })

  test('exits of a step are told apart, so each that is taken is fired', () => {
    const flips = (v: number, value: number, more: Partial<Transition>): Transition =>
      transition([['==', { v }, 1 - value]], [{ to: v, value }], more)
    const trylock = { origin: 1 } as const
    const system = systemOf({
      variables: [variable('apart', 0, 1), variable('locked', 0, 1)],
      transitions: [
        flips(0, 1, {}),
        flips(0, 0, {}),
        flips(1, 1, { ...trylock, exit: 'got' }),
        flips(1, 0, { ...trylock, exit: 'missed' }),
      ],
      origins: ['flip', 'try'].map((step) => ({ op: 'local', on: '', primitive: '', step, frames: [] })),
    })
    const visible = visibleTransitions(system)!
    expect([...visible]).toEqual([2, 3])
    expect(reducedBy(system, visible)!.told).toEqual(searchedInFull(system)!.told)
    expect(reducedBy(system, none)!.told.fired).toEqual([0, 1])
  })

  test('a fault that is not taken for visible is lost', () => {
    expect(sizesOf(randomNet, () => none).wrong).toBeGreaterThan(0)
    expect(sizesOf(randomWeightedNet, () => none).wrong).toBeGreaterThan(0)
  })
})
