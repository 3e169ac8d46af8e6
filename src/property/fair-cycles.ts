// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { moversOf } from '#system/moves'
import type { ProcessId, Tag, TransitionId } from '#system/system'
import { getsOnAt, type Attempt } from './attempt.ts'
import { BitRows } from './bit-rows.ts'
import type { Evidence } from './property.ts'

/** Where an attempt is repeated on fair cycles, on which its process neither rests nor gets what it tries for. */
export interface FairRetries {
  /** The component of each state; -1 where the process gets on, or which no fair run goes round in. */
  readonly of: Int32Array
  /** How the attempt fails in each component that a fair run can go round in. */
  readonly attempts: ReadonlyMap<number, ReadonlySet<TransitionId>>
  /** Whether such a run may take an edge of a state. */
  isInside(state: number, edge: number): boolean
}

/** How fair a cycle is to everybody, see {@link FairCycles}. */
type Fairness = 'weakly' | 'strongly'

const known = new WeakMap<object, Map<string, FairRetries>>()

/** The fair cycles on which an attempt is repeated. */
export function fairRetries<S>(evidence: Evidence<S>, attempt: Attempt, fairness: Fairness): FairRetries {
  const made = known.get(evidence) ?? new Map<string, FairRetries>()
  known.set(evidence, made)
  const key = `${attempt.origin} ${fairness}`
  const found = made.get(key) ?? new FairCycles(evidence, attempt, fairness).find()
  made.set(key, found)
  return found
}

/** Whether whoever repeats an attempt gets on in every weakly fair run, whatever else may happen. */
export const getsOn = <S>(evidence: Evidence<S>, attempt: Attempt): boolean =>
  fairRetries(evidence, attempt, 'weakly').attempts.size === 0

/** Whether a step comes if it stays possible: timeouts do, signals and what merely may happen need not. */
export const comesByItself = (tag: Tag | undefined): boolean => tag === undefined || tag === 'timeout'

/**
 * Looks for fair cycles of states in which a process does not get on, in strongly connected components. Of what is weakly
 * fair a maximal one tells, since who can move everywhere in it, and does not, can in each part. Where strong fairness is
 * broken, the states are taken away in which somebody can move who never does there, and what is left is looked at again
 * (Lichtenstein and Pnueli 1985). Who waits with a timeout can move: that comes in the end.
 */
class FairCycles<S> {
  readonly #evidence: Evidence<S>
  readonly #attempt: Attempt
  readonly #process: ProcessId
  readonly #fairness: Fairness
  readonly #movers: readonly (readonly ProcessId[])[]
  readonly #isOrdinary: readonly boolean[]
  readonly #comes: readonly boolean[]
  /** 1 for states that are not, or no longer, on such a cycle. */
  readonly #isOut: Uint8Array
  /** 1 where the process has a choice that leads out, and so does not go round for ever by moving. */
  readonly #waits: Uint8Array

  constructor(evidence: Evidence<S>, attempt: Attempt, fairness: Fairness) {
    const { graph, facts, machine, store } = evidence
    const { transitions } = machine.system
    const { process } = attempt
    this.#evidence = evidence
    this.#attempt = attempt
    this.#process = process
    this.#fairness = fairness
    this.#movers = transitions.map(moversOf)
    this.#isOrdinary = transitions.map(({ tag }) => tag === undefined)
    this.#comes = transitions.map(({ tag }) => comesByItself(tag))
    const getsOn = (state: number): boolean => getsOnAt(evidence, attempt, machine.location(store.get(state), process))
    this.#isOut = Uint8Array.from({ length: graph.states }, (_, state) =>
      graph.expanded(state) && !facts.faulted.any(state) && !getsOn(state) ? 0 : 1,
    )
    this.#waits = new Uint8Array(graph.states)
  }

  find(): FairRetries {
    for (;;) {
      const { of, count } = components(
        this.#evidence.graph,
        (state, edge) => this.#follows(state, edge),
        (state) => this.#isOut[state] === 0,
      )
      const isInside = (state: number, edge: number): boolean => this.#isInside(of, state, edge)
      const attempts = this.#attemptsIn(of)
      const served = this.#served(of, count)
      const isFair = (component: number): boolean =>
        this.#evidence.machine.system.processes.every((_, p) => served.has(component, p))
      if (this.#fairness === 'weakly') {
        for (const component of attempts.keys()) if (!isFair(component)) attempts.delete(component)
        return { of, attempts, isInside }
      }
      if (!this.#takeAway(of, attempts, served)) return { of, attempts, isInside }
    }
  }

  #follows(state: number, edge: number): boolean {
    const id = this.#evidence.graph.transition(state, edge)
    if (this.#attempt.successes.has(id)) return false
    if (this.#fairness === 'weakly') return true
    return this.#isOrdinary[id]! && !(this.#waits[state] === 1 && this.#movers[id]!.includes(this.#process))
  }

  #isInside(of: Int32Array, state: number, edge: number): boolean {
    return this.#follows(state, edge) && of[this.#evidence.graph.target(state, edge)] === of[state]
  }

  #attemptsIn(of: Int32Array): Map<number, Set<TransitionId>> {
    const { graph } = this.#evidence
    const { failures } = this.#attempt
    const attempts = new Map<number, Set<TransitionId>>()
    for (const [state, own] of of.entries()) {
      if (own < 0) continue
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const id = graph.transition(state, edge)
        if (!failures.has(id) || !this.#isInside(of, state, edge)) continue
        attempts.set(own, (attempts.get(own) ?? new Set()).add(id))
      }
    }
    return attempts
  }

  /** By component: who moves in it, or cannot in one of its states (weak fairness) or in any of them (strong). */
  #served(of: Int32Array, count: number): BitRows {
    const { graph, machine } = this.#evidence
    const { length } = machine.system.processes
    const [served, able] = [new BitRows(length, count), new BitRows(length, count)]
    const isAble = new Uint8Array(length)
    for (const [state, own] of of.entries()) {
      if (own < 0) continue
      isAble.fill(0)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const id = graph.transition(state, edge)
        const isInside = this.#isInside(of, state, edge)
        for (const mover of this.#movers[id]!) {
          if (this.#comes[id]!) isAble[mover] = 1
          if (isInside) served.set(own, mover)
        }
      }
      for (let p = 0; p < length; p++)
        if (isAble[p] === 1) able.set(own, p)
        else if (this.#fairness === 'weakly') served.set(own, p)
    }
    if (this.#fairness === 'strongly')
      for (let component = 0; component < count; component++) served.joinMissing(component, able, component)
    return served
  }

  /** Whether something was taken away that is not on a strongly fair cycle. */
  #takeAway(of: Int32Array, attempts: ReadonlyMap<number, unknown>, served: BitRows): boolean {
    const { graph } = this.#evidence
    let isAny = false
    for (const [state, own] of of.entries()) {
      if (own < 0) continue
      let [isIn, leadsOut, goesRound] = [attempts.has(own), false, false]
      for (let edge = 0; isIn && edge < graph.degree(state); edge++) {
        const id = graph.transition(state, edge)
        if (!this.#comes[id]!) continue
        if (this.#movers[id]!.some((mover) => !served.has(own, mover))) isIn = false
        if (!this.#isOrdinary[id]!) continue
        if (!this.#movers[id]!.includes(this.#process)) continue
        if (this.#isInside(of, state, edge)) goesRound = true
        else leadsOut = true
      }
      if (!isIn) this.#isOut[state] = 1
      if (isIn && goesRound && leadsOut) this.#waits[state] = 1
      isAny ||= !isIn || (goesRound && leadsOut)
    }
    return isAny
  }
}
