// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Primitive } from './primitive.ts'

/**
 * The primitives a model may use. Open: `defineModels({ ...kernelPrimitives, bitLock })` adds one, and builder,
 * lowering, replay and export work with it.
 */
export class Registry<P extends Record<string, Primitive> = Record<string, Primitive>> {
  /** By the builder's name for it. */
  readonly primitives: P
  readonly #byName: ReadonlyMap<string, Primitive>

  /** @throws FencecheckError `duplicate-name` if two primitives share a kernel name. */
  constructor(primitives: P) {
    this.primitives = primitives
    const byName = new Map<string, Primitive>()
    for (const primitive of Object.values(primitives)) {
      if (byName.has(primitive.name))
        throw new FencecheckError('duplicate-name', `two primitives are called '${primitive.name}'`, {
          fix: 'give the added primitive a name of its own',
        })
      byName.set(primitive.name, primitive)
    }
    this.#byName = byName
  }

  /** The primitive with this kernel name (`kind` of a model object). */
  get(name: string): Primitive | undefined {
    return this.#byName.get(name)
  }

  /** All kernel names. */
  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** The implicit primitives: one instance each, present in every model. */
  get implicit(): readonly Primitive[] {
    return [...this.#byName.values()].filter((primitive) => primitive.implicit)
  }
}
