// SPDX-License-Identifier: Apache-2.0
import { unreachable } from '#base/assert'
import type { Application, Expr, LocationId, LocationTest, Operator, ProcessId, VarId, VarRead } from './system.ts'

export const isApplication = (e: Expr): e is Application => Array.isArray(e)
export const isVarRead = (e: Expr): e is VarRead => typeof e === 'object' && 'v' in e
export const isLocationTest = (e: Expr): e is LocationTest => typeof e === 'object' && 'process' in e

/** How an evaluator looks into a state, whatever the state is made of. */
export interface Reader<S> {
  value(state: S, variable: VarId): number
  location(state: S, process: ProcessId): LocationId
  /** A faster way to the value of this very expression, if the reader has one. */
  compiled?(e: Expr): ((state: S) => number) | undefined
  /** Faster ways to the values of these, all at once, if the reader can make them. */
  compile?(expressions: readonly Expr[]): readonly ((state: S) => number)[] | undefined
}

/** {@link evaluator} of each, made together. */
export const evaluators = <S>(expressions: readonly Expr[], reader: Reader<S>): readonly ((state: S) => number)[] =>
  reader.compile?.(expressions) ?? expressions.map((e) => evaluator(e, reader))

/**
 * The meaning of every operator on numbers: exact whole-number arithmetic; `/` and `%` truncate towards zero; the bit
 * operators act on 32-bit two's complement. Lowering guarantees that no operand here lies outside an operator's
 * domain (`domain.ts` in `semantics/lower`).
 */
export function applyOperator(op: Exclude<Operator, 'and' | 'or' | 'if' | 'at'>, a: number, b = 0): number {
  switch (op) {
    case '!':
      return a === 0 ? 1 : 0
    case 'neg':
      return 0 - a
    case '~':
      return ~a
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return Math.trunc(a / b) + 0
    case '%':
      return (a % b) + 0
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '<<':
      return a * 2 ** b
    case '>>':
      return a >> b
    case '==':
      return a === b ? 1 : 0
    case '!=':
      return a === b ? 0 : 1
    case '<':
      return a < b ? 1 : 0
    case '<=':
      return a <= b ? 1 : 0
    default:
      return unreachable(op)
  }
}

/**
 * Turns an expression into a function of a state. `and`, `or`, `if` and `at` evaluate only what they need. It never
 * throws: where an expression has no value, which no enabled transition ever asks for, some number comes out.
 */
export function evaluator<S>(e: Expr, reader: Reader<S>): (state: S) => number {
  const compiled = reader.compiled?.(e)
  if (compiled !== undefined) return compiled
  if (typeof e === 'number') return () => e
  if (isVarRead(e)) {
    const { v } = e
    return (s) => reader.value(s, v)
  }
  if (isLocationTest(e)) {
    const { process, in: locations } = e
    return (s) => (locations.includes(reader.location(s, process)) ? 1 : 0)
  }
  const [op, ...operands] = e
  const parts = operands.map((x) => evaluator(x, reader))
  const [first, second, third] = parts as [(s: S) => number, (s: S) => number, (s: S) => number]
  switch (op) {
    case 'and':
      return (s) => (parts.every((part) => part(s) !== 0) ? 1 : 0)
    case 'or':
      return (s) => (parts.some((part) => part(s) !== 0) ? 1 : 0)
    case 'if':
      return (s) => (first(s) !== 0 ? second(s) : third(s))
    case 'at':
      return (s) => {
        const index = first(s)
        return (index < 0 ? undefined : parts[1 + index])?.(s) ?? 0
      }
    case '==':
      return (s) => (first(s) === second(s) ? 1 : 0)
    case '!':
      return (s) => (first(s) === 0 ? 1 : 0)
    default:
      return parts.length === 1 ? (s) => applyOperator(op, first(s)) : (s) => applyOperator(op, first(s), second(s))
  }
}

