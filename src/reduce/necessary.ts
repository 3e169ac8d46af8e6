// SPDX-License-Identifier: Apache-2.0
import type { System, TransitionId } from '#system/system'
import type { Action, Conjunct, Valuation } from './actions.ts'
import type { Domains } from './domains.ts'
import type { Part, Parts } from './parts.ts'

interface Known {
  readonly actions: readonly Action[]
  readonly domains: Domains
  readonly parts: Parts
}

/**
 * Necessary enabling sets: for a false conjunct, transitions of which one must fire before it can become true
 * (Godefroid and Wolper 1991). Every cut between the present valuation and those where the conjunct holds is one; two
 * are free. The *first* change of the object the conjunct is about is made by a transition that the object allows now:
 * only the holder of a mutex. The *last* change makes the conjunct true: whoever can do that in one step.
 */
export class NecessaryEnabling {
  readonly #actions: readonly Action[]
  readonly #domains: Domains
  readonly #parts: Parts
  readonly #writers: ReadonlyMap<number, readonly TransitionId[]>
  readonly #movers: ReadonlyMap<number, readonly TransitionId[]>
  readonly #scratch: { readonly before: Valuation; readonly after: Valuation }
  readonly #last = new Map<Conjunct, readonly TransitionId[]>()
  readonly #first = new Map<Conjunct, readonly FirstChange[]>()

  constructor(system: System, { actions, domains, parts }: Known) {
    this.#actions = actions
    this.#domains = domains
    this.#parts = parts
    const [writers, movers] = [new Map<number, TransitionId[]>(), new Map<number, TransitionId[]>()]
    const add = (map: Map<number, TransitionId[]>, key: number, id: TransitionId): void => {
      const list = map.get(key)
      if (list === undefined) map.set(key, [id])
      else list.push(id)
    }
    for (const { id, writes, movers: moved } of actions) {
      for (const v of writes) add(writers, v, id)
      for (const p of moved) add(movers, p, id)
    }
    this.#writers = writers
    this.#movers = movers
    this.#scratch = {
      before: new Float64Array(system.variables.length),
      after: new Float64Array(system.variables.length),
    }
  }

  /** Transitions that can turn the conjunct from false to true in one step. */
  last(conjunct: Conjunct): readonly TransitionId[] {
    const known = this.#last.get(conjunct)
    if (known !== undefined) return known
    const candidates = new Set<TransitionId>()
    for (const v of conjunct.reads) for (const id of this.#writers.get(v) ?? []) candidates.add(id)
    // Most parts of transitions are like others that have been tried.
    const tried = new Map<number, boolean>()
    const found =
      conjunct.locationsOf.size === 0
        ? [...candidates].filter((id) => this.#canEnable(id, conjunct, tried))
        : [...candidates]
    for (const p of conjunct.locationsOf) for (const id of this.#movers.get(p) ?? []) found.push(id)
    const last = [...new Set(found)]
    this.#last.set(conjunct, last)
    return last
  }

  /**
   * Transitions that change the object which the conjunct is about, each with what the object must allow; undefined
   * where the conjunct is about several objects, or about locations.
   */
  first(conjunct: Conjunct): readonly FirstChange[] | undefined {
    const known = this.#first.get(conjunct)
    if (known !== undefined) return known
    const group = conjunct.locationsOf.size > 0 ? undefined : this.#domains.groupOf(conjunct.reads)
    if (group === undefined) return undefined
    const writers = new Set(this.#domains.variablesOf(group).flatMap((v) => this.#writers.get(v) ?? []))
    const changes = [...writers]
      .sort((a, b) => a - b)
      .map((id): FirstChange => {
        const about = this.#actions[id]!.conjuncts.filter(
          ({ reads, locationsOf }) =>
            locationsOf.size === 0 && reads.size > 0 && [...reads].every((v) => this.#domains.isIn(v, group)),
        )
        return { id, conjuncts: about }
      })
    this.#first.set(conjunct, changes)
    return changes
  }

  /** What the transition does elsewhere decides nothing here. */
  #canEnable(id: TransitionId, conjunct: Conjunct, known: Map<number, boolean>): boolean {
    if (this.#actions[id]!.opaque) return true
    const parts = new Set<Part>()
    for (const v of conjunct.reads) {
      const part = this.#parts.of(id).get(v)
      if (part !== undefined) parts.add(part)
    }
    const [only] = parts
    if (only === undefined || parts.size > 1) return this.#tried(id, conjunct, [...parts])
    const enables = known.get(only.kind) ?? this.#tried(id, conjunct, [only])
    known.set(only.kind, enables)
    return enables
  }

  #tried(id: TransitionId, conjunct: Conjunct, parts: readonly Part[]): boolean {
    const action = this.#actions[id]!
    const variables = new Set(conjunct.reads)
    for (const part of parts) for (const v of part.variables) variables.add(v)
    const conjuncts = parts.flatMap((part) => part.conjuncts)
    const { before, after } = this.#scratch
    const enables = this.#domains.some({ variables, conjuncts }, before, () => {
      if (conjunct.holds(before)) return false
      after.set(before)
      action.fire(after)
      return conjunct.holds(after)
    })
    return enables !== false
  }
}

/** A transition that changes an object, with the conjuncts that are about that object alone. */
export interface FirstChange {
  readonly id: TransitionId
  readonly conjuncts: readonly Conjunct[]
}
