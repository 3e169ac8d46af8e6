// SPDX-License-Identifier: Apache-2.0
import { isCall, type Model } from '#ir/model'
import type { Registry } from '../registry.ts'

/**
 * The model with every member written out: what some operation puts into an object belongs to it (fences of a resv),
 * and so does what is tied to it by a ref (work items of a queue).
 */
export function withMembers(model: Model, registry: Registry): Model {
  const objects = new Map((model.objects ?? []).map((object) => [object.name, object]))
  const added = new Map<string, Set<string>>()
  const add = (to: string, member: string): void =>
    void added.set(to, (added.get(to) ?? new Set(objects.get(to)?.members)).add(member))
  for (const { name, kind, refs = {} } of objects.values())
    for (const target of Object.values(refs))
      if (registry.get(objects.get(target)?.kind ?? '')?.members === kind) add(target, name)
  for (const step of model.bodies.flatMap((body) => body.steps)) {
    if (!isCall(step)) continue
    const { op, on, args = {} } = step.call
    const primitive = registry.get(objects.get(on)?.kind ?? '')
    const kinds = primitive?.operations[op]?.args ?? {}
    for (const [name, target] of Object.entries(args))
      if (primitive?.members !== undefined && kinds[name] === primitive.members) add(on, target)
  }
  if (added.size === 0) return model
  return {
    ...model,
    objects: model.objects!.map((object) => {
      const members = added.get(object.name)
      return members === undefined ? object : { ...object, members: [...members] }
    }),
  }
}
