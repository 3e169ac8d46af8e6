// SPDX-License-Identifier: Apache-2.0
import { withInstances } from '#ir/instances'
import type { Model } from '#ir/model'
import type { System } from '#system/system'
import type { Registry } from '../registry.ts'
import { lower } from './lower.ts'

/**
 * The system of two instances of each process, which stands for any number of them as long as only one process is looked
 * at by itself: that one is either an original or a copy, and the others are unknown to it, whether one or many. What
 * counts processes has no end: nothing may be concluded from its range.
 * @throws FencecheckError as `lower` does; `too-large` also where only the copies are too many.
 */
export function lowerMany(model: Model, registry: Registry): System {
  const [two, three] = [2, 3].map((n) => lower(withInstances(model, n), registry)) as [System, System]
  const most = new Map(three.variables.map(({ name, max }) => [name, max]))
  return {
    ...two,
    variables: two.variables.map((variable) =>
      most.get(variable.name) === variable.max ? variable : { ...variable, max: Number.MAX_SAFE_INTEGER },
    ),
  }
}
