// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Primitive } from '#semantics/primitive'
import { ObjectHandle } from './handle.ts'
import { ownName } from './ownership.ts'
import type { Path } from './path.ts'
import { callerSite } from './site.ts'

/** Gives a path a method for every operation of every primitive; `methods.ts` gives them their types. */
export function addOperations(path: Path, primitives: Readonly<Record<string, Primitive>>, model: object): void {
  for (const primitive of Object.values(primitives))
    for (const op of Object.keys(primitive.operations))
      if (!(op in path)) Object.defineProperty(path, op, { value: methodFor(op, primitive, path, primitives, model) })
}

/** Operations with one name are told apart by the object they are called with; implicit primitives need none. */
function methodFor(
  op: string,
  first: Primitive,
  path: Path,
  primitives: Readonly<Record<string, Primitive>>,
  model: object,
) {
  return (a?: unknown, b?: unknown): void => {
    const [object, options] = a instanceof ObjectHandle ? [a, b] : [undefined, a]
    const primitive = object === undefined ? first : primitives[object.kind]!
    const operation = primitive.operations[op]
    if (operation === undefined || (object === undefined && primitive.implicit !== true)) {
      const what = object === undefined ? `${op} needs an object` : `a ${primitive.name} has no operation ${op}`
      const known = Object.keys(primitive.operations).join(', ')
      const fix = object === undefined ? `say which: t.${op}(object)` : `its operations are ${known}`
      throw new FencecheckError('unknown-operation', what, { site: callerSite(), fix })
    }
    const on = object === undefined ? primitive.name : ownName(object, model, callerSite())
    path.call(operation, op, on, primitive, (options ?? {}) as Record<string, unknown>)
  }
}
