// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { and, fold, isApplication, isLocationTest, isVarRead, maxShift, not, or } from '#system/expression'
import type { Expr, Operator, Variable, VarId } from '#system/system'

/** Bounds of what an expression can be, inclusive. */
export interface Interval {
  readonly lo: number
  readonly hi: number
}

/** What is known of variables beyond their declared ranges. */
export type Known = ReadonlyMap<VarId, Interval>

const truth: Interval = { lo: 0, hi: 1 }
const int32: Interval = { lo: -(2 ** 31), hi: 2 ** 31 - 1 }

/**
 * Interval arithmetic over declared ranges: an over-approximation of the values an expression takes in any state.
 * @throws FencecheckError `wrong-expression` if a value may be so large that arithmetic would not be exact.
 */
export function interval(e: Expr, variables: readonly Variable[], known: Known = new Map()): Interval {
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

const hull = (values: readonly number[]): Interval => ({ lo: Math.min(...values) + 0, hi: Math.max(...values) + 0 })
const bits = (n: number): number => (n <= 0 ? 0 : Math.floor(Math.log2(n)) + 1)

/** The condition that an expression's value lies in `min .. max`, as far as that is not certain. */
export function inRange(e: Expr, min: number, max: number, variables: readonly Variable[], known: Known): Expr {
  const { lo, hi } = interval(e, variables, known)
  return and(lo >= min ? 1 : fold(['<=', min, e]), hi <= max ? 1 : fold(['<=', e, max]))
}

/**
 * The condition under which an expression has a value: no division by zero, every index inside its array, operands of
 * bit operators in 32 bits. `and`, `or` and `if` need it only of the operands that they evaluate.
 */
export function defined(e: Expr, variables: readonly Variable[], known: Known = new Map()): Expr {
  if (!isApplication(e) || !isPartial(e)) return 1
  const [op, ...operands] = e
  if (op === 'and' || op === 'or') {
    // An operand is evaluated only if all before it were true (or: false).
    const before: Expr[] = []
    const conditions = operands.map((x): Expr => {
      const needed = defined(x, variables, learn(before, variables, known))
      const condition = needed === 1 ? 1 : or(not(and(...before)), needed)
      before.push(op === 'and' ? x : not(x))
      return condition
    })
    return and(...conditions)
  }
  const [a, b, c] = operands as [Expr, Expr, Expr]
  if (op === 'if') {
    const [then, otherwise] = [defined(b, variables, known), defined(c, variables, known)]
    const branches = then === 1 && otherwise === 1 ? 1 : fold(['if', a, then, otherwise])
    return and(defined(a, variables, known), branches)
  }
  if (op === 'at') {
    const elements = operands.slice(1)
    const inside = inRange(a, 0, elements.length - 1, variables, known)
    const selected = elements.map((x, i) => or(fold(['!=', a, i]), defined(x, variables, known)))
    return and(defined(a, variables, known), inside, ...selected)
  }
  const of = (x: Expr, range: Interval): Expr => inRange(x, range.lo, range.hi, variables, known)
  const own = ((): Expr => {
    switch (op) {
      case '/':
      case '%': {
        const d = interval(b, variables, known)
        return d.lo > 0 || d.hi < 0 ? 1 : fold(['!=', b, 0])
      }
      case '&':
      case '|':
      case '^':
        return and(of(a, int32), of(b, int32))
      case '~':
        return of(a, int32)
      case '<<':
      case '>>':
        return and(of(a, int32), of(b, { lo: 0, hi: maxShift[op] }))
      default:
        return 1
    }
  })()
  return and(...operands.map((x) => defined(x, variables, known)), own)
}

/** Whether there is an operator in it that has no value for some operands. */
const isPartial = (e: Expr): boolean =>
  isApplication(e) && (partial.has(e[0]) || e.some((x, i) => i > 0 && isPartial(x as Expr)))

const partial: ReadonlySet<Operator> = new Set(['/', '%', '&', '|', '^', '~', '<<', '>>', 'at'])

/** What a true guard tells about variables compared with constants; spares range faults that can never happen. */
export function learn(guard: readonly Expr[], variables: readonly Variable[], already: Known = new Map()): Known {
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
