// SPDX-License-Identifier: Apache-2.0
import { classesOf } from '#ir/lock-class'
import type { Model, ModelObject } from '#ir/model'
import type { LockMap, WaitType } from '#semantics/lock-map'
import type { Registry } from '#semantics/registry'
import type { MapRef } from '#system/system'

/** What lockdep knows of a lock: not the lock, but the place where such locks are initialised. */
export interface LockClass {
  /** As lockdep prints it; the subclass behind a slash. */
  readonly name: string
  readonly wait?: WaitType
  readonly waitOuter?: WaitType
  /** No part in the order of locks. */
  readonly unchecked: boolean
  /** Known only where fence signalling is annotated. */
  readonly layer?: 'fences'
}

/** The class of a map; undefined for what lockdep has no map of (a semaphore, a kthread_work). */
export type ClassOf = (map: MapRef, subclass?: number) => LockClass | undefined

/**
 * The classes of a model's objects: those that correspond in the copies of a group share one, and those that say so.
 * @param everything also of locks that lockdep knows nothing of (`lockClass: ''`)
 */
export function lockClasses(model: Model, registry: Registry, everything = false): ClassOf {
  const implicit = registry.implicit.map(({ name }): ModelObject => ({ name, kind: name }))
  const objects = new Map([...implicit, ...(model.objects ?? [])].map((object) => [object.name, object]))
  const groundName = classesOf(model)

  const ofObject = (name: string, part: string | undefined): LockClass | undefined => {
    const object = objects.get(name)
    if (object === undefined) return undefined
    const map = registry.get(object.kind)?.lockMap
    const told: Omit<LockMap, 'parts' | 'of'> | undefined = part === undefined ? map : map?.parts?.[part]
    if (told === undefined || (object.lockClass === '' && !everything)) return undefined
    const owner = map?.of === undefined ? name : object.refs?.[map.of]
    const { named = '%', wait, waitOuter, unchecked = false, layer } = told
    return {
      name: named.replace('%', () => groundName(owner ?? name)),
      ...(wait !== undefined && { wait }),
      ...(waitOuter !== undefined && { waitOuter }),
      unchecked,
      ...(layer !== undefined && { layer }),
    }
  }

  return (map, subclass = 0) => {
    if ('kernel' in map) return { name: map.kernel, unchecked: false }
    const found = ofObject(map.object, map.part)
    return found === undefined || subclass === 0 ? found : { ...found, name: `${found.name}/${subclass}` }
  }
}
