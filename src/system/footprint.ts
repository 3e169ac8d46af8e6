// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isLocationTest, isVarRead } from './expression.ts'
import { suspensionsOf } from './moves.ts'
import type { Assign, Expr, ProcessId, System, TransitionId, VarId } from './system.ts'

/** What a transition looks at and what it changes. Locations count as read where a `LocationTest` names the process. */
export interface Footprint {
  readonly reads: ReadonlySet<VarId>
  readonly writes: ReadonlySet<VarId>
  readonly readsLocationOf: ReadonlySet<ProcessId>
}

/** Every variable an expression may look at. */
export function readsOf(e: Expr, into: Set<VarId> = new Set()): Set<VarId> {
  eachLeaf(e, (leaf) => {
    if (isVarRead(leaf)) into.add(leaf.v)
  })
  return into
}

/** Every variable an assignment may change: all elements, where the index is computed. */
export const writesOf = (assign: Assign): readonly VarId[] =>
  typeof assign.to === 'number' ? [assign.to] : (assign.to.slice(2) as VarId[])

/** What an assignment evaluates: its value, and the index of a computed target. */
export const evaluatedBy = ({ to, value }: Assign): readonly Expr[] =>
  typeof to === 'number' ? [value] : [value, to[1]]

/** The processes whose locations an expression looks at. */
export function processesLookedAt(e: Expr, into: Set<ProcessId> = new Set()): Set<ProcessId> {
  eachLeaf(e, (leaf) => {
    if (isLocationTest(leaf)) into.add(leaf.process)
  })
  return into
}

/** Whether an expression looks at where any process is. */
export const looksAtLocations = (e: Expr): boolean => processesLookedAt(e).size > 0

/** Everything that a system ever evaluates: guards, values, indices, suspensions, what is owed, who holds. */
export const expressionsOf = ({ transitions, processes, debts, holds }: System): readonly Expr[] => [
  ...transitions.flatMap(({ guard, effect }) => [...guard, ...effect.flatMap(evaluatedBy)]),
  ...processes.flatMap(({ suspended }) => suspended.map(({ when }) => when)),
  ...debts.map(({ owed }) => owed),
  ...holds.map(({ when }) => when),
]

/** Computed from guard, suspension and effect alone; an over-approximation, never less than what happens. */
export function footprint(system: System, id: TransitionId): Footprint {
  const transition = system.transitions[id]!
  const reads = new Set<VarId>()
  const readsLocationOf = new Set<ProcessId>()
  for (const e of [
    ...transition.guard,
    ...suspensionsOf(system, transition),
    ...transition.effect.flatMap(evaluatedBy),
  ]) {
    readsOf(e, reads)
    processesLookedAt(e, readsLocationOf)
  }
  return { reads, writes: new Set(transition.effect.flatMap(writesOf)), readsLocationOf }
}
