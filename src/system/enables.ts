// SPDX-License-Identifier: Apache-2.0
import { assignment } from './assignment.ts'
import { evaluator, type Reader } from './expression.ts'
import { evaluatedBy, looksAtLocations, processesLookedAt, readsOf, writesOf } from './footprint.ts'
import { moversOf } from './moves.ts'
import type { Expr, System, TransitionId, VarId } from './system.ts'

/** Valuations tried before a question is answered with "it may". */
const tries = 2 ** 14

/**
 * Whether firing a transition can turn a condition from false to true, by trying every valuation of the variables
 * that matter. What would take a variable out of its range is not fired. An over-approximation: conditions that look at
 * locations, or at too many values, count as affected whenever the transition changes anything they read.
 */
export const canEnable = (system: System, id: TransitionId, condition: Expr): boolean =>
  canBe(system, id, condition, (before, after) => !before && after)

/** Whether a condition can be true after a transition that changes anything it reads, whatever it was before; likewise. */
export const canHoldAfter = (system: System, id: TransitionId, condition: Expr): boolean =>
  canBe(system, id, condition, (_, after) => after)

/** Whether what a condition is before and after a transition that changes anything it reads can be such. */
function canBe(
  system: System,
  id: TransitionId,
  condition: Expr,
  isSuch: (before: boolean, after: boolean) => boolean,
): boolean {
  const { effect, guard } = system.transitions[id]!
  const looked = processesLookedAt(condition)
  if (looked.size > 0)
    return moversOf(system.transitions[id]!).some((process) => looked.has(process)) || touches(effect, condition)
  if (!touches(effect, condition)) return false
  const read = readsOf(condition)
  const matter = new Set(read)
  for (const assign of effect)
    if (writesOf(assign).some((v) => read.has(v))) for (const e of evaluatedBy(assign)) readsOf(e, matter)
  // Conjuncts over variables that do not matter are left out: taking them as true only adds cases.
  const conditions = guard.filter((g) => !looksAtLocations(g) && [...readsOf(g)].every((v) => matter.has(v)))
  const variables = [...matter]
  const size = variables.reduce((n, v) => n * (system.variables[v]!.max - system.variables[v]!.min + 1), 1)
  if (size > tries) return true

  const reader: Reader<Map<VarId, number>> = { value: (s, v) => s.get(v) as number, location: () => 0 }
  const holds = evaluator(condition, reader)
  const enabled = conditions.map((g) => evaluator(g, reader))
  const writes = effect
    .filter((assign) => writesOf(assign).some((v) => read.has(v)))
    .map((assign) => assignment(assign, reader))
  const valuation = new Map<VarId, number>()
  const search = (i: number): boolean => {
    if (i < variables.length) {
      const { min, max } = system.variables[variables[i]!]!
      for (let x = min; x <= max; x++) {
        valuation.set(variables[i]!, x)
        if (search(i + 1)) return true
      }
      return false
    }
    if (enabled.some((g) => g(valuation) === 0)) return false
    const after = new Map(valuation)
    for (const { target, value } of writes) after.set(target(valuation), value(valuation))
    return (
      isSuch(holds(valuation) !== 0, holds(after) !== 0) &&
      [...after].every(([v, value]) => isInRange(system, v, value))
    )
  }
  return search(0)
}

function isInRange({ variables }: System, v: VarId, value: number): boolean {
  const variable = variables[v]
  return variable !== undefined && variable.min <= value && value <= variable.max
}

const touches = (effect: System['transitions'][number]['effect'], condition: Expr): boolean => {
  const read = readsOf(condition)
  return effect.some((assign) => writesOf(assign).some((v) => read.has(v)))
}
