// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { isApplication, isLocationTest, isVarRead, maxShift } from './expression.ts'
import type { Expr, Variable, VarId } from './system.ts'

/** Bounds of what an expression can be, inclusive. */
export interface Interval {
  readonly lo: number
  readonly hi: number
}

/** What is known of variables beyond their declared ranges. */
export type KnownRanges = ReadonlyMap<VarId, Interval>

const truth: Interval = { lo: 0, hi: 1 }
export const int32: Interval = { lo: -(2 ** 31), hi: 2 ** 31 - 1 }

/**
 * Interval arithmetic over declared ranges: an over-approximation of the values an expression takes in any state.
 * @throws FencecheckError `wrong-expression` if a value may be so large that arithmetic would not be exact.
 */
export function interval(e: Expr, variables: readonly Variable[], known: KnownRanges = new Map()): Interval {
  if (typeof e === 'number') return { lo: e, hi: e }
  if (isVarRead(e)) return known.get(e.v) ?? { lo: variables[e.v]!.min, hi: variables[e.v]!.max }
  if (isLocationTest(e)) return truth
  const [op, ...operands] = e
  const parts = operands.map((x) => interval(x, variables, known))
  const [a, b, c] = parts as [Interval, Interval, Interval]
  const result = ((): Interval => {
    switch (op) {
      case 'neg':
        return { lo: 0 - a.hi, hi: 0 - a.lo }
      case '+':
        return { lo: a.lo + b.lo, hi: a.hi + b.hi }
      case '-':
        return { lo: a.lo - b.hi, hi: a.hi - b.lo }
      case '*':
        return hull([a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi])
      case '/': {
        const m = Math.max(Math.abs(a.lo), Math.abs(a.hi))
        return b.lo > 0
          ? hull([a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi].map(Math.trunc))
          : { lo: 0 - m, hi: m }
      }
      case '%': {
        const m = Math.max(Math.abs(b.lo), Math.abs(b.hi), 1) - 1
        return { lo: a.lo < 0 ? Math.max(a.lo, 0 - m) : 0, hi: a.hi > 0 ? Math.min(a.hi, m) : 0 }
      }
      case '&':
        return a.lo >= 0 || b.lo >= 0
          ? { lo: 0, hi: Math.min(...[a, b].filter((x) => x.lo >= 0).map((x) => x.hi)) }
          : int32
      case '|':
      case '^':
        return a.lo >= 0 && b.lo >= 0 ? { lo: 0, hi: 2 ** bits(Math.max(a.hi, b.hi)) - 1 } : int32
      case '~':
        return { lo: -1 - a.hi, hi: -1 - a.lo }
      case '<<': {
        const shift = 2 ** Math.min(Math.max(0, b.hi), maxShift['<<'])
        return hull([a.lo, a.lo * shift, a.hi, a.hi * shift])
      }
      case '>>':
        return { lo: Math.min(a.lo, 0), hi: Math.max(a.hi, 0) }
      case 'if':
        return { lo: Math.min(b.lo, c.lo), hi: Math.max(b.hi, c.hi) }
      case 'at':
        return { lo: Math.min(...parts.slice(1).map((x) => x.lo)), hi: Math.max(...parts.slice(1).map((x) => x.hi)) }
      default:
        return truth
    }
  })()
  if (!Number.isSafeInteger(result.lo) || !Number.isSafeInteger(result.hi))
    throw new FencecheckError('wrong-expression', `the value of a '${op}' may exceed 2^53 and would not be exact`, {
      fix: 'declare smaller ranges for its variables',
    })
  return result
}

/** Whether no value on the way to that of an expression may be so large that arithmetic would not be exact. */
export function isExact(e: Expr, variables: readonly Variable[]): boolean {
  try {
    interval(e, variables)
    return true
  } catch (error) {
    if (error instanceof FencecheckError) return false
    throw error
  }
}

const hull = (values: readonly number[]): Interval => ({ lo: Math.min(...values) + 0, hi: Math.max(...values) + 0 })
const bits = (n: number): number => (n <= 0 ? 0 : Math.floor(Math.log2(n)) + 1)

/** What a true guard tells about variables compared with constants; spares range faults that can never happen. */
export function learn(
  guard: readonly Expr[],
  variables: readonly Variable[],
  already: KnownRanges = new Map(),
): KnownRanges {
  const known = new Map(already)
  const narrow = (v: VarId, lo: number, hi: number): void => {
    const now = known.get(v) ?? { lo: variables[v]!.min, hi: variables[v]!.max }
    const next = { lo: Math.max(now.lo, lo), hi: Math.min(now.hi, hi) }
    if (next.lo <= next.hi) known.set(v, next)
  }
  for (const g of guard) {
    if (isVarRead(g) && variables[g.v]!.min >= 0) narrow(g.v, 1, Infinity)
    if (!isApplication(g)) continue
    const [op, a, b] = g as [string, Expr, Expr]
    if (op === '!' && isVarRead(a)) narrow(a.v, 0, 0)
    const strict = op === '<' ? 1 : 0
    if (isVarRead(a) && typeof b === 'number') {
      if (op === '==') narrow(a.v, b, b)
      if (op === '<' || op === '<=') narrow(a.v, -Infinity, b - strict)
      if (op === '!=' && b === variables[a.v]!.min) narrow(a.v, b + 1, Infinity)
      if (op === '!=' && b === variables[a.v]!.max) narrow(a.v, -Infinity, b - 1)
    }
    if (typeof a === 'number' && b !== undefined && isVarRead(b)) {
      if (op === '==') narrow(b.v, a, a)
      if (op === '<' || op === '<=') narrow(b.v, a + strict, Infinity)
    }
  }
  return known
}
