// SPDX-License-Identifier: Apache-2.0
import { applyOperator, isLocationTest, isVarRead } from '#system/expression'
import type { Expr, LocationTest, System, VarRead } from '#system/system'

export type Leaf = VarRead | LocationTest
/** What one process knows: the value of a variable or location test, or undefined. */
export type Look = (leaf: Leaf) => number | undefined

/** The value of an expression if it is the same whatever is not known (Kleene's strong three values). */
export function partial(e: Expr, look: Look): number | undefined {
  if (typeof e === 'number') return e
  if (isVarRead(e) || isLocationTest(e)) return look(e)
  const [op, ...rest] = e
  if (op === 'if') {
    const condition = partial(rest[0]!, look)
    if (condition === undefined) {
      const either = rest.slice(1).map((x) => partial(x, look))
      return either[0] === either[1] ? either[0] : undefined
    }
    return partial(rest[condition === 0 ? 2 : 1]!, look)
  }
  if (op === 'at') {
    const index = partial(rest[0]!, look)
    const element = index === undefined ? undefined : rest[1 + index]
    return element === undefined ? undefined : partial(element, look)
  }
  const values = rest.map((x) => partial(x, look))
  if (op === 'and') return values.includes(0) ? 0 : values.includes(undefined) ? undefined : 1
  if (op === 'or')
    return values.some((x) => x !== undefined && x !== 0) ? 1 : values.includes(undefined) ? undefined : 0
  if (op === '*' && values.includes(0)) return 0
  if (values.includes(undefined) || ((op === '/' || op === '%') && values[1] === 0)) return undefined
  return applyOperator(op, values[0]!, values[1])
}

/** Cases after which a condition counts as not shown. */
const patience = 65_536

/** Whether a condition has this truth value under all values of what is not known, by trying them. */
export function isAlways(truth: boolean, e: Expr, look: Look, { variables }: System): boolean {
  const unknown = [...new Map(leavesOf(e).map((leaf) => [JSON.stringify(leaf), leaf])).entries()].filter(
    ([, leaf]) => look(leaf) === undefined,
  )
  const given = new Map<string, number>()
  const seen: Look = (leaf) => look(leaf) ?? given.get(JSON.stringify(leaf))
  let tries = 0
  const all = (i: number): boolean => {
    if (++tries > patience) return false
    const value = partial(e, seen)
    if (value !== undefined) return (value !== 0) === truth
    if (i === unknown.length) return false
    const [name, leaf] = unknown[i]!
    const { min, max } = isVarRead(leaf) ? variables[leaf.v]! : { min: 0, max: 1 }
    for (let x = min; x <= max; x++) {
      given.set(name, x)
      if (!all(i + 1)) return false
      given.delete(name)
    }
    return true
  }
  return all(0)
}

/** Every variable and location test in an expression. */
export const leavesOf = (e: Expr): readonly Leaf[] =>
  typeof e === 'number' ? [] : isVarRead(e) || isLocationTest(e) ? [e] : (e.slice(1) as Expr[]).flatMap(leavesOf)
