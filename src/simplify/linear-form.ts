// SPDX-License-Identifier: Apache-2.0
import { isLocationTest, isVarRead } from '#system/expression'
import type { Expr, VarId } from '#system/system'

/** `terms . variables + constant`. */
export interface Linear {
  readonly terms: ReadonlyMap<VarId, number>
  readonly constant: number
}

/** The expression as a linear one; undefined if it is none. */
export function linear(e: Expr): Linear | undefined {
  if (typeof e === 'number') return { terms: new Map(), constant: e }
  if (isVarRead(e)) return { terms: new Map([[e.v, 1]]), constant: 0 }
  if (isLocationTest(e)) return undefined
  const [op, ...operands] = e
  if (op !== '+' && op !== '-' && op !== 'neg' && op !== '*') return undefined
  const parts = operands.map(linear)
  if (parts.includes(undefined)) return undefined
  const [a, b] = parts as [Linear, Linear]
  if (op === 'neg') return scaled(a, -1)
  if (op === '+') return sum(a, b)
  if (op === '-') return sum(a, scaled(b, -1))
  if (a.terms.size === 0) return scaled(b, a.constant)
  return b.terms.size === 0 ? scaled(a, b.constant) : undefined
}

const scaled = ({ terms, constant }: Linear, by: number): Linear => ({
  terms: new Map(by === 0 ? [] : [...terms].map(([v, c]) => [v, c * by])),
  constant: constant * by + 0,
})

function sum(a: Linear, b: Linear): Linear {
  const terms = new Map(a.terms)
  for (const [v, c] of b.terms) {
    const now = (terms.get(v) ?? 0) + c
    if (now === 0) terms.delete(v)
    else terms.set(v, now)
  }
  return { terms, constant: a.constant + b.constant }
}
