// SPDX-License-Identifier: Apache-2.0
import { isApplication, isVarRead } from '#system/expression'
import type { Expr, LocationTest, System, VarRead } from '#system/system'
import { evaluateKnown, type Known } from './three-valued.ts'

/** Of a condition, over all values that what is unknown can have. */
export type Decision = 'always' | 'never' | 'depends'

/** Cases tried before a condition counts as one that depends. */
const mostCases = 4_096

/**
 * Whether a condition holds whatever the unknown parts are. Where three-valued evaluation does not tell, the first
 * unknown part that it stumbles over is given each value of its range in turn, and so on; parts that are not needed are
 * never split. That two parts may not be independent is overlooked, which can only make it depend.
 */
export function decide(e: Expr, known: Known, { variables }: Pick<System, 'variables'>): Decision {
  let cases = 0
  const split = (now: Known): Decision => {
    const value = evaluateKnown(e, now)
    if (value !== undefined) return value !== 0 ? 'always' : 'never'
    const unknown = firstUnknown(e, now)
    if (unknown === undefined) return 'depends'
    let all: Decision | undefined
    for (const x of isVarRead(unknown) ? rangeOf(variables[unknown.v]!) : [0, 1]) {
      if (++cases > mostCases) return 'depends'
      const decision = split(supposing(now, unknown, x))
      if (decision === 'depends' || (all ??= decision) !== decision) return 'depends'
    }
    return all ?? 'depends'
  }
  return split(known)
}

const rangeOf = ({ min, max }: System['variables'][number]): Iterable<number> =>
  max - min < mostCases ? Array.from({ length: max - min + 1 }, (_, i) => min + i) : []

function supposing(known: Known, leaf: VarRead | LocationTest, x: number): Known {
  return isVarRead(leaf)
    ? { value: (v) => (v === leaf.v ? x : known.value(v)), test: known.test }
    : { value: known.value, test: (at) => (sameTest(at, leaf) ? x : known.test(at)) }
}

const sameTest = (a: LocationTest, b: LocationTest): boolean =>
  a.process === b.process && a.in.length === b.in.length && a.in.every((l, i) => l === b.in[i])

/** A part that keeps the value of an undecided expression open; undefined where it has none for other reasons. */
function firstUnknown(e: Expr, known: Known): VarRead | LocationTest | undefined {
  if (typeof e === 'number') return undefined
  if (!isApplication(e)) return evaluateKnown(e, known) === undefined ? e : undefined
  for (const operand of e.slice(1) as Expr[])
    if (evaluateKnown(operand, known) === undefined) {
      const unknown = firstUnknown(operand, known)
      if (unknown !== undefined) return unknown
    }
  return undefined
}
