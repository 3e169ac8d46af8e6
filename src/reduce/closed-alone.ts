// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import type { Closing } from './closed-set.ts'
import type { ClosureRules } from './closure-rules.ts'
import type { Conditions } from './conditions.ts'
import type { Prospects } from './prospects.ts'
import type { Relations } from './relations.ts'

/**
 * Whether a process by itself is a closed set (`process-closure.ts`) that fires a single transition. That takes no look at
 * what others could do now, so it costs the same however many they are.
 */
export class ClosedAlone<S> {
  readonly #machine: Machine<S>
  readonly #leaving: Relations['reach']['leaving']
  readonly #conditions: Conditions<S>
  readonly #prospects: Prospects<S>
  readonly #rules: ClosureRules<S>
  readonly #conjuncts: readonly Int32Array[]

  constructor(machine: Machine<S>, { relations, conditions, prospects, rules }: Closing<S>) {
    this.#machine = machine
    this.#leaving = relations.reach.leaving
    this.#conditions = conditions
    this.#prospects = prospects
    this.#rules = rules
    this.#conjuncts = relations.actions.map(({ conjuncts }) => Int32Array.from(conjuncts, (c) => conditions.id(c)))
  }

  /** What it fires then. */
  fires(state: S, process: ProcessId): TransitionId | undefined {
    const only = this.#only(state, process)
    return only !== undefined && this.#prospects.namesNobody(this.#rules.conflicts(only), state) ? only : undefined
  }

  /** The one transition of the process that is enabled, if what else leaves its location brings nobody in. */
  #only(state: S, process: ProcessId): TransitionId | undefined {
    const leaving = this.#leaving[process]![this.#machine.location(state, process)]!
    this.#conditions.look(state)
    let only: TransitionId | undefined
    for (let i = 0; i < leaving.length; i++) {
      const id = leaving[i]!
      if (!this.#conditions.allHold(this.#conjuncts[id]!)) continue
      if (only !== undefined) return undefined
      only = id
    }
    // Nothing unbound leaves a location beside a rendezvous, of which conjuncts do not tell whether it is enabled.
    return only !== undefined && this.#rules.isUnbound(only) ? only : undefined
  }
}
