// SPDX-License-Identifier: Apache-2.0
import type { CallStep } from '#ir/model'
import type { Frame, LockdepEvent, MapRef } from '#system/system'
import type { Heard } from '../lock-map.ts'
import { ground, type Scope } from './ground.ts'
import type { Variables } from './variables.ts'

/** What lockdep hears of an operation at one call: maps resolved to objects, conditions ground. */
export function lockdepEvents(
  heard: Heard | readonly Heard[] | undefined,
  scope: Scope,
  variables: Variables,
  frames: readonly Frame[],
  call: Pick<CallStep['call'], 'subclass' | 'nestLock'> = {},
): readonly LockdepEvent[] {
  return (Array.isArray(heard) ? heard : heard === undefined ? [] : [heard]).flatMap((one: Heard): LockdepEvent[] => {
    const { of: _of, part: _part, map: _map, when: _when, members, notInside = [], nest, mode = 'write', ...rest } = one
    const map = mapOf(one, scope)
    if (members === true)
      return variables.membersOf(scope.on).map((object) => ({ ...rest, map: { object: String(object) }, mode }))
    if (map === undefined || frames.some((frame) => notInside.includes(frame.hook))) return []
    const when = one.when === undefined ? 1 : ground(one.when, scope, variables)
    if (when === 0) return []
    const acquires = one.does === 'acquire' && one.map === undefined
    const nested = acquires && call.nestLock !== undefined ? { object: call.nestLock } : nest && mapOf(nest, scope)
    const { subclass = 0 } = acquires ? call : {}
    return [
      {
        ...rest,
        map,
        mode,
        ...(when !== 1 && { when }),
        ...(nested !== undefined && { nest: nested }),
        ...(subclass !== 0 && { subclass }),
      },
    ]
  })
}

/** Undefined where the object is not tied to another one by that name. */
function mapOf({ of, part, map }: Pick<Heard, 'of' | 'part' | 'map'>, { on, args }: Scope): MapRef | undefined {
  if (map !== undefined) return { kernel: map }
  const object = of === undefined ? on : args[of]
  return object === undefined ? undefined : { object, ...(part !== undefined && { part }) }
}
