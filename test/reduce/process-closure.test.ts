// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { faultsInPlace } from '#reduce/faults-in-place'
import { ProcessClosure } from '#reduce/process-closure'
import { relationsOf, type Relations } from '#reduce/relations'
import { lower } from '#semantics/lower/lower'
import { evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import type { ProcessId, System, TransitionId } from '#system/system'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'

interface Plainly {
  /** What may be fired. */
  readonly sets: readonly (readonly TransitionId[])[]
  /** What a process fires if it is a closed set by itself. */
  readonly alone: (process: ProcessId) => readonly TransitionId[] | undefined
}

/**
 * The closure as docs/theory.md 2 says it, one state at a time and with nothing remembered: what may be fired, one of the
 * smallest sets. Of those that fire a single transition it does not matter which is taken.
 */
function plainly<S>(machine: Machine<S>, relations: Relations, state: S): Plainly {
  const { actions, reach } = relations
  const enabled = machine.enabled(state)
  const at = (process: ProcessId): number => machine.location(state, process)
  const mayStill = (ids: readonly TransitionId[]): readonly ProcessId[] =>
    [...new Set(ids.flatMap((id) => actions[id]!.movers))].filter((process) =>
      ids.some((id) => actions[id]!.movers.includes(process) && reach.mayFire(process, at(process), id)),
    )
  const holds = ({ expr }: { readonly expr: Parameters<typeof evaluator>[0] }): boolean =>
    evaluator(expr, machine)(state) !== 0
  const fewestNew = (id: TransitionId, inside: ReadonlySet<ProcessId>): readonly ProcessId[] => {
    const cuts = actions[id]!.conjuncts.filter((conjunct) => !holds(conjunct))
      .flatMap((conjunct) => {
        const now = relations.firstChanges(conjunct)?.filter(({ conjuncts }) => conjuncts.every(holds))
        return [relations.lastChanges(conjunct), ...(now === undefined ? [] : [now.map((change) => change.id)])]
      })
      .map((ids) => mayStill(ids).filter((process) => !inside.has(process)))
    return cuts.reduce((best, cut) => (cut.length < best.length ? cut : best), cuts[0] ?? [])
  }
  const closed = (seed: ProcessId): ReadonlySet<ProcessId> => {
    const inside = new Set([seed])
    // A set is walked in the order of arrival, those that come meanwhile included.
    for (const process of inside)
      for (const id of reach.leaving[process]![at(process)]!) {
        for (const mover of actions[id]!.movers) inside.add(mover)
        const more = enabled.includes(id) ? mayStill(relations.conflicts(id)) : fewestNew(id, inside)
        for (const other of more) inside.add(other)
      }
    return inside
  }
  const firedBy = (seed: TransitionId): readonly TransitionId[] => {
    const inside = closed(actions[seed]!.movers[0]!)
    return enabled.filter((id) => inside.has(actions[id]!.movers[0]!))
  }
  const sets = enabled.map(firedBy)
  const singles = sets.filter((fired) => fired.length === 1)
  const smallest = sets.reduce((best, fired) => (fired.length < best.length ? fired : best), enabled)
  const firedOf = (process: ProcessId): readonly TransitionId[] =>
    enabled.filter((id) => actions[id]!.movers[0] === process)
  return {
    sets: singles.length > 0 ? singles : [smallest],
    alone: (process) => (closed(process).size === 1 ? firedOf(process) : undefined),
  }
}

const wellFormed = (build: typeof randomModel, seed: number): System | undefined => {
  try {
    return faultsInPlace(lower(build(seed), kernelRegistry))
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

interface Seen {
  states: number
  alone: number
  several: number
  /** Times that another transition is fired than where nobody is said to have moved last. */
  ofLast: number
  /** Processes that are found to go on alone. */
  goingOn: number
  different: number
}

/** Compares what is fired in the states of random systems with what the plain closure fires. */
function compared(plant: (machine: Machine<unknown>) => Machine<unknown>, models: number): Seen {
  const seen: Seen = { states: 0, alone: 0, several: 0, ofLast: 0, goingOn: 0, different: 0 }
  for (let seed = 1; seed <= models; seed++)
    for (const build of [randomModel, randomProtocol]) {
      const system = wellFormed(build, seed)
      if (system === undefined) continue
      const relations = relationsOf(system)
      const plain = new Interpreter(system)
      const twins = [new Engine(system), plain].map((machine) => plant(machine as unknown as Machine<unknown>))
      for (const machine of twins) {
        const closure = new ProcessClosure(machine, relations)
        const search = explore({ machine, frontier: new BreadthFirst() })
        search.advance(30)
        for (let id = 0; id < search.store.size && id < 100; id++) {
          const state = search.store.get(id)
          const enabled = machine.enabled(state)
          if (enabled.length < 2) continue
          const { sets: should, alone: aloneOf } = plainly(machine, relations, state)
          seen.states++
          const alone = should[0]!.length === 1
          if (alone) seen.alone++
          else if (should[0]!.length < enabled.length) seen.several++
          // Before all else, while what is remembered is of another state.
          const goingOn = [...system.processes.keys()].map((process) => closure.goesOn(state, process))
          const fired = closure.smallest(state, enabled)
          const asSaid = should.some((set) => set.join() === fired.join())
          const isSingle = closure.single(state, enabled) === (alone ? fired[0] : undefined)
          if (!alone && closure.several(state, enabled).join() !== fired.join()) seen.different++
          for (const last of system.processes.keys()) {
            const single = closure.single(state, enabled, last)
            if (alone ? !should.some(([only]) => only === single) : single !== undefined) seen.different++
            if (single !== undefined && single !== fired[0]) seen.ofLast++
          }
          const { members } = closure.whole(state, enabled)
          const isWhole = enabled.filter((id) => members.has(id)).join() === fired.join()
          if (!asSaid || !isSingle || !isWhole) seen.different++
          for (const [process, goesOn] of goingOn.entries()) {
            if (goesOn === undefined) continue
            seen.goingOn++
            const around = closure.whole(state, enabled, goesOn).members
            const isAlone = [...around].every((id) => relations.actions[id]!.movers.join() === `${process}`)
            if (!isAlone || aloneOf(process)?.join() !== `${goesOn}`) seen.different++
          }
        }
      }
    }
  return seen
}

describe('the closure that a search uses fires what the plain one fires', { timeout: 240_000 }, () => {
  test('on the engine and on the interpreter', () => {
    const { states, alone, several, ofLast, goingOn, different } = compared((machine) => machine, 60)
    expect(different).toBe(0)
    expect(states).toBeGreaterThan(2_000)
    expect(alone).toBeGreaterThan(500)
    expect(several).toBeGreaterThan(50)
    expect(ofLast).toBeGreaterThan(100)
    expect(goingOn).toBeGreaterThan(500)
  })

  // What remains of one state must not be taken for another's, and numbers must be those of their conditions.
  test.each<readonly [string, (machine: Machine<unknown>) => Partial<Machine<unknown>>]>([
    ['locations are those of the state before', ({ location, system }) => ({ locations: late(location, system) })],
    ['every condition is taken for false', () => ({ compile: (es) => es.map(() => () => 0) })],
    ['every condition is taken for true', () => ({ compile: (es) => es.map(() => () => 1) })],
    [
      'conditions are numbered from the end',
      (machine) => ({ compile: (es) => es.toReversed().map((e) => evaluator(e, machine)) }),
    ],
  ])('and is seen not to where %s', (_, fault) => {
    const { different } = compared((machine) => {
      const bound: Machine<unknown> = {
        system: machine.system,
        initial: () => machine.initial(),
        enabled: (state) => machine.enabled(state),
        fire: (state, transition) => machine.fire(state, transition),
        value: (state, variable) => machine.value(state, variable),
        location: (state, process) => machine.location(state, process),
        store: () => machine.store(),
      }
      return { ...bound, ...fault(bound) }
    }, 20)
    expect(different).toBeGreaterThan(0)
  })
})

/** Locations that come a state too late. */
function late(
  location: Machine<unknown>['location'],
  { processes }: System,
): (state: unknown, into: Int32Array) => void {
  let before: unknown
  return (state, into) => {
    for (const p of processes.keys()) into[p] = location(before ?? state, p)
    before = state
  }
}
