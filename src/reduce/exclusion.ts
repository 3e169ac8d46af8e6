// SPDX-License-Identifier: Apache-2.0
import type { System, TransitionId, VarId } from '#system/system'
import { narrow, type Box, type BoxView } from '#simplify/box'
import type { Invariants } from '#simplify/invariants'
import type { Action } from './actions.ts'

/** What a guard says of variables, and how much of each invariant it uses up. */
interface Needs {
  /** Undefined if the guard is never true. */
  readonly box: Box | undefined
  /** By invariant, how far its sum is above its least value by each variable; the sum of these under `total`. */
  readonly uses: ReadonlyMap<number, { readonly total: number; readonly by: ReadonlyMap<VarId, number> }>
}

/**
 * Which transitions are never enabled together, by what their guards say of single variables and by invariants: two places
 * of a net that share one token are never marked both. Transitions that are not seen to be so may be.
 */
export class Exclusion {
  readonly #system: System
  readonly #invariants: Invariants
  readonly #lasting: readonly Action[]
  readonly #actions: readonly Action[]
  readonly #needs = new Map<Action, Needs>()

  /** The first of a pair is one of `lasting`, the second one of `actions` (`Accord`). */
  constructor(
    system: System,
    { lasting, actions }: { readonly lasting: readonly Action[]; readonly actions: readonly Action[] },
    invariants: Invariants,
  ) {
    this.#system = system
    this.#invariants = invariants
    this.#lasting = lasting
    this.#actions = actions
  }

  /** Whether no state enables both. */
  exclude(a: TransitionId, b: TransitionId): boolean {
    const [one, other] = [this.#needsOf(this.#lasting[a]!), this.#needsOf(this.#actions[b]!)]
    if (one.box === undefined || other.box === undefined) return true
    for (const [v, { lo, hi }] of one.box) {
      const there = other.box.get(v)
      if (there !== undefined && (hi < there.lo || lo > there.hi)) return true
    }
    for (const [i, uses] of one.uses) {
      const more = other.uses.get(i)
      if (more === undefined) continue
      let sum = uses.total + more.total
      for (const [v, amount] of uses.by) sum -= Math.min(amount, more.by.get(v) ?? 0)
      if (sum > this.#invariants.slackOf(i)) return true
    }
    return false
  }

  /** What is known of variables wherever both are enabled, if they ever are. */
  boxOf(a: TransitionId, b: TransitionId): BoxView {
    const [one, other] = [this.#needsOf(this.#lasting[a]!).box, this.#needsOf(this.#actions[b]!).box]
    return {
      get(v) {
        const [here, there] = [one?.get(v), other?.get(v)]
        if (here === undefined || there === undefined) return here ?? there
        return { lo: Math.max(here.lo, there.lo), hi: Math.min(here.hi, there.hi) }
      },
    }
  }

  #needsOf(action: Action): Needs {
    const known = this.#needs.get(action) ?? this.#find(action)
    this.#needs.set(action, known)
    return known
  }

  #find({ conjuncts }: Action): Needs {
    const { variables } = this.#system
    const box: Box = new Map()
    const guard = conjuncts.map(({ expr }) => expr)
    if (!narrow(box, guard, variables) || !this.#invariants.allow(box)) return { box: undefined, uses: new Map() }
    const uses = new Map<number, { total: number; by: Map<VarId, number> }>()
    for (const [v, { lo, hi }] of box)
      for (const { index, factor } of this.#invariants.about(v)) {
        const amount = factor > 0 ? factor * (lo - variables[v]!.min) : factor * (hi - variables[v]!.max)
        if (amount === 0) continue
        const now = uses.get(index) ?? { total: 0, by: new Map() }
        now.by.set(v, amount)
        uses.set(index, { total: now.total + amount, by: now.by })
      }
    return { box, uses }
  }
}
