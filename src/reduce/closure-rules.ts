// SPDX-License-Identifier: Apache-2.0
import type { System, TransitionId } from '#system/system'
import type { Conjunct } from './actions.ts'
import type { Conditions } from './conditions.ts'
import { everybodyIn, type Prospect, type Prospects } from './prospects.ts'
import type { Relations } from './relations.ts'

/** What has to move before a disabled transition can, if this conjunct is false: who is in one of its cuts. */
export interface Need {
  readonly conjunct: number
  readonly cuts: readonly Prospect[]
}

interface Known<S> {
  readonly relations: Relations
  readonly conditions: Conditions<S>
  readonly prospects: Prospects<S>
}

/** What each transition brings into a set of processes that is being closed; found when it is first asked for. */
export class ClosureRules<S> {
  readonly #system: System
  readonly #relations: Relations
  readonly #conditions: Conditions<S>
  readonly #prospects: Prospects<S>
  readonly #conflicts: (Prospect | undefined)[]
  readonly #needs: (readonly Need[] | undefined)[]
  readonly #needOf = new Map<number, Need>()
  /** 1 for yes, 0 for no, -1 where nobody has asked. */
  readonly #unbound: Int8Array

  constructor(system: System, { relations, conditions, prospects }: Known<S>) {
    this.#system = system
    this.#relations = relations
    this.#conditions = conditions
    this.#prospects = prospects
    this.#conflicts = relations.actions.map(() => undefined)
    this.#needs = relations.actions.map(() => undefined)
    this.#unbound = new Int8Array(relations.actions.length).fill(-1)
  }

  /** Who may still do something that does not accord with it: what it brings in while it is enabled. */
  conflicts(id: TransitionId): Prospect {
    return (this.#conflicts[id] ??= this.#prospects.of(this.#relations.conflicts(id)))
  }

  /** What it brings in while it is disabled: a cut of one of these, whose conjunct is false. */
  needs(id: TransitionId): readonly Need[] {
    return (this.#needs[id] ??= this.#relations.actions[id]!.conjuncts.map((conjunct) => this.#need(conjunct)))
  }

  /** The same for all transitions that have the conjunct. */
  #need(conjunct: Conjunct): Need {
    const id = this.#conditions.id(conjunct)
    const known = this.#needOf.get(id)
    if (known !== undefined) return known
    const last = this.#prospects.of(this.#relations.lastChanges(conjunct))
    const changes = this.#relations.firstChanges(conjunct)
    const need: Need = {
      conjunct: id,
      cuts: changes === undefined ? [last] : [last, this.#first(changes)],
    }
    this.#needOf.set(id, need)
    return need
  }

  #first(changes: NonNullable<ReturnType<Relations['firstChanges']>>): Prospect {
    return this.#prospects.where(
      changes.map(({ id, conjuncts }) => ({
        id,
        conjuncts: Int32Array.from(conjuncts, (c) => this.#conditions.id(c)),
      })),
    )
  }

  /**
   * Whether what else leaves the location of a transition brings nobody in as long as it is disabled, whatever the state:
   * each conjunct has a cut that names nobody but the process itself. Then the process of one that is enabled alone there,
   * and brings nobody in, is closed.
   */
  isUnbound(id: TransitionId): boolean {
    if (this.#unbound[id]! < 0) this.#unbound[id] = this.#findUnbound(id) ? 1 : 0
    return this.#unbound[id] === 1
  }

  #findUnbound(id: TransitionId): boolean {
    const { process: own, from } = this.#system.transitions[id]!
    const { actions, reach } = this.#relations
    const isQuiet = ({ cuts }: Need): boolean =>
      cuts.some((cut) => everybodyIn(cut).every((process) => process === own))
    return reach.leaving[own]![from]!.every(
      (other) => actions[other]!.movers.length === 1 && (other === id || this.needs(other).every(isQuiet)),
    )
  }
}
