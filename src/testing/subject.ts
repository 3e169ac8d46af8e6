// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { isModelSource, registryOf, type ModelSource } from '#model/model'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'

/**
 * What a test is about: a model file's default export (its first variant, with default parameters), or one instance of it,
 * `source.instantiate('variant', { N: 3 }, { notifiers: 'off' })`.
 */
export type Subject = ModelSource | Model

/**
 * The instance, with the primitives it was made of.
 * @throws FencecheckError `wrong-argument` if it is no model.
 */
export function instanceOf(subject: unknown): { readonly model: Model; readonly registry: Registry } {
  if (isModelSource(subject)) return { model: subject.instantiate(), registry: subject.registry }
  if (isModel(subject)) return { model: subject, registry: registryOf(subject) ?? new Registry(kernelPrimitives) }
  throw new FencecheckError('wrong-argument', 'what is expected of is no model', {
    fix: 'pass the default export of a model file, or what its instantiate(variant) returns',
  })
}

const isModel = (subject: unknown): subject is Model =>
  typeof subject === 'object' && subject !== null && (subject as Partial<Model>).schema === 'fencecheck-model/1'
