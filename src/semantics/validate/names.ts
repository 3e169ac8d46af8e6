// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type ErrorCode, type Site } from '#base/errors'
import { nearest } from '#base/text'
import { limits } from '#ir/limits'
import type { Body, Model } from '#ir/model'
import type { Primitive } from '../primitive.ts'
import type { Registry } from '../registry.ts'

/** Everything a model names, found to be unique. */
export class Names {
  readonly model: Model
  readonly registry: Registry
  readonly bodies: ReadonlyMap<string, Body>
  /** With the implicit objects. */
  readonly objects: ReadonlyMap<string, Primitive>
  /** The length of an array, undefined for a single variable. */
  readonly variables: ReadonlyMap<string, number | undefined>
  /** With the body each process runs. */
  readonly processes: ReadonlyMap<string, Body | undefined>

  /** @throws FencecheckError `duplicate-name`, `unknown-primitive`. */
  constructor(model: Model, registry: Registry) {
    this.model = model
    this.registry = registry
    this.bodies = this.unique('body', model.bodies, (body) => body)
    const declared = this.unique('object', model.objects ?? [], (object) => {
      const primitive = registry.get(object.kind)
      if (primitive === undefined || primitive.implicit === true)
        throw this.unknown('unknown-primitive', 'primitive', object.kind, registry.names, object.site)
      return primitive
    })
    const implicit = registry.implicit.map((primitive) => [primitive.name, primitive] as const)
    for (const [name] of implicit)
      if (declared.has(name))
        throw this.error(
          'duplicate-name',
          `'${name}' always exists and cannot be declared`,
          undefined,
          'choose another name',
        )
    this.objects = new Map([...implicit, ...declared])
    this.variables = this.unique('variable', model.variables ?? [], (variable) => variable.length)
    for (const { name, site } of model.variables ?? [])
      if (this.objects.has(name))
        throw this.error('duplicate-name', `'${name}' is both an object and a variable`, site, 'rename one of them')
    this.processes = this.unique('process', model.processes, (process) => this.bodies.get(process.body))
  }

  /** The things by name. */
  unique<T extends { readonly name: string; readonly site?: Site }, V>(
    what: string,
    things: readonly T[],
    value: (thing: T) => V,
  ): ReadonlyMap<string, V> {
    const map = new Map<string, V>()
    for (const thing of things) {
      if (thing.name === '' || thing.name.length > limits.name)
        throw this.error(
          'duplicate-name',
          `a ${what} has a name of ${thing.name.length} characters`,
          thing.site,
          `use 1 to ${limits.name}`,
        )
      if (map.has(thing.name))
        throw this.error(
          'duplicate-name',
          `two ${plural(what)} are called '${thing.name}'`,
          thing.site,
          'rename one of them',
        )
      map.set(thing.name, value(thing))
    }
    return map
  }

  /** Refuses a name that is not an object of the primitive. */
  isOf(name: string, kind: string, what: string, site: Site | undefined): void {
    const primitive = this.objects.get(name)
    if (primitive === undefined) throw this.unknown('unknown-name', 'object', name, this.objects.keys(), site)
    if (primitive.name !== kind)
      throw this.error('wrong-argument', `${what} is '${name}', a ${primitive.name}`, site, `name a ${kind}`)
  }

  /** The fault that a name is not there, with the one that was probably meant. */
  unknown(
    code: ErrorCode,
    what: string,
    name: string,
    known: Iterable<string>,
    site: Site | undefined,
  ): FencecheckError {
    const names = [...known]
    const meant = nearest(name, names)
    const fix =
      meant !== undefined
        ? `did you mean '${meant}'?`
        : names.length === 0
          ? 'there is none'
          : `known: ${names.slice(0, 12).join(', ')}`
    return this.error(code, `there is no ${what} called '${name}'`, site, fix)
  }

  error(code: ErrorCode, message: string, site: Site | undefined, fix: string): FencecheckError {
    return new FencecheckError(code, `model '${this.model.id}': ${message}`, { site, fix })
  }
}

const plural = (what: string): string =>
  what.endsWith('y') ? `${what.slice(0, -1)}ies` : what.endsWith('s') ? `${what}es` : `${what}s`
