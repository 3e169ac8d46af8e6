// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import type { Debt, Hold, Origin, ProcessId, Symmetry, Transition } from '#system/system'
import { ground, scopeOf } from './ground.ts'
import type { Variables } from './variables.ts'

/** Who holds or queues for what, from the views that the primitives state. */
export function holdsOfProcess(process: ProcessId, variables: Variables): readonly Hold[] {
  return [...variables.instances.values()].flatMap(({ object, primitive }): Hold[] => {
    if (!variables.usersOf(object.name).has(process)) return []
    const scope = scopeOf(variables, object.name, process)
    const view = (modes: typeof primitive.holds, queued: boolean): Hold[] =>
      Object.entries(modes ?? {}).map(([mode, e]) => ({
        process,
        object: object.name,
        mode,
        when: ground(e, scope, variables),
        ...(queued && { queued: true }),
      }))
    return [...view(primitive.holds, false), ...view(primitive.queues, true)].filter((hold) => hold.when !== 0)
  })
}

/** What is owed on each object whose primitive knows debts, and the transitions that pay it. */
export function debtsOf(
  variables: Variables,
  transitions: readonly Transition[],
  origins: readonly Origin[],
): readonly Debt[] {
  return [...variables.instances.values()].flatMap(({ object, primitive }): Debt[] => {
    if (primitive.debt === undefined) return []
    const { owed, paidBy } = primitive.debt
    const pays = (origin: Origin | undefined): boolean =>
      origin !== undefined &&
      origin.on === object.name &&
      origin.primitive === primitive.name &&
      paidBy.includes(origin.op)
    return [
      {
        object: object.name,
        primitive: primitive.name,
        owed: ground(owed, scopeOf(variables, object.name, -1), variables),
        paidBy: [...transitions.keys()].filter((id) => {
          const { origin, fault } = transitions[id]!
          return fault === undefined && pays(origins[origin])
        }),
      },
    ]
  })
}

/** The copies that the model declares alike, as processes and the variables that belong to them. */
export function symmetriesOf(model: Model, variables: Variables): readonly Symmetry[] {
  const processId = new Map(model.processes.map((process, i) => [process.name, i]))
  return (model.groups ?? []).map((group) => ({
    group: group.name,
    copies: group.copies.map((copy) => {
      const processes = copy.processes.map((name) => processId.get(name)!)
      const objects = new Set(copy.objects)
      const plain = new Set(copy.variables.flatMap((name) => variables.plain(name)))
      const belongs = (v: number): boolean => {
        const { owner, object } = variables.list[v]!
        if (owner !== undefined) return processes.includes(owner)
        return plain.has(v) || (object !== undefined && objects.has(object))
      }
      return { processes, variables: [...variables.list.keys()].filter(belongs) }
    }),
  }))
}
