// SPDX-License-Identifier: Apache-2.0
import { isApplication, isLocationTest, isVarRead } from '#system/expression'
import type { Interval } from '#system/interval'
import type { Expr, Variable, VarId } from '#system/system'
import { linear } from './linear-form.ts'

/** The variables whose values may lie in less than their ranges, with what these are then. */
export type Box = Map<VarId, Interval>

/** A box to be looked at. */
export type BoxView = Pick<ReadonlyMap<VarId, Interval>, 'get'>

/**
 * Narrows a box by conditions that hold: comparisons of one variable, however they are written. What it does not understand
 * it leaves aside. False if the conditions exclude each other, as far as is seen.
 */
export function narrow(box: Box, conditions: readonly Expr[], variables: readonly Variable[]): boolean {
  return conditions.every((e) => narrowBy(e, true, box, variables))
}

function narrowBy(e: Expr, holds: boolean, box: Box, variables: readonly Variable[]): boolean {
  if (typeof e === 'number') return (e !== 0) === holds
  if (isLocationTest(e)) return true
  if (isVarRead(e)) return holds ? except(e.v, 0, box, variables) : within(e.v, 0, 0, box, variables)
  if (!isApplication(e)) return true
  const [op, a, b] = e
  if (op === '!') return narrowBy(a!, !holds, box, variables)
  if (op === (holds ? 'and' : 'or')) return (e.slice(1) as Expr[]).every((x) => narrowBy(x, holds, box, variables))
  const equal = op === '==' || op === '!='
  if (!equal && op !== '<' && op !== '<=') return true
  const difference = linear(['-', a!, b!])
  if (difference === undefined || difference.terms.size > 1) return true
  const { constant } = difference
  const [term] = difference.terms
  if (term === undefined) {
    const truth = equal ? (constant === 0) === (op === '==') : op === '<' ? constant < 0 : constant <= 0
    return truth === holds
  }
  const [v, factor] = term
  const root = 0 - constant / factor
  if (equal) {
    if ((op === '==') !== holds) return except(v, root, box, variables)
    return Number.isInteger(root) && within(v, root, root, box, variables)
  }
  // factor * v + constant (< or <=) 0, or its contrary: `v` is at most, or at least, the root.
  const atMost = factor > 0 === holds
  const strict = (op === '<') === holds
  if (atMost) return within(v, -Infinity, strict ? Math.ceil(root) - 1 : Math.floor(root), box, variables)
  return within(v, strict ? Math.floor(root) + 1 : Math.ceil(root), Infinity, box, variables)
}

const boundsOf = (v: VarId, box: Box, variables: readonly Variable[]): Interval =>
  box.get(v) ?? { lo: variables[v]!.min, hi: variables[v]!.max }

function within(v: VarId, lo: number, hi: number, box: Box, variables: readonly Variable[]): boolean {
  const now = boundsOf(v, box, variables)
  const next = { lo: Math.max(now.lo, lo), hi: Math.min(now.hi, hi) }
  box.set(v, next)
  return next.lo <= next.hi
}

/** It is not this number, which tells something where that is an end of what it can be. */
function except(v: VarId, number: number, box: Box, variables: readonly Variable[]): boolean {
  const { lo, hi } = boundsOf(v, box, variables)
  return within(v, number === lo ? lo + 1 : lo, number === hi ? hi - 1 : hi, box, variables)
}
