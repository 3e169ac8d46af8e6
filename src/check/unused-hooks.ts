// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import type { Finding } from '#property/property'
import type { System } from '#system/system'

/** Bodies that no operation of the model can enter: a shrinker where nobody allocates. A proof says nothing about them. */
export function unusedHooks(model: Model, system: System): readonly Finding[] {
  const entered = new Set(system.origins.flatMap(({ frames }) => frames.map(({ body }) => body)))
  return (model.hooks ?? [])
    .filter(({ body }) => !entered.has(body))
    .map(({ on, body }) => ({ code: 'never-reached', message: `nothing ever runs the ${on} '${body}'` }))
}
