// SPDX-License-Identifier: Apache-2.0
import { conjuncts, isApplication } from './expression.ts'
import type { Expr, Transition } from './system.ts'

/**
 * The conjuncts of a guard, as text, whose contrary is a fault: they hold wherever the rest of the guard does and none of
 * these faults of the same step is enabled. Of each fault all conditions are among the rest but for the last, which is `not`
 * of such conjuncts. The rest may contain what an earlier fault has shown to hold, not what only a later one does.
 */
export function impliedWithout(
  faults: readonly Pick<Transition, 'guard'>[],
  guard: readonly Expr[],
): ReadonlySet<string> {
  const implied = new Set<string>()
  if (faults.length === 0) return implied
  const needs = new Set(guard.map(textOf))
  const open = faults.map(({ guard: conditions }) => {
    const [last, ...others] = conditions.toReversed()
    const denied = last !== undefined && isApplication(last) && last[0] === '!' ? conjuncts(last[1]!) : []
    return { claims: denied.map(textOf), others: others.map(textOf) }
  })
  for (const [i, { claims, others }] of open.entries()) {
    const later = new Set(open.slice(i).flatMap((fault) => fault.claims))
    if (others.every((g) => needs.has(g) && !later.has(g))) for (const claim of claims) implied.add(claim)
  }
  return implied
}

const textOf = (e: Expr): string => JSON.stringify(e)
