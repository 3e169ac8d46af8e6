// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import type { Quotient } from '#explore/quotient'
import type { Kind, Shape } from '#ir/model'
import type { Machine, StateStore } from '#system/machine'
import type { LocationId, ProcessId, TransitionId } from '#system/system'
import { Control } from './control.ts'
import type { Facts } from './facts.ts'
import { futureOf, type Future } from './future.ts'
import { futureInQuotient } from './quotient-future.ts'
import { WaitGraphs, type WaitGraph } from './wait-graph.ts'

/**
 * What was explored, with the views of it that the properties share. States of a quotient stand for all that permutations
 * make of them, and so does what is found in one; what is said of a run or of all processes takes that into account.
 */
export class Evidence<S> {
  readonly machine: Machine<S>
  readonly graph: Graph
  readonly store: StateStore<S>
  readonly facts: Facts<S>
  /** Says which permutations lie along the edges, if states were stored up to symmetry. */
  readonly quotient: Quotient | undefined
  readonly control: Control
  readonly waitGraphs: WaitGraphs<S>
  readonly #futures = new Map<'on' | 'off', Future>()

  constructor(machine: Machine<S>, graph: Graph, store: StateStore<S>, facts: Facts<S>, quotient?: Quotient) {
    this.machine = machine
    this.graph = graph
    this.store = store
    this.facts = facts
    this.quotient = quotient
    this.control = new Control(machine.system)
    this.waitGraphs = new WaitGraphs(machine, this.control)
  }

  /** What can still happen, with escapes from waits or without. */
  future(escapes: 'on' | 'off'): Future {
    const known = this.#futures.get(escapes)
    if (known !== undefined) return known
    const { machine, graph, quotient, facts } = this
    const future =
      quotient === undefined
        ? futureOf(machine.system, graph, facts, escapes)
        : futureInQuotient(machine.system, graph, quotient, facts, escapes)
    this.#futures.set(escapes, future)
    return future
  }

  /** Whether some run fires a transition. */
  fires(id: TransitionId): boolean {
    return this.transitionsLike(id).some((t) => this.facts.fired.has(t))
  }

  /** Whether some run brings a process to a location. */
  visits(process: ProcessId, location: LocationId): boolean {
    return this.processesLike(process).some((p) => this.facts.visited(p, location))
  }

  /** A transition and all that symmetry makes of it. */
  transitionsLike(id: TransitionId): readonly TransitionId[] {
    return this.quotient?.transitionsLike(id) ?? [id]
  }

  /** A process and all that symmetry makes of it. */
  processesLike(process: ProcessId): readonly ProcessId[] {
    return this.quotient?.processesLike(process) ?? [process]
  }

  /** The states whose outgoing transitions are all known and in which nobody has reported a fault. */
  *soundStates(): Generator<number> {
    for (let state = 0; state < this.graph.states; state++)
      if (this.graph.expanded(state) && !this.facts.faulted.any(state)) yield state
  }
}

/** A violation found, with the run that leads to it. */
export interface Violation {
  readonly kind: Kind
  /** For misuse, assertion and range: which. */
  readonly code?: string
  readonly detail?: string
  readonly shape?: Shape
  /** Names of the processes and objects involved: of the wait cycle, not of every bystander. */
  readonly processes: readonly string[]
  readonly objects: readonly string[]
  /** Everybody who can never move again. */
  readonly stuck: readonly ProcessId[]
  /** Transitions from the initial state. */
  readonly path: readonly TransitionId[]
  /** Whether the outcome holds only once escapes from waits are switched off at the end of the path. */
  readonly escapes: 'on' | 'off'
  readonly waits?: WaitGraph
}

/** Something worth saying that is not a violation. */
export interface Finding {
  readonly code: FindingCode
  readonly message: string
  /** The step it is about, by its origin. */
  readonly origin?: number
  /** The search was complete, and yet this keeps the verdict from being *holds*. */
  readonly blocksHolds?: true
}

export type FindingCode =
  /** An operation that no run reaches. */
  | 'never-reached'
  /** An exit or branch that no run takes although the operation is reached. */
  | 'never-taken'
  /** A fence that is published and that nobody ever waits for. */
  | 'never-awaited'
  /** A wait that only a signal or timeout ends, by a process that holds nothing. */
  | 'unbounded-wait'
  /** A loop that retries a failed attempt; whether it makes progress was not checked. */
  | 'retry-loop'
  /** A process that runs on but can never again come to rest. */
  | 'never-rests'
  /** A fault of a kind that was not looked for; nothing behind it was judged. */
  | 'fault-ignored'
  /** A reduction was asked for that is not proven for this model; every state was searched. */
  | 'not-reduced'
  /** Copies that the model declares are told apart by something; they were not taken for alike. */
  | 'not-symmetric'
  /** An internal bound of a primitive was hit. */
  | 'bound-hit'
