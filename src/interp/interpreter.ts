// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { assignment, type Assignment } from '#system/assignment'
import { evaluator, type Reader } from '#system/expression'
import type { Machine, StateStore } from '#system/machine'
import { movesOf, suspensionsOf } from '#system/moves'
import type { System, Transition, TransitionId } from '#system/system'
import { KeyCodec } from './key.ts'
import { stateOf, type State } from './state.ts'

type Evaluate = (state: State) => number

/** A transition with its expressions turned into functions of a state. */
interface Step {
  readonly id: TransitionId
  readonly transition: Transition
  /** All must be true: partners in place, nobody it moves suspended, every conjunct of the guard. */
  readonly conditions: readonly Evaluate[]
  readonly writes: readonly Assignment<State>[]
}

/**
 * The reference: what a system means, said as plainly as possible. A transition is enabled if its process is at its
 * source, is not suspended, and every conjunct of its guard is true; firing it moves the process and assigns all
 * values at once, each computed in the state before. Everything a person reads comes from here.
 */
export class Interpreter implements Machine<State> {
  readonly system: System
  readonly #steps: readonly Step[]
  /** By process, then by location. */
  readonly #leaving: readonly (readonly (readonly Step[])[])[]
  readonly #codec: KeyCodec

  constructor(system: System) {
    this.system = system
    this.#codec = new KeyCodec(system)
    this.#steps = system.transitions.map((transition, id) => prepare(system, transition, id))
    const leaving = system.processes.map((p) => p.locations.map((): Step[] => []))
    for (const step of this.#steps) leaving[step.transition.process]![step.transition.from]!.push(step)
    this.#leaving = leaving
  }

  initial(): State {
    const locations = this.system.processes.map((process) => process.init)
    const values = this.system.variables.map((variable) => variable.init)
    return stateOf(locations, values, this.#codec.pack(locations, values))
  }

  enabled(state: State): readonly TransitionId[] {
    const enabled: TransitionId[] = []
    state.locations.forEach((at, process) => {
      for (const { id, conditions } of this.#leaving[process]![at]!)
        if (conditions.every((holds) => holds(state) !== 0)) enabled.push(id)
    })
    // Ascending by process; within a process the transitions of one location are in ascending order already.
    return enabled
  }

  fire(state: State, id: TransitionId): State {
    const step = this.#steps[id]
    invariant(step, `there is no transition ${id}`)
    const { transition, writes } = step
    const assigned = writes.map(({ target, value }) => [target(state), value(state)] as const)
    let { locations, values } = state
    const packed = state.packed.slice()
    for (const { process, to } of movesOf(transition)) {
      locations = locations.set(process, to)
      this.#codec.setLocation(packed, process, to)
    }
    for (const [variable, value] of assigned) {
      values = values.set(variable, value)
      this.#codec.setValue(packed, variable, value)
    }
    return state.set('locations', locations).set('values', values).set('packed', packed)
  }

  value(state: State, variable: number): number {
    return reader.value(state, variable)
  }

  location(state: State, process: number): number {
    return reader.location(state, process)
  }

  store(): StateStore<State> {
    return new KeyStore(this.#codec)
  }
}

const reader: Reader<State> = {
  value: (state, variable) => state.values.get(variable) as number,
  location: (state, process) => state.locations.get(process) as number,
}

function prepare(system: System, transition: Transition, id: TransitionId): Step {
  const { guard, effect, joint = [] } = transition
  const partners = joint.map(
    (move): Evaluate =>
      (state) =>
        reader.location(state, move.process) === move.from ? 1 : 0,
  )
  const running = suspensionsOf(system, transition).map((when): Evaluate => {
    const suspended = evaluator(when, reader)
    return (state) => (suspended(state) === 0 ? 1 : 0)
  })
  const writes = effect.map((assign) => assignment(assign, reader))
  return { id, transition, conditions: [...partners, ...running, ...guard.map((g) => evaluator(g, reader))], writes }
}

/** Visited states by their exact key. A JavaScript `Map` holds at most 2^24 entries, so several share the work. */
class KeyStore implements StateStore<State> {
  readonly #codec: KeyCodec
  readonly #maps: Map<string, number>[] = [new Map()]
  readonly #keys: string[] = []

  constructor(codec: KeyCodec) {
    this.#codec = codec
  }

  get size(): number {
    return this.#keys.length
  }

  add(state: State): number {
    const key = this.#codec.key(state.packed)
    const known = this.#find(key)
    if (known >= 0) return known
    const id = this.#keys.push(key) - 1
    if (this.#maps[0]!.size === mapCapacity) this.#maps.unshift(new Map())
    this.#maps[0]!.set(key, id)
    return id
  }

  find(state: State): number {
    return this.#find(this.#codec.key(state.packed))
  }

  #find(key: string): number {
    for (const map of this.#maps) {
      const id = map.get(key)
      if (id !== undefined) return id
    }
    return -1
  }

  get(id: number): State {
    const key = this.#keys[id]
    invariant(key !== undefined, `there is no state ${id}`)
    const { locations, values, bytes } = this.#codec.unpack(key)
    return stateOf(locations, values, bytes)
  }
}

const mapCapacity = 2 ** 24
