// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import type { LoadedModel } from './loaded-model.ts'

/** A JSON model is one instance: its variant and parameters are chosen already. */
export function fixedModel(model: Model, file: string): LoadedModel {
  const given = Object.entries(model.params ?? {})
  const params = Object.fromEntries(given.map(([name, value]) => [name, { min: value, max: value, default: value }]))
  const switches = Object.fromEntries(
    Object.entries(model.switches ?? {}).map(([name, setting]) => [name, [setting] as const]),
  )
  const what = model.variant === undefined ? 'a model without variants' : `variant '${model.variant}'`
  return {
    id: model.id,
    summary: model.summary ?? '',
    variants: [model.variant],
    params,
    switches,
    registry: new Registry(kernelPrimitives),
    file,
    instantiate(variant, chosen = {}, set = {}) {
      if (variant !== undefined && variant !== model.variant)
        throw new FencecheckError('unknown-variant', `${file} is ${what}`, {
          fix: 'a JSON model is one instance; leave --variant out',
        })
      for (const [name, value] of Object.entries(chosen))
        if (!Object.hasOwn(params, name) || params[name]!.default !== value)
          throw new FencecheckError('parameter-range', `${file} is one instance; its ${name} cannot be ${value}`, {
            fix: 'leave --param out, or generate another file',
          })
      for (const [name, setting] of Object.entries(set))
        if (model.switches?.[name] !== setting)
          throw new FencecheckError('unknown-switch', `${file} is one instance; its ${name} cannot be ${setting}`, {
            fix: 'leave --switch out, or generate another file',
          })
      return model
    },
  }
}
