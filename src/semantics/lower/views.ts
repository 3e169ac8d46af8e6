// SPDX-License-Identifier: Apache-2.0
import type { Group, Model } from '#ir/model'
import type { Debt, Hold, Origin, ProcessId, Symmetry, Transition, Variable, VarId } from '#system/system'
import { ground, scopeOf } from './ground.ts'
import type { Variables } from './variables.ts'

type Copy = Group['copies'][number]

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
        ...(primitive.annotates === true && { annotates: true }),
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

/**
 * The copies that the model declares alike, as processes and the variables that belong to them: of their objects, of their
 * processes, or of something shared about one of them. Variables come into being as they are mentioned, not in the same
 * order for every copy: they correspond by what they are called, once the names of the copy's own processes and objects
 * are replaced by their places in it.
 */
export function symmetriesOf(model: Model, variables: Variables): readonly Symmetry[] {
  const processId = new Map(model.processes.map((process, i) => [process.name, i]))
  const inSomeCopy = new Set(
    (model.groups ?? []).flatMap(({ copies }) =>
      copies.flatMap((copy) => copy.processes.map((p) => processId.get(p)!)),
    ),
  )
  return (model.groups ?? []).map((group) => ({
    group: group.name,
    copies: group.copies.map((copy) => {
      const processes = copy.processes.map((name) => processId.get(name)!)
      const plain = new Map(
        copy.variables.flatMap((name, i) => variables.plain(name).map((v, at) => [v, `${i}[${at}]`] as const)),
      )
      const belongs = (v: VarId): boolean => {
        const { name, owner, object } = variables.list[v]!
        if (owner !== undefined && inSomeCopy.has(owner)) return processes.includes(owner)
        if (object === undefined) return plain.has(v)
        return (
          copy.objects.includes(object) || [...copy.processes, ...copy.objects].some((x) => name.includes(`[${x}]`))
        )
      }
      const called = (v: VarId): string => plain.get(v) ?? placeInCopy(variables.list[v]!, copy)
      const own = [...variables.list.keys()].filter(belongs).map((v) => [v, called(v)] as const)
      own.sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : a - b))
      return { processes, variables: own.map(([v]) => v) }
    }),
  }))
}

/** The name of a variable, `object.field[process][member]`, with what is the copy's own named by its place there. */
function placeInCopy({ name, object }: Variable, { processes, objects }: Copy): string {
  const place = object === undefined ? -1 : objects.indexOf(object)
  const field = place === -1 ? name : `#${place}${name.slice(object!.length)}`
  const members = [...processes, ...objects]
  return members.reduce((text, member, i) => text.replaceAll(`[${member}]`, `[#${i}]`), field)
}
