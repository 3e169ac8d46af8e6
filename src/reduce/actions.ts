// SPDX-License-Identifier: Apache-2.0
import { assignment } from '#system/assignment'
import { evaluator, not } from '#system/expression'
import { evaluatedBy, footprint, looksAtLocations, processesLookedAt, readsOf } from '#system/footprint'
import { moversOf, suspensionsOf } from '#system/moves'
import type { Expr, ProcessId, System, TransitionId, VarId } from '#system/system'

/** A valuation of variables, by their id; doubles, since a range may end at 2^31. Locations are looked at elsewhere. */
export type Valuation = Float64Array

/** A conjunct of a guard with what it looks at. */
export interface Conjunct {
  readonly expr: Expr
  readonly reads: ReadonlySet<VarId>
  readonly locationsOf: ReadonlySet<ProcessId>
  /** False for a valuation in which it is false; conjuncts that look at locations count as true. */
  readonly holds: (valuation: Valuation) => boolean
}

/** A transition as the relations between transitions see it. */
export interface Action {
  readonly id: TransitionId
  /** Its process and the partners of a rendezvous. */
  readonly movers: readonly ProcessId[]
  /** Guard, and that no handler runs on top of a mover. */
  readonly conjuncts: readonly Conjunct[]
  readonly reads: ReadonlySet<VarId>
  readonly writes: ReadonlySet<VarId>
  readonly locationsOf: ReadonlySet<ProcessId>
  /** What it writes depends on where processes are, which no valuation of variables tells. */
  readonly opaque: boolean
  /** Fires it, unless it is opaque: reads everything, then writes. */
  readonly fire: (valuation: Valuation) => void
}

const reader = {
  value: (valuation: Valuation, v: VarId): number => valuation[v]!,
  location: (): number => 0,
}

/** Turns every transition into an action, once. Conjuncts that say the same are the same. */
export function actionsOf(system: System): readonly Action[] {
  const known = new Map<string, Conjunct>()
  const conjunctOf = (expr: Expr): Conjunct => {
    const text = JSON.stringify(expr)
    const conjunct = known.get(text) ?? newConjunct(expr)
    known.set(text, conjunct)
    return conjunct
  }
  return system.transitions.map((transition, id): Action => {
    const { guard, effect } = transition
    const running = suspensionsOf(system, transition).map((when) => not(when))
    const assignments = effect.map((assign) => assignment(assign, reader))
    const { reads, writes, readsLocationOf } = footprint(system, id)
    return {
      id,
      movers: moversOf(transition),
      conjuncts: [...new Set([...guard, ...running].map(conjunctOf))],
      reads,
      writes,
      locationsOf: readsLocationOf,
      opaque: effect.flatMap(evaluatedBy).some(looksAtLocations),
      fire(valuation) {
        const assigned = assignments.map(({ target, value }) => [target(valuation), value(valuation)] as const)
        for (const [v, value] of assigned) valuation[v] = value
      },
    }
  })
}

function newConjunct(expr: Expr): Conjunct {
  const [reads, locationsOf] = [readsOf(expr), processesLookedAt(expr)]
  const value = evaluator(expr, reader)
  return { expr, reads, locationsOf, holds: locationsOf.size > 0 ? () => true : (valuation) => value(valuation) !== 0 }
}

/** Whether every conjunct holds that a valuation of variables can decide. */
export const possible = ({ conjuncts }: Action, valuation: Valuation): boolean =>
  conjuncts.every(({ holds }) => holds(valuation))
