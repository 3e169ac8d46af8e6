// SPDX-License-Identifier: Apache-2.0
import { isCall, type Body, type Model } from '#ir/model'
import type { ProcessId } from '#system/system'
import type { Entry } from '../primitive.ts'
import type { Registry } from '../registry.ts'

/**
 * For each object the processes that can perform an operation on it or on something tied to it, directly or in a
 * hooked body. Everybody uses the implicit objects.
 */
export function usersOfObjects(model: Model, registry: Registry): ReadonlyMap<string, ReadonlySet<ProcessId>> {
  const objects = new Map((model.objects ?? []).map((object) => [object.name, object]))
  const bodies = new Map(model.bodies.map((body) => [body.name, body]))
  const touches = new Map<string, ReadonlySet<string>>()

  /** Objects a body touches, with the bodies that its operations may enter. */
  const touchedBy = (body: Body): ReadonlySet<string> => {
    const known = touches.get(body.name)
    if (known !== undefined) return known
    const touched = new Set<string>()
    touches.set(body.name, touched)
    const touch = (name: string): void => {
      if (touched.has(name)) return
      touched.add(name)
      const object = objects.get(name)
      for (const tied of [...Object.values(object?.refs ?? {}), ...(object?.members ?? [])]) touch(tied)
    }
    const entered: Body[] = [body]
    const seen = new Set(entered)
    for (const current of entered) {
      for (const step of current.steps) {
        if (!isCall(step)) continue
        const { op, on, args = {} } = step.call
        for (const name of [on, ...Object.values(args)]) touch(name)
        const operation = registry.get(objects.get(on)?.kind ?? on)?.operations[op]
        const events = new Set(operation?.arrows.flatMap(({ enters }) => eventsOf(enters)))
        for (const hook of model.hooks ?? []) {
          const next = bodies.get(hook.body)
          if (!events.has(hook.on) || (hook.object ?? on) !== on || next === undefined || seen.has(next)) continue
          seen.add(next)
          entered.push(next)
        }
      }
    }
    return touched
  }

  const users = new Map<string, Set<ProcessId>>()
  const add = (object: string, process: ProcessId): void => {
    const set = users.get(object) ?? new Set()
    users.set(object, set)
    set.add(process)
  }
  for (const [id, process] of model.processes.entries()) {
    const body = bodies.get(process.body)
    for (const object of body === undefined ? [] : touchedBy(body)) add(object, id)
    for (const primitive of registry.implicit) add(primitive.name, id)
  }
  return users
}

const eventsOf = (entry: Entry | undefined): readonly string[] =>
  entry === undefined ? [] : 'each' in entry ? [entry.each] : entry.oneOf
