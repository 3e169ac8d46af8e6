// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import { isCall, type Model } from '#ir/model'
import { and, not } from '#system/expression'
import type { Hazard, LocationId, ProcessId } from '#system/system'
import type { PExpr } from '../primitive.ts'
import type { Registry } from '../registry.ts'
import type { Emitter } from './emitter.ts'
import { groundExpr } from './expressions.ts'
import { ground, scopeOf } from './ground.ts'

// Observers stay where they are and report a fault where a condition is false: they never add a state.

/** The observer of an invariant of the model. */
export function lowerInvariant(model: Model, index: number, emitter: Emitter): LocationId {
  const { name, always, site } = model.invariants![index]!
  const process = model.processes.length + index
  const from = emitter.faultAt[process]!
  const condition = groundExpr(always, { variables: emitter.variables, locations: emitter.locations })
  const origin = emitter.origin({
    op: 'invariant',
    on: '',
    primitive: '',
    step: `invariant ${name}`,
    frames: [],
    ...(site !== undefined && { site }),
  })
  const fault = { kind: 'assertion', code: 'invariant', detail: name } as const
  const at = { process, from, label: `invariant ${name}`, origin }
  const sound = emitter.hasValue(condition)
  if (sound.length > 0)
    emitter.fault(at, [not(and(...sound))], { kind: 'range', code: 'undefined-value', detail: `the invariant ${name}` })
  emitter.fault(at, [...sound, not(condition)], fault)
  return from
}

/**
 * What a primitive says is always true of its objects, where the model does something that could make it false: to the
 * object, or to a member of it.
 */
interface Watch {
  readonly object: string
  readonly code: string
  readonly kind: Hazard
  readonly that: PExpr
}

export function watchedObjects(model: Model, registry: Registry): readonly Watch[] {
  const calls = model.bodies.flatMap(({ steps }) => steps.filter(isCall).map(({ call }) => call))
  return (model.objects ?? []).flatMap(({ name: object, kind, members = [] }) =>
    Object.entries(present(registry.get(kind)).always ?? {}).flatMap(([code, { after, ...claim }]): Watch[] =>
      calls.some(({ op, on }) => (on === object || members.includes(on)) && after.includes(op))
        ? [{ object, code, ...claim }]
        : [],
    ),
  )
}

/** The observer of what is always true of an object. */
export function lowerWatch({ object, code, kind, that }: Watch, process: ProcessId, emitter: Emitter): LocationId {
  const from = emitter.faultAt[process]!
  const condition = ground(that, scopeOf(emitter.variables, object, -1), emitter.variables)
  const origin = emitter.origin({ op: 'invariant', on: object, primitive: '', step: `${code} ${object}`, frames: [] })
  emitter.fault({ process, from, label: `${code} ${object}`, origin }, [not(condition)], { kind, code, detail: object })
  return from
}
