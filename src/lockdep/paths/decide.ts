// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isApplication, isVarRead } from '#system/expression'
import type { Expr, LocationTest, System, VarId, VarRead } from '#system/system'
import { evaluateKnown, type LocalKnowledge } from './three-valued.ts'

/** Of a condition, over all values that what is unknown can have. */
export type Decision = 'always' | 'never' | 'depends'

/** Cases tried before a condition counts as one that depends, and parts of it that are looked at for them. */
const mostCases = 4_096
const mostLooks = 2 ** 19

/**
 * Whether a condition holds whatever the unknown parts are. Where three-valued evaluation does not tell, the first
 * unknown part that it stumbles over is given each value of its range in turn, and so on; parts that are not needed are
 * never split. That two parts may not be independent is overlooked, which can only make it depend.
 */
export function decide(e: Expr, known: LocalKnowledge, { variables }: Pick<System, 'variables'>): Decision {
  let [cases, size] = [0, 0]
  eachLeaf(e, () => size++)
  const most = Math.min(mostCases, mostLooks / size)
  // What is supposed at the moment; hundreds of things at a time, where a location has as many steps.
  const values = new Map<VarId, number>()
  const tests: { readonly of: LocationTest; readonly x: number }[] = []
  const now: LocalKnowledge = {
    value: (v) => values.get(v) ?? known.value(v),
    test: (at) => tests.find(({ of }) => sameTest(at, of))?.x ?? known.test(at),
  }
  const suppose = (leaf: VarRead | LocationTest, x: number): void => {
    if (isVarRead(leaf)) values.set(leaf.v, x)
    else tests.push({ of: leaf, x })
  }
  const forget = (leaf: VarRead | LocationTest): void => {
    if (isVarRead(leaf)) values.delete(leaf.v)
    else tests.pop()
  }
  const split = (): Decision => {
    const value = evaluateKnown(e, now)
    if (value !== undefined) return value !== 0 ? 'always' : 'never'
    const unknown = firstUnknown(e, now)
    if (unknown === undefined) return 'depends'
    let all: Decision | undefined
    for (const x of isVarRead(unknown) ? rangeOf(variables[unknown.v]!) : [0, 1]) {
      if (++cases > most) return 'depends'
      suppose(unknown, x)
      const decision = split()
      forget(unknown)
      if (decision === 'depends' || (all ??= decision) !== decision) return 'depends'
    }
    return all ?? 'depends'
  }
  return split()
}

const rangeOf = ({ min, max }: System['variables'][number]): Iterable<number> =>
  max - min < mostCases ? Array.from({ length: max - min + 1 }, (_, i) => min + i) : []

const sameTest = (a: LocationTest, b: LocationTest): boolean =>
  a.process === b.process && a.in.length === b.in.length && a.in.every((l, i) => l === b.in[i])

/** A part that keeps the value of an undecided expression open; undefined where it has none for other reasons. */
function firstUnknown(e: Expr, known: LocalKnowledge): VarRead | LocationTest | undefined {
  if (typeof e === 'number') return undefined
  if (!isApplication(e)) return evaluateKnown(e, known) === undefined ? e : undefined
  for (const operand of e.slice(1) as Expr[])
    if (evaluateKnown(operand, known) === undefined) {
      const unknown = firstUnknown(operand, known)
      if (unknown !== undefined) return unknown
    }
  return undefined
}
