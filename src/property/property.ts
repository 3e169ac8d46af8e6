// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import type { Quotient } from '#explore/quotient'
import type { Kind, Shape } from '#ir/model'
import type { Machine, StateStore } from '#system/machine'
import type { ProcessId, System, TransitionId } from '#system/system'
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
  /** Whether each expanded state has all of its edges, and each edge is a single step of the model. */
  readonly isInFull: boolean
  readonly control: Control
  /** The system as the model says it, with its control graphs: the machine's own, unless a smaller one was searched. */
  readonly said: { readonly system: System; readonly control: Control }
  /** The model's states behind those that were searched, only to be looked at. */
  readonly view: Machine<S>
  /** Whether the states are the model's own, apart from what an adversary adds. */
  readonly isEveryStateTheModels: boolean
  readonly waitGraphs: WaitGraphs<S>
  readonly #behind: Behind<S> | undefined
  readonly #futures = new Map<'on' | 'off', Future>()
  #fired: ReadonlySet<TransitionId> | undefined

  constructor(
    machine: Machine<S>,
    graph: Graph,
    store: StateStore<S>,
    facts: Facts<S>,
    { quotient, behind, isInFull = false }: How<S> = {},
  ) {
    this.machine = machine
    this.graph = graph
    this.store = store
    this.facts = facts
    this.quotient = quotient
    this.isInFull = isInFull
    this.control = new Control(machine.system)
    this.#behind = behind
    this.said =
      behind === undefined
        ? { system: machine.system, control: this.control }
        : { system: behind.system, control: new Control(behind.system) }
    this.view = behind?.machine ?? machine
    this.isEveryStateTheModels = quotient === undefined && (behind === undefined || behind.did.length === 0)
    this.waitGraphs = new WaitGraphs(this.view, this.said.control, this.said.system)
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

  /** The transitions of the model's system that some run fires. */
  get fired(): ReadonlySet<TransitionId> {
    return (this.#fired ??= this.#everFired())
  }

  #everFired(): ReadonlySet<TransitionId> {
    const fired = [...this.facts.fired].flatMap((id) => this.transitionsLike(id))
    if (this.#behind === undefined) return new Set(fired)
    const { before, standsFor } = this.#behind
    return new Set([...before, ...fired.flatMap((id) => standsFor(id))])
  }

  /** The transitions of the model's system that one of the machine's stands for. */
  readonly originals = (id: TransitionId): readonly TransitionId[] => this.#behind?.standsFor(id) ?? [id]

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

/** How it was searched; `isInFull`: without any reduction, which nobody need say. */
interface How<S> {
  readonly quotient?: Quotient | undefined
  readonly behind?: Behind<S> | undefined
  readonly isInFull?: boolean
}

/** What another system that was searched stands for (`simplify/`). */
export interface Behind<S> {
  readonly system: System
  /** In which ways it is simpler. */
  readonly did: readonly string[]
  /** The model's states behind those of the machine that ran, its steps numbered as the model's: only to be looked at. */
  readonly machine: Machine<S>
  /** What every run of the model begins with. */
  readonly before: readonly TransitionId[]
  standsFor(id: TransitionId): readonly TransitionId[]
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
  /** A step that a signal needs and that no signalling section covers, in a model that has such sections. */
  | 'unannotated'
  /** The shortest trace was asked for, and a limit was hit before it was known to be that. */
  | 'not-shortest'
  /** An internal bound of a primitive was hit. */
  | 'bound-hit'
