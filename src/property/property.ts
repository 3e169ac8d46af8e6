// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import type { Kind, Shape } from '#ir/model'
import type { Machine, StateStore } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import { Control } from './control.ts'
import type { Facts } from './facts.ts'
import { Future } from './future.ts'
import { WaitGraphs, type WaitGraph } from './wait-graph.ts'

/** What was explored, with the views of it that the properties share. */
export class Evidence<S> {
  readonly machine: Machine<S>
  readonly graph: Graph
  readonly store: StateStore<S>
  readonly facts: Facts<S>
  readonly control: Control
  readonly waitGraphs: WaitGraphs<S>
  readonly #futures = new Map<'on' | 'off', Future>()

  constructor(machine: Machine<S>, graph: Graph, store: StateStore<S>, facts: Facts<S>) {
    this.machine = machine
    this.graph = graph
    this.store = store
    this.facts = facts
    this.control = new Control(machine.system)
    this.waitGraphs = new WaitGraphs(machine, this.control)
  }

  /** What can still happen, with escapes from waits or without. */
  future(escapes: 'on' | 'off'): Future {
    const known = this.#futures.get(escapes)
    if (known !== undefined) return known
    const future = new Future(this.machine.system, this.graph, this.facts, escapes)
    this.#futures.set(escapes, future)
    return future
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
  /** An internal bound of a primitive was hit. */
  | 'bound-hit'
