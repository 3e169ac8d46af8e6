// SPDX-License-Identifier: Apache-2.0
import { evaluatedBy, readsOf, writesOf } from '#system/footprint'
import type { System, TransitionId, VarId } from '#system/system'
import type { Action, Conjunct } from './actions.ts'

/**
 * A part of a transition: variables that it relates with each other, with the conjuncts that look at no others. What it
 * assigns to them is decided by them alone. The parts of one transition have no variable in common.
 */
export interface Part {
  readonly variables: ReadonlySet<VarId>
  readonly conjuncts: readonly Conjunct[]
  readonly writes: boolean
  /** The same for parts that say the same of the same variables. */
  readonly kind: number
}

/** The parts of transitions, by the variables in them. Conjuncts that look at locations are in none. */
export class Parts {
  readonly #system: System
  readonly #actions: readonly Action[]
  readonly #of: (ReadonlyMap<VarId, Part> | undefined)[]
  readonly #kinds = new Map<string, number>()

  constructor(system: System, actions: readonly Action[]) {
    this.#system = system
    this.#actions = actions
    this.#of = actions.map(() => undefined)
  }

  of(id: TransitionId): ReadonlyMap<VarId, Part> {
    return (this.#of[id] ??= this.#split(id))
  }

  #split(id: TransitionId): ReadonlyMap<VarId, Part> {
    const conjuncts = this.#actions[id]!.conjuncts.filter(({ locationsOf }) => locationsOf.size === 0)
    const { effect } = this.#system.transitions[id]!
    const assignments = effect.map((assign) => {
      const variables = new Set(writesOf(assign))
      for (const e of evaluatedBy(assign)) readsOf(e, variables)
      return { assign, variables }
    })
    const groups = new Map<VarId, Set<VarId>>()
    for (const related of [...conjuncts.map(({ reads }) => reads), ...assignments.map(({ variables }) => variables)]) {
      const whole = new Set(related)
      for (const v of related) for (const other of groups.get(v) ?? []) whole.add(other)
      for (const v of whole) groups.set(v, whole)
    }
    const made = new Map<ReadonlySet<VarId>, Part>()
    const parts = new Map<VarId, Part>()
    for (const [v, variables] of groups) {
      let part = made.get(variables)
      if (part === undefined) {
        const own = conjuncts.filter(({ reads }) => reads.size > 0 && reads.isSubsetOf(variables))
        const assigned = assignments.filter((a) => a.variables.isSubsetOf(variables)).map(({ assign }) => assign)
        const text = JSON.stringify([own.map(({ expr }) => expr), assigned])
        part = { variables, conjuncts: own, writes: assigned.length > 0, kind: this.#kindOf(text) }
        made.set(variables, part)
      }
      parts.set(v, part)
    }
    return parts
  }

  #kindOf(text: string): number {
    const known = this.#kinds.get(text) ?? this.#kinds.size
    this.#kinds.set(text, known)
    return known
  }
}
