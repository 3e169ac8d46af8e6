// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Primitive } from '#semantics/primitive'
import { ObjectHandle } from './handle.ts'
import type { Primitives } from './methods.ts'
import { Path } from './path.ts'
import { callerSite } from './site.ts'
import { waitEvents } from './wait-event.ts'

/**
 * The class of the paths that are written with these primitives: one for each registry, as there are many operations. They
 * can be taken off a path and still write to it: `const { mutexLock } = t`.
 */
export function pathClass(primitives: Primitives): typeof Path {
  const known = classes.get(primitives)
  if (known !== undefined) return known
  const made = class extends Path {}
  const methods = { ...operations(primitives), ...waitEvents(primitives) }
  for (const [name, method] of Object.entries(methods))
    Object.defineProperty(made.prototype, name, {
      get(this: Path) {
        return method.bind(this)
      },
    })
  classes.set(primitives, made)
  return made
}

const classes = new WeakMap<Primitives, typeof Path>()

type Method = (this: Path, a?: unknown, b?: unknown) => void

/** A method for every operation of every primitive; `methods.ts` gives them their types. */
function operations(primitives: Primitives): Record<string, Method> {
  const methods: Record<string, Method> = {}
  for (const primitive of Object.values(primitives))
    for (const op of Object.keys(primitive.operations))
      if (!(op in Path.prototype)) methods[op] ??= methodFor(op, primitive, primitives)
  return methods
}

/** Operations with one name are told apart by the object they are called with; implicit primitives need none. */
function methodFor(op: string, first: Primitive, primitives: Primitives): Method {
  return function (a, b) {
    const [object, options] = a instanceof ObjectHandle ? [a, b] : [undefined, a]
    const primitive = object === undefined ? first : primitives[object.kind]!
    const operation = primitive.operations[op]
    if (operation === undefined || (object === undefined && primitive.implicit !== true)) {
      const what = object === undefined ? `${op} needs an object` : `a ${primitive.name} has no operation ${op}`
      const known = Object.keys(primitive.operations).join(', ')
      const fix = object === undefined ? `say which: t.${op}(object)` : `its operations are ${known}`
      throw new FencecheckError('unknown-operation', what, { site: callerSite(), fix })
    }
    const on = object === undefined ? primitive.name : this.nameOf(object)
    this.call(operation, op, on, primitive, (options ?? {}) as Record<string, unknown>)
  }
}
