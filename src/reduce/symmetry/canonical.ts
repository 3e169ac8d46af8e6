// SPDX-License-Identifier: Apache-2.0
import { isApplication, isLocationTest, isTruth, isVarRead } from '#system/expression'
import type { Assign, Expr, ProcessId, Transition, Variable, VarId } from '#system/system'

/** Which process and variable stands for which. */
export interface Renaming {
  readonly process: (id: ProcessId) => ProcessId
  readonly variable: (id: VarId) => VarId
  /** Of which variables; a renaming keeps ranges. */
  readonly variables: readonly Variable[]
}

export const unchanged = (variables: readonly Variable[]): Renaming => ({
  process: (id) => id,
  variable: (id) => id,
  variables,
})

/** Operators whose operands may change places. */
const commutative: ReadonlySet<string> = new Set(['and', 'or', '+', '*', '==', '!=', '&', '|', '^'])
/** Operators whose operands may also be grouped otherwise; sums too, where they are exact however they are grouped. */
const associative: ReadonlySet<string> = new Set(['and', 'or', '&', '|', '^'])

/**
 * A text for an expression once it is renamed: equal texts mean equal values in every state. The other way round it
 * knows only that operands of commutative operators may change places and those of associative ones be regrouped.
 */
export function canonicalExpr(e: Expr, renaming: Renaming): string {
  if (typeof e === 'number') return `${e}`
  if (isVarRead(e)) return `v${renaming.variable(e.v)}`
  if (isLocationTest(e)) return `p${renaming.process(e.process)}@${e.in.toSorted((a, b) => a - b).join('|')}`
  const parts = operands(e, e[0], renaming.variables).map((x) => canonicalExpr(x, renaming))
  return `${e[0]}(${(commutative.has(e[0]) ? parts.sort() : parts).join(',')})`
}

function operands(e: Expr, op: string, variables: readonly Variable[]): readonly Expr[] {
  if (!isApplication(e) || e[0] !== op) return [e]
  const own = e.slice(1) as Expr[]
  if (op === '+') {
    const terms = own.flatMap((x) => operands(x, op, variables))
    return terms.length <= 2 ** 20 && terms.every((x) => isSmall(x, variables)) ? terms : own
  }
  return associative.has(op) ? own.flatMap((x) => operands(x, op, variables)) : own
}

/** Whether a term is certain to lie within 2^32: then 2^20 of them have an exact sum in any order. */
function isSmall(e: Expr, variables: readonly Variable[]): boolean {
  if (typeof e === 'number') return Math.abs(e) <= 2 ** 32
  if (isVarRead(e)) return isSmall(variables[e.v]!.min, variables) && isSmall(variables[e.v]!.max, variables)
  if (isTruth(e)) return true
  return isApplication(e) && e[0] === 'if' && isSmall(e[2]!, variables) && isSmall(e[3]!, variables)
}

/** A text for a condition that is given by its conjuncts. */
export const canonicalGuard = (guard: readonly Expr[], renaming: Renaming): string =>
  guard
    .flatMap((g) => operands(g, 'and', renaming.variables))
    .map((g) => canonicalExpr(g, renaming))
    .sort()
    .join(' ')

const canonicalAssign = ({ to, value }: Assign, renaming: Renaming): string => {
  const target =
    typeof to === 'number'
      ? `v${renaming.variable(to)}`
      : `at(${canonicalExpr(to[1], renaming)};${(to.slice(2) as VarId[]).map(renaming.variable).join(',')})`
  return `${target}:=${canonicalExpr(value, renaming)}`
}

/** A text for all that a transition does and that is judged of it; not where in the model it comes from. */
export function canonicalTransition(transition: Transition, renaming: Renaming): string {
  const { process, from, to, joint = [], guard, effect, fault, tag, retry } = transition
  return JSON.stringify([
    renaming.process(process),
    from,
    to,
    joint.map((move) => `${renaming.process(move.process)}:${move.from}:${move.to}`).sort(),
    canonicalGuard(guard, renaming),
    effect.map((assign) => canonicalAssign(assign, renaming)).sort(),
    fault === undefined ? '' : `${fault.kind} ${fault.code}`,
    tag ?? '',
    retry === true,
  ])
}
