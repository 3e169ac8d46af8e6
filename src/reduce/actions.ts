// SPDX-License-Identifier: Apache-2.0
import { assignment } from '#system/assignment'
import { evaluator, not } from '#system/expression'
import { evaluatedBy, footprint, looksAtLocations, processesLookedAt, readsOf } from '#system/footprint'
import { moversOf } from '#system/moves'
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
  /** The handler of which it says that it does not run on top of a mover; absent for a conjunct of the guard. */
  readonly handler?: ProcessId
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
  const conjunctOf = (expr: Expr, handler?: ProcessId): Conjunct => {
    const text = `${handler ?? ''} ${JSON.stringify(expr)}`
    const conjunct = known.get(text) ?? newConjunct(expr, handler)
    known.set(text, conjunct)
    return conjunct
  }
  return system.transitions.map((transition, id): Action => {
    const { guard, effect } = transition
    const movers = moversOf(transition)
    const running = movers.flatMap((process) =>
      system.processes[process]!.suspended.map(({ by, when }) => conjunctOf(not(when), by)),
    )
    const assignments = effect.map((assign) => assignment(assign, reader))
    const { reads, writes, readsLocationOf } = footprint(system, id)
    return {
      id,
      movers,
      conjuncts: [...new Set([...guard.map((g) => conjunctOf(g)), ...running])],
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

function newConjunct(expr: Expr, handler: ProcessId | undefined): Conjunct {
  const [reads, locationsOf] = [readsOf(expr), processesLookedAt(expr)]
  const value = evaluator(expr, reader)
  const holds = locationsOf.size > 0 ? (): boolean => true : (valuation: Valuation): boolean => value(valuation) !== 0
  return { expr, reads, locationsOf, holds, ...(handler !== undefined && { handler }) }
}

/**
 * The transition as it would be if these handlers suspended nobody: `t` without its conjuncts that they do not run on top
 * of a mover.
 */
export function unsuspended(system: System, action: Action, handlers: ReadonlySet<ProcessId>): Action {
  const conjuncts = action.conjuncts.filter(({ handler }) => handler === undefined || !handlers.has(handler))
  if (conjuncts.length === action.conjuncts.length) return action
  const reads = new Set(conjuncts.flatMap((conjunct) => [...conjunct.reads]))
  const locationsOf = new Set(conjuncts.flatMap((conjunct) => [...conjunct.locationsOf]))
  for (const e of system.transitions[action.id]!.effect.flatMap(evaluatedBy)) {
    readsOf(e, reads)
    processesLookedAt(e, locationsOf)
  }
  return { ...action, conjuncts, reads, locationsOf }
}

/** Whether every conjunct holds that a valuation of variables can decide. */
export const possible = ({ conjuncts }: Action, valuation: Valuation): boolean =>
  conjuncts.every(({ holds }) => holds(valuation))
