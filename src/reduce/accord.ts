// SPDX-License-Identifier: Apache-2.0
import { footprintIndex, meeting, type FootprintIndex } from '#system/footprint-index'
import { movesOf } from '#system/moves'
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'
import type { Action } from './actions.ts'
import type { Interference } from './interference.ts'
import type { Reach } from './reach.ts'

/**
 * Which transitions of different processes are in each other's way. Two *accord* if, wherever both can be taken, each
 * leaves the other possible and both orders lead to the same state (Valmari 1991; Godefroid 1996). Computed by trying
 * every valuation of the variables that matter, never from a table of operations; where that are too many, or where a
 * condition looks at the location of a process that the other moves, they count as not in accord.
 */
export class Accord {
  readonly #system: System
  readonly #reach: Reach
  readonly #actions: readonly Action[]
  readonly #lasting: readonly Action[]
  readonly #interference: Interference
  readonly #conflicts = new Map<TransitionId, readonly TransitionId[]>()
  readonly #index: FootprintIndex
  /** By process and location, who leaves it for another. */
  readonly #departing = new Map<readonly TransitionId[], readonly TransitionId[]>()
  /** Who was asked about last: conflicts and rivals of one are asked for together. */
  #last: { readonly of: TransitionId; readonly near: readonly TransitionId[] } = { of: -1, near: [] }

  /** `lasting` are the same transitions without what only delays them; `actions` say when they can be taken. */
  constructor(
    system: System,
    { actions, lasting }: { readonly actions: readonly Action[]; readonly lasting: readonly Action[] },
    interference: Interference,
    reach: Reach,
  ) {
    this.#system = system
    this.#reach = reach
    this.#actions = actions
    this.#lasting = lasting
    this.#interference = interference
    this.#index = footprintIndex(system)
  }

  /** The transitions of other processes that do not accord with this one once nothing delays it: not symmetric. */
  conflicts(id: TransitionId): readonly TransitionId[] {
    const known = this.#conflicts.get(id)
    if (known !== undefined) return known
    const { movers } = this.#lasting[id]!
    // Transitions with a common mover exclude each other by its location; the closure takes them together anyhow.
    const isForeign = (other: TransitionId): boolean => !this.#actions[other]!.movers.some((p) => movers.includes(p))
    const conflicts = this.#near(id).filter((other) => isForeign(other) && !this.#accord(id, other))
    this.#conflicts.set(id, conflicts)
    return conflicts
  }

  /**
   * The transitions that leave the same location of a process of this one and do not accord with it: all but those
   * where both leave the process where it is.
   */
  rivals(id: TransitionId): readonly TransitionId[] {
    const rivals = new Set<TransitionId>()
    for (const { process, from, to } of movesOf(this.#system.transitions[id]!)) {
      for (const other of from === to ? this.#departingFrom(process, from) : this.#reach.leaving[process]![from]!)
        rivals.add(other)
      if (from !== to) continue
      for (const other of this.#near(id))
        if (!rivals.has(other) && this.#stays(other, process, from) && !this.#accord(id, other)) rivals.add(other)
    }
    rivals.delete(id)
    return [...rivals]
  }

  #departingFrom(process: ProcessId, from: LocationId): readonly TransitionId[] {
    const leaving = this.#reach.leaving[process]![from]!
    const known = this.#departing.get(leaving) ?? leaving.filter((other) => !this.#stays(other, process, from))
    this.#departing.set(leaving, known)
    return known
  }

  #stays(id: TransitionId, process: ProcessId, at: LocationId): boolean {
    return movesOf(this.#system.transitions[id]!).some(
      (move) => move.process === process && move.from === at && move.to === at,
    )
  }

  /** All that it may not accord with. */
  #near(id: TransitionId): readonly TransitionId[] {
    if (this.#last.of === id) return this.#last.near
    const { reads, writes, locationsOf, movers } = this.#lasting[id]!
    const near = meeting(this.#index, { reads, writes, readsLocationOf: locationsOf }, movers)
    this.#last = { of: id, near }
    return near
  }

  #accord(id: TransitionId, other: TransitionId): boolean {
    const [a, b] = [this.#lasting[id]!, this.#actions[other]!]
    if (blurs(a, b) || blurs(b, a)) return false
    return !this.#interference.clash(a, b)
  }
}

/** Whether `a` changes something of a condition of `b` that valuations alone do not decide: one about locations. */
const blurs = (a: Action, b: Action): boolean =>
  b.locationsOf.size > 0 &&
  (a.movers.some((p) => b.locationsOf.has(p)) ||
    b.conjuncts.some(({ locationsOf, reads }) => locationsOf.size > 0 && !reads.isDisjointFrom(a.writes)))
