// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isLocationTest, isVarRead } from './expression.ts'
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

/** Computed from guard, suspension and effect alone; an over-approximation, never less than what happens. */
export function footprint(system: System, id: TransitionId): Footprint {
  const transition = system.transitions[id]!
  const expressions: Expr[] = [...transition.guard]
  for (const process of [transition, ...(transition.joint ?? [])].map((move) => move.process))
    expressions.push(...system.processes[process]!.suspended.map((s) => s.when))
  for (const { to, value } of transition.effect) expressions.push(value, ...(typeof to === 'number' ? [] : [to[1]]))
  const reads = new Set<VarId>()
  const readsLocationOf = new Set<ProcessId>()
  for (const e of expressions)
    eachLeaf(e, (leaf) => {
      if (isVarRead(leaf)) reads.add(leaf.v)
      if (isLocationTest(leaf)) readsLocationOf.add(leaf.process)
    })
  return { reads, writes: new Set(transition.effect.flatMap(writesOf)), readsLocationOf }
}
