// SPDX-License-Identifier: Apache-2.0
import { classesOf } from '#ir/lock-class'
import type { Model } from '#ir/model'
import type { Registry } from '#semantics/registry'
import { readsOf, writesOf } from '#system/footprint'
import type { System, TransitionId, VarId } from '#system/system'

/** What processes of a system may have to wait for, as far as the theorem knows it. */
export interface Resources {
  /** The lock that a variable belongs to, of the variables by which holders block others. */
  readonly lockOf: ReadonlyMap<VarId, string>
  /** Those of them that say who queues. */
  readonly queueing: ReadonlySet<VarId>
  /** Shared variables that start as 0 and that every write makes 1: once true, always true. */
  readonly events: ReadonlySet<VarId>
  /** The steps after which an event is true for certain, by event. */
  readonly setBy: ReadonlyMap<VarId, ReadonlySet<TransitionId>>
  readonly classOfLock: (object: string) => string
  readonly classOfEvent: (event: VarId) => string
}

/** What can be waited for in a system that was lowered from the model, perhaps with more copies of its processes. */
export function resourcesOf(model: Model, registry: Registry, system: System): Resources {
  const { lockOf, queueing } = locksOf(model, registry, system)
  const setBy = settersOf(system)
  const events = eventsOf(system, lockOf)
  const classOf = classesOf(model)
  const classOfEvent = (event: VarId): string => {
    const { name, object } = system.variables[event]!
    if (object !== undefined) return `${classOf(object)}${name.slice(object.length)}`
    const array = (model.variables ?? []).find((v) => v.name === name || name.startsWith(`${v.name}[`))?.name ?? name
    return `${classOf(array)}${name.slice(array.length)}`
  }
  return { lockOf, queueing, events, setBy, classOfLock: classOf, classOfEvent }
}

/** The variables of the fields of which the primitive says that only holders block by them. */
function locksOf(
  { objects = [] }: Model,
  registry: Registry,
  { variables, holds }: System,
): Pick<Resources, 'lockOf' | 'queueing'> {
  const fieldsOf = new Map(
    objects.map(({ name, kind, init = {} }) => {
      const fields = registry.get(kind)?.blockedByHoldersOnly ?? []
      return [name, fields.some((field) => field in init) ? [] : fields]
    }),
  )
  const lockOf = new Map<VarId, string>()
  for (const [v, { name, object }] of variables.entries())
    if (object !== undefined && fieldsOf.get(object)?.includes(name.slice(object.length + 1).replace(/\[.*/s, '')))
      lockOf.set(v, object)
  const queueing = new Set<VarId>()
  for (const { queued, when } of holds)
    if (queued === true) for (const v of readsOf(when)) if (lockOf.has(v)) queueing.add(v)
  return { lockOf, queueing }
}

function eventsOf({ variables, transitions }: System, lockOf: Resources['lockOf']): ReadonlySet<VarId> {
  const written = new Set<VarId>()
  const other = new Set<VarId>()
  for (const assign of transitions.flatMap(({ effect }) => effect))
    for (const v of writesOf(assign)) (assign.value === 1 ? written : other).add(v)
  return new Set(
    [...written].filter((v) => {
      const { owner, init, min } = variables[v]!
      return !other.has(v) && owner === undefined && init === 0 && min === 0 && !lockOf.has(v)
    }),
  )
}

function settersOf({ transitions }: System): ReadonlyMap<VarId, ReadonlySet<TransitionId>> {
  const setBy = new Map<VarId, Set<TransitionId>>()
  for (const [id, { effect }] of transitions.entries())
    for (const { to, value } of effect)
      if (typeof to === 'number' && value === 1) setBy.set(to, (setBy.get(to) ?? new Set()).add(id))
  return setBy
}
