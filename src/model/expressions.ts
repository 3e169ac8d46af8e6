// SPDX-License-Identifier: Apache-2.0
import { inspect } from 'node:util'
import { FencecheckError } from '#base/errors'
import type { FixedOperator, ModelExpr } from '#ir/expression'
import type { ModelTarget } from '#ir/model'
import { Built, Element, ObjectHandle, VariableHandle, type Assignable, type Expression } from './handle.ts'
import { callerSite } from './site.ts'

/** The plain data of an expression, with every model its names belong to. */
export function build(e: Expression): Built {
  if (e instanceof Built) return e
  if (typeof e === 'number') return new Built(e, [])
  if (typeof e === 'boolean') return new Built(e ? 1 : 0, [])
  if (e instanceof VariableHandle) return new Built(e.name, [e.model])
  if (e instanceof Element) {
    const index = build(e.index)
    return new Built(['at', e.array.name, index.expr], [e.array.model, ...index.models])
  }
  throw new FencecheckError('wrong-expression', `${shown(e)} is not an expression`, {
    site: callerSite(),
    fix: 'build it with eq(), and(), field(), ... or use a variable',
  })
}

const shown = (e: unknown): string =>
  e instanceof ObjectHandle ? `object '${e.name}'` : inspect(e, { depth: 0, breakLength: Infinity })

/** Where an assignment goes, as plain data. */
export const target = (to: Assignable): ModelTarget =>
  to instanceof Element ? ['at', to.array.name, build(to.index).expr] : to.name

/** The assignments of one step, as plain data. */
export const assignments = (set: readonly (readonly [Assignable, Expression])[]) =>
  set.map(([to, value]) => [target(to), build(value).expr] as const)

function apply(op: FixedOperator | 'and' | 'or', operands: readonly Expression[]): Built {
  const parts = operands.map(build)
  const expr = [op, ...parts.map((part) => part.expr)] as unknown as ModelExpr
  return new Built(
    expr,
    parts.flatMap((part) => part.models),
  )
}

// Any value but 0 is true; comparisons and connectives are 1 or 0. Arithmetic is exact: nothing wraps around, and an expression
// whose value might leave 2^53, by the ranges of its variables, is refused (`wrong-expression`). What has no value where it is
// evaluated is a violation (`range`, code `undefined-value`).

/** 1 if both have the same value, else 0. */
export const eq = (a: Expression, b: Expression): Built => apply('==', [a, b])
/** 1 if the values differ, else 0. */
export const ne = (a: Expression, b: Expression): Built => apply('!=', [a, b])
/** 1 if `a` is less than `b`, else 0. */
export const lt = (a: Expression, b: Expression): Built => apply('<', [a, b])
/** 1 if `a` is at most `b`, else 0. */
export const le = (a: Expression, b: Expression): Built => apply('<=', [a, b])
/** 1 if `a` is greater than `b`, else 0. */
export const gt = (a: Expression, b: Expression): Built => apply('>', [a, b])
/** 1 if `a` is at least `b`, else 0. */
export const ge = (a: Expression, b: Expression): Built => apply('>=', [a, b])
/** 1 if all are true (not 0), as of none; else 0. From left to right: nothing behind the first that is false is evaluated. */
export const and = (...all: readonly Expression[]): Built => apply('and', all)
/** 1 if one is true (not 0); else 0, as of none. From left to right: nothing behind the first that is true is evaluated. */
export const or = (...any: readonly Expression[]): Built => apply('or', any)
/** 1 if `a` is 0, else 0. */
export const not = (a: Expression): Built => apply('!', [a])
/** The sum, exact. */
export const add = (a: Expression, b: Expression): Built => apply('+', [a, b])
/** `a` less `b`, exact. */
export const sub = (a: Expression, b: Expression): Built => apply('-', [a, b])
/** The product, exact. */
export const mul = (a: Expression, b: Expression): Built => apply('*', [a, b])
/** The quotient, truncated towards zero: -7 / 2 is -3. Dividing by zero is a violation (`range`). */
export const div = (a: Expression, b: Expression): Built => apply('/', [a, b])
/** The remainder of `div`, with the sign of `a`: -7 % 2 is -1. Dividing by zero is a violation (`range`). */
export const mod = (a: Expression, b: Expression): Built => apply('%', [a, b])
/** `-a`. */
export const neg = (a: Expression): Built => apply('neg', [a])
/**
 * The bits that both have, in 32-bit two's complement. As of all bit operators, an operand outside -2^31 .. 2^31 - 1 is a
 * violation (`range`).
 */
export const bitAnd = (a: Expression, b: Expression): Built => apply('&', [a, b])
/** The bits that one or both have; operands as of `bitAnd`. */
export const bitOr = (a: Expression, b: Expression): Built => apply('|', [a, b])
/** The bits that one of them has and the other has not; operands as of `bitAnd`. */
export const bitXor = (a: Expression, b: Expression): Built => apply('^', [a, b])
/** All bits inverted: `-1 - a`; the operand as of `bitAnd`. */
export const bitNot = (a: Expression): Built => apply('~', [a])
/**
 * `a * 2^b`, exact: no bits are lost, so the result may have more than 32 bits. `a` is a 32-bit number as of `bitAnd`, `b` is
 * 0 .. 20; anything else is a violation (`range`).
 */
export const shiftLeft = (a: Expression, b: Expression): Built => apply('<<', [a, b])
/**
 * `a / 2^b` rounded down, so -1 stays -1. `a` is a 32-bit number as of `bitAnd`, `b` is 0 .. 31; anything else is a violation
 * (`range`).
 */
export const shiftRight = (a: Expression, b: Expression): Built => apply('>>', [a, b])
/** `then` if the condition is true (not 0), else `otherwise`; the other one is not evaluated, so it need not have a value. */
export const ifElse = (condition: Expression, then: Expression, otherwise: Expression): Built =>
  apply('if', [condition, then, otherwise])

/** The process that evaluates it holds the object, in whatever mode. */
export const holds = (object: ObjectHandle): Built => new Built({ holds: object.name }, [object.model])
/** A shared field of an object: `field(fence, 'published')`. */
export const field = (object: ObjectHandle, name: string): Built =>
  new Built({ field: name, of: object.name }, [object.model])
/** The named process is at one of these locations (`t.label('name')`, or a state of `m.machine`). */
export const at = (process: string, ...locations: readonly string[]): Built => new Built({ process, in: locations }, [])