/** Rebuilds an expression from its leaves up. */
export function mapLeaves(e: Expr, leaf: (x: number | VarRead | LocationTest) => Expr): Expr {
  if (!isApplication(e)) return leaf(e)
  const [op, ...operands] = e
  return fold([op, ...operands.map((x) => mapLeaves(x, leaf))])
}

/** Calls `visit` on every leaf. */
export function eachLeaf(e: Expr, visit: (x: number | VarRead | LocationTest) => void): void {
  if (!isApplication(e)) return visit(e)
  for (const x of e.slice(1) as Expr[]) eachLeaf(x, visit)
}

/** Simplifies one application whose operands are simplified already; the value in every state stays the same. */
export function fold(e: Application): Expr {
  const [op, ...operands] = e
  const [a, b, c] = operands as [Expr, Expr, Expr]
  switch (op) {
    case 'and': {
      const rest = operands.flatMap((x) => (isApplication(x) && x[0] === 'and' ? (x.slice(1) as Expr[]) : [x]))
      if (rest.includes(0)) return 0
      const kept = rest.filter((x) => typeof x !== 'number')
      if (kept.length === 0) return 1
      return kept.length === 1 && isTruth(kept[0]!) ? kept[0]! : ['and', ...kept]
    }
    case 'or': {
      const rest = operands.flatMap((x) => (isApplication(x) && x[0] === 'or' ? (x.slice(1) as Expr[]) : [x]))
      if (rest.some((x) => typeof x === 'number' && x !== 0)) return 1
      const kept = rest.filter((x) => typeof x !== 'number')
      if (kept.length === 0) return 0
      return kept.length === 1 && isTruth(kept[0]!) ? kept[0]! : ['or', ...kept]
    }
    case 'if':
      return typeof a === 'number' ? (a !== 0 ? b : c) : e
    case 'at':
      return typeof a === 'number' && a >= 0 && a < operands.length - 1 ? operands[a + 1]! : e
    case '/':
    case '%':
      return typeof a === 'number' && typeof b === 'number' && b !== 0 ? applyOperator(op, a, b) : e
    case '!':
      if (isApplication(a) && a[0] === '!' && isTruth(a[1]!)) return a[1]!
      return typeof a === 'number' ? applyOperator(op, a) : e
    case 'neg':
      return typeof a === 'number' ? applyOperator(op, a) : e
    case '~':
      return typeof a === 'number' && a === (a | 0) ? applyOperator(op, a) : e
    case '+':
    case '-':
      if (b === 0) return a
      if (op === '+' && a === 0) return b
      break
    default:
  }
  if (typeof a !== 'number' || typeof b !== 'number' || !inDomain(op, a, b)) return e
  const result = applyOperator(op, a, b)
  return Number.isSafeInteger(result) ? result : e
}

/** Shift counts that keep a result exact; see `domain.ts` in `semantics/lower`. */
export const maxShift = { '<<': 20, '>>': 31 } as const

/** Whether an operator has a value for these operands; what has none is kept, to be reported where it is evaluated. */
function inDomain(op: Operator, a: number, b: number): boolean {
  const int32 = (x: number): boolean => x === (x | 0)
  if (op === '&' || op === '|' || op === '^') return int32(a) && int32(b)
  return op === '<<' || op === '>>' ? int32(a) && b >= 0 && b <= maxShift[op] : true
}

/** Whether the expression can only be 0 or 1. */
export const isTruth = (e: Expr): boolean =>
  typeof e === 'number'
    ? e === 0 || e === 1
    : isLocationTest(e) || (isApplication(e) && ['!', '==', '!=', '<', '<=', 'and', 'or'].includes(e[0]))

/** The conjuncts of a condition. */
export const conjuncts = (e: Expr): readonly Expr[] =>
  e === 1 ? [] : isApplication(e) && e[0] === 'and' ? (e.slice(1) as Expr[]) : [e]

export const and = (...es: Expr[]): Expr => fold(['and', ...es])
export const or = (...es: Expr[]): Expr => fold(['or', ...es])
export const not = (e: Expr): Expr => fold(['!', e])
