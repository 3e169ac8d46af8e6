// SPDX-License-Identifier: Apache-2.0
import { isApplication, isLocationTest, isVarRead } from '#system/expression'
import type { Expr, Variable } from '#system/system'

/** A bound on the absolute value of an expression in any state, from declared ranges alone; never less than the truth. */
export function magnitude(e: Expr, variables: readonly Variable[]): number {
  if (typeof e === 'number') return Math.abs(e)
  if (isVarRead(e)) return Math.max(Math.abs(variables[e.v]!.min), Math.abs(variables[e.v]!.max))
  if (isLocationTest(e) || !isApplication(e)) return 1
  const [op, ...operands] = e
  const parts = operands.map((x) => magnitude(x, variables))
  const [a, b = 0, c = 0] = parts as [number, number?, number?]
  switch (op) {
    case 'neg':
    case '/':
    case '%':
    case '>>':
      return a
    case '+':
    case '-':
      return a + b
    case '*':
      return a * b
    case '<<':
      return a * 2 ** b
    case '~':
      return a + 1
    case '&':
    case '|':
    case '^':
      return 2 ** Math.ceil(Math.log2(Math.max(a, b) + 1))
    case 'if':
      return Math.max(b, c)
    case 'at':
      return Math.max(...parts.slice(1))
    default:
      return 1
  }
}
