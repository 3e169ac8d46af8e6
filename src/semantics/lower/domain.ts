// SPDX-License-Identifier: Apache-2.0
import { and, fold, isApplication, maxShift, not, or } from '#system/expression'
import { int32, interval, learn, type Interval, type KnownRanges } from '#system/interval'
import type { Expr, Operator, Variable } from '#system/system'

/** The condition that an expression's value lies in `min .. max`, as far as that is not certain. */
export function inRange(e: Expr, min: number, max: number, variables: readonly Variable[], known: KnownRanges): Expr {
  const { lo, hi } = interval(e, variables, known)
  return and(lo >= min ? 1 : fold(['<=', min, e]), hi <= max ? 1 : fold(['<=', e, max]))
}

/**
 * The condition under which an expression has a value: no division by zero, every index inside its array, operands of
 * bit operators in 32 bits. `and`, `or` and `if` need it only of the operands that they evaluate.
 */
export function defined(e: Expr, variables: readonly Variable[], known: KnownRanges = new Map()): Expr {
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
