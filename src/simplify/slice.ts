// SPDX-License-Identifier: Apache-2.0
import { evaluatedBy, readsOf, writesOf } from '#system/footprint'
import type { Assign, Expr, System, VarId } from '#system/system'
import { decided } from './decided.ts'
import { rewritten, type Rewriting, type Step } from './rewriting.ts'

/** What makes a variable matter (docs/theory-rewriting.md 3). */
export interface Influences {
  /** What is looked at by those who execute and judge a system. */
  readonly roots: Readonly<Record<string, (system: System) => readonly Expr[]>>
  /** What decides what an assignment writes, and where. */
  readonly through: (assign: Assign) => readonly Expr[]
}

export const influences: Influences = {
  roots: {
    guards: ({ transitions }) => transitions.filter((t) => t.fault === undefined).flatMap((t) => t.guard),
    faults: ({ transitions }) => transitions.filter((t) => t.fault !== undefined).flatMap((t) => t.guard),
    suspensions: ({ processes }) => processes.flatMap((p) => p.suspended.map(({ when }) => when)),
    debts: ({ debts }) => debts.map(({ owed }) => owed),
    holds: ({ holds }) => holds.map(({ when }) => when),
  },
  through: evaluatedBy,
}

/**
 * Drops the variables outside the cone of influence: those that decide nothing that is executed or judged, directly or
 * through what is assigned from them. Two states that differ in such variables only are bisimilar, so everything is
 * preserved but the number of states. Conjuncts that always hold influence nothing; they stay if all they read does.
 */
export function slice(system: System, by: Influences = influences): Rewriting {
  const lean = decided(system)
  const cone = coneOf(lean, by)
  const live = lean.transitions.filter((t) => !t.guard.includes(0))
  const written = new Set(live.flatMap((t) => t.effect.flatMap(writesOf)))
  // What is in the cone and never written is a constant, not a variable that was sliced away; it goes as well.
  const kept = (v: VarId): boolean => cone.has(v) && written.has(v)
  const steps = system.transitions.map((t, id): Step => {
    const needed = lean.transitions[id]!.guard
    if (needed.includes(0)) return { transition: lean.transitions[id]!, standsFor: [id] }
    const guard = t.guard.filter((g) => needed.includes(g) || readsOf(g).isSubsetOf(cone))
    return { transition: { ...t, guard }, standsFor: [id] }
  })
  const gone = [...system.variables.keys()].filter((v) => !kept(v))
  const idle = new Set(gone.filter((v) => !cone.has(v)))
  return rewritten(system, { steps, variables: kept, idle, removed: gone.length })
}

function coneOf(system: System, { roots, through }: Influences): ReadonlySet<VarId> {
  const cone = new Set<VarId>()
  for (const expressions of Object.values(roots)) for (const e of expressions(system)) readsOf(e, cone)
  const assigns = system.transitions.flatMap(({ effect }) => effect)
  for (let size = -1; size !== cone.size;) {
    size = cone.size
    for (const assign of assigns) {
      const elements = writesOf(assign)
      if (!elements.some((v) => cone.has(v))) continue
      // An array is written as a whole as far as anybody can tell.
      for (const v of elements) cone.add(v)
      for (const e of through(assign)) readsOf(e, cone)
    }
  }
  return cone
}
