// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { ProcessId, System, TransitionId } from '#system/system'
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
  /** Transitions that write to, or look at, a variable or a location. */
  readonly #touching: ReadonlyMap<string, readonly TransitionId[]>

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
    const touching = new Map<string, TransitionId[]>()
    for (const { id, reads, writes, locationsOf, movers } of actions)
      for (const key of new Set([
        ...[...reads, ...writes].map((v) => `v${v}`),
        ...[...locationsOf, ...movers].map((p) => `p${p}`),
      ])) {
        const list = touching.get(key)
        if (list === undefined) touching.set(key, [id])
        else list.push(id)
      }
    this.#touching = touching
  }

  /** The transitions of other processes that do not accord with this one once nothing delays it: not symmetric. */
  conflicts(id: TransitionId): readonly TransitionId[] {
    const known = this.#conflicts.get(id)
    if (known !== undefined) return known
    const action = this.#lasting[id]!
    const near = new Set<TransitionId>()
    for (const v of [...action.reads, ...action.writes])
      for (const other of this.#touching.get(`v${v}`) ?? []) near.add(other)
    for (const p of [...action.locationsOf, ...action.movers])
      for (const other of this.#touching.get(`p${p}`) ?? []) near.add(other)
    const conflicts = [...near].filter((other) => {
      const { movers } = this.#actions[other]!
      // Transitions with a common mover exclude each other by its location; the closure takes them together anyhow.
      return !movers.some((p) => action.movers.includes(p)) && !this.#accord(action, this.#actions[other]!)
    })
    this.#conflicts.set(id, conflicts)
    return conflicts
  }

  /**
   * The transitions that leave the same location of a process of this one and do not accord with it: all but those
   * where both leave the process where it is.
   */
  rivals(id: TransitionId): readonly TransitionId[] {
    const stays = (other: TransitionId, process: ProcessId): boolean => {
      return movesOf(this.#system.transitions[other]!).every(
        (move) => move.process !== process || move.from === move.to,
      )
    }
    const near = new Set<TransitionId>()
    for (const { process, from } of movesOf(this.#system.transitions[id]!))
      for (const other of this.#reach.leaving[process]![from]!)
        if (other !== id && !(stays(id, process) && stays(other, process) && this.#commute(id, other))) near.add(other)
    return [...near]
  }

  #commute(id: TransitionId, other: TransitionId): boolean {
    return this.#accord(this.#lasting[id]!, this.#actions[other]!)
  }

  #accord(a: Action, b: Action): boolean {
    if (blurs(a, b) || blurs(b, a)) return false
    return !this.#interference.clash(a, b)
  }
}

/** Whether `a` changes something of a condition of `b` that valuations alone do not decide: one about locations. */
const blurs = (a: Action, b: Action): boolean =>
  b.conjuncts.some(
    ({ locationsOf, reads }) =>
      locationsOf.size > 0 && (a.movers.some((p) => locationsOf.has(p)) || [...reads].some((v) => a.writes.has(v))),
  ) || a.movers.some((p) => b.locationsOf.has(p))
