// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'
import type { ClosureRules, Need } from './closure-rules.ts'
import type { Conditions } from './conditions.ts'
import type { Present } from './present.ts'
import { countOutside, empty, has, lowest, noneOf, put, type ProcessSet } from './process-set.ts'
import type { Prospects } from './prospects.ts'
import type { Relations } from './relations.ts'

/** All that a set of processes is closed by. */
export interface Closing<S> {
  readonly present: Present<S>
  readonly relations: Relations
  readonly conditions: Conditions<S>
  readonly prospects: Prospects<S>
  readonly rules: ClosureRules<S>
}

/** A set of processes that grows until it is closed (`process-closure.ts`). */
export class ClosedSet<S> {
  readonly #at: Int32Array
  readonly #enabled: Uint8Array
  readonly #enabledOf: Int32Array
  readonly #conditions: Conditions<S>
  readonly #prospects: Prospects<S>
  readonly #rules: ClosureRules<S>
  readonly #leaving: Relations['reach']['leaving']
  readonly #actions: Relations['actions']
  readonly #isJoint: Uint8Array
  readonly #inside: ProcessSet
  /** In order of arrival. */
  readonly #members: Int32Array
  #size = 0
  /** How many enabled transitions leave it. */
  #fired = 0

  constructor({ present, relations, conditions, prospects, rules }: Closing<S>) {
    this.#at = present.at
    this.#enabled = present.enabled
    this.#enabledOf = present.enabledOf
    this.#conditions = conditions
    this.#prospects = prospects
    this.#rules = rules
    this.#leaving = relations.reach.leaving
    this.#actions = relations.actions
    this.#isJoint = Uint8Array.from(relations.actions, ({ movers }) => (movers.length > 1 ? 1 : 0))
    this.#inside = noneOf(present.at.length)
    this.#members = new Int32Array(present.at.length)
  }

  has(process: ProcessId): boolean {
    return has(this.#inside, process)
  }

  /**
   * Becomes the smallest closed set that contains the seed, and returns how many enabled transitions leave it. Gives up,
   * and returns `bound`, once that are so many.
   */
  close(seed: ProcessId, bound: number): number {
    const members = this.#members
    empty(this.#inside)
    this.#size = 0
    this.#fired = 0
    this.#add(seed)
    for (let next = 0; next < this.#size; next++) {
      const process = members[next]!
      const leaving = this.#leaving[process]![this.#at[process]!]!
      for (let i = 0; i < leaving.length; i++) {
        if (this.#fired >= bound) return bound
        this.#include(leaving[i]!)
      }
    }
    return Math.min(this.#fired, bound)
  }

  /** What a transition of a member brings in. */
  #include(id: TransitionId): void {
    if (this.#isJoint[id] === 1) for (const mover of this.#actions[id]!.movers) this.#add(mover)
    if (this.#enabled[id] === 1) this.#addAll(this.#prospects.who(this.#rules.conflicts(id)))
    else this.#addEnabling(this.#rules.needs(id))
  }

  /** Of the cuts of all false conjuncts the one that brings the fewest new processes in. */
  #addEnabling(needs: readonly Need[]): void {
    let fewest = Infinity
    let best: ProcessSet | undefined
    for (let i = 0; i < needs.length && fewest > 0; i++) {
      const { conjunct, cuts } = needs[i]!
      if (this.#conditions.holds(conjunct)) continue
      for (let c = 0; c < cuts.length && fewest > 0; c++) {
        const cut = this.#prospects.who(cuts[c]!)
        const fresh = countOutside(cut, this.#inside)
        if (fresh >= fewest) continue
        fewest = fresh
        best = cut
      }
    }
    // Without a false conjunct a partner of a rendezvous is elsewhere; the partners are in already.
    if (best !== undefined && fewest > 0) this.#addAll(best)
  }

  #addAll(set: ProcessSet): void {
    const inside = this.#inside
    for (let w = 0; w < set.length; w++) {
      let fresh = set[w]! & ~inside[w]!
      inside[w]! |= fresh
      for (; fresh !== 0; fresh &= fresh - 1) this.#enter((w << 5) + lowest(fresh))
    }
  }

  #add(process: ProcessId): void {
    if (has(this.#inside, process)) return
    put(this.#inside, process, 1)
    this.#enter(process)
  }

  #enter(process: ProcessId): void {
    this.#fired += this.#enabledOf[process]!
    this.#members[this.#size++] = process
  }
}
