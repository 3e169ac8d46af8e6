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

export const eq = (a: Expression, b: Expression): Built => apply('==', [a, b])
export const ne = (a: Expression, b: Expression): Built => apply('!=', [a, b])
export const lt = (a: Expression, b: Expression): Built => apply('<', [a, b])
export const le = (a: Expression, b: Expression): Built => apply('<=', [a, b])
export const gt = (a: Expression, b: Expression): Built => apply('>', [a, b])
export const ge = (a: Expression, b: Expression): Built => apply('>=', [a, b])
export const and = (...all: readonly Expression[]): Built => apply('and', all)
export const or = (...any: readonly Expression[]): Built => apply('or', any)
export const not = (a: Expression): Built => apply('!', [a])
export const add = (a: Expression, b: Expression): Built => apply('+', [a, b])
export const sub = (a: Expression, b: Expression): Built => apply('-', [a, b])
export const mul = (a: Expression, b: Expression): Built => apply('*', [a, b])
/** Truncates towards zero; dividing by zero is a violation (`range`). */
export const div = (a: Expression, b: Expression): Built => apply('/', [a, b])
/** The remainder, with the sign of `a`. */
export const mod = (a: Expression, b: Expression): Built => apply('%', [a, b])
export const neg = (a: Expression): Built => apply('neg', [a])
export const bitAnd = (a: Expression, b: Expression): Built => apply('&', [a, b])
export const bitOr = (a: Expression, b: Expression): Built => apply('|', [a, b])
export const bitXor = (a: Expression, b: Expression): Built => apply('^', [a, b])
export const bitNot = (a: Expression): Built => apply('~', [a])
export const shiftLeft = (a: Expression, b: Expression): Built => apply('<<', [a, b])
export const shiftRight = (a: Expression, b: Expression): Built => apply('>>', [a, b])
export const ifElse = (condition: Expression, then: Expression, otherwise: Expression): Built =>
  apply('if', [condition, then, otherwise])

/** The process that evaluates it holds the object, in whatever mode. */
export const holds = (object: ObjectHandle): Built => new Built({ holds: object.name }, [object.model])
/** A shared field of an object: `field(fence, 'published')`. */
export const field = (object: ObjectHandle, name: string): Built =>
  new Built({ field: name, of: object.name }, [object.model])
/** The named process is at one of these locations (`t.label('name')`, or a state of `m.machine`). */
export const at = (process: string, ...locations: readonly string[]): Built => new Built({ process, in: locations }, [])
