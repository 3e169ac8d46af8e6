// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { isCall, type Body, type ModelObject } from '#ir/model'
import { and, not, or } from './expressions.ts'
import { Built, type Expression, type ObjectHandle } from './handle.ts'
import { refusePromise } from './ownership.ts'
import type { Path } from './path.ts'

// Processes and hooked bodies that a declaration brings with it.

/** A shared field of an object of the model that declares it. */
export const fieldOf = (object: ObjectHandle, field: string): Built =>
  new Built({ field, of: object.name }, [object.model])

/** An operation by name: which primitives there are is known to the registry only. */
export const operate = (t: Path, op: string, on: ObjectHandle): void =>
  (t as unknown as Record<string, (o: ObjectHandle) => void>)[op]!(on)

/** When the irq_work of an array is raised: enough members have signalled and the array has not. */
export const arrayIsDue = (array: ObjectHandle, members: readonly ObjectHandle[], signalOnAny: boolean): Expression => {
  const done = members.map((member) => fieldOf(member, 'signalled'))
  return and(not(fieldOf(array, 'signalled')), signalOnAny ? or(...done) : and(...done))
}

/** The callback of an interval notifier as it was declared. */
export interface IntervalCallback {
  readonly interval: ObjectHandle
  readonly name: string
  readonly write: (path: Path) => unknown
}

/**
 * The callbacks by the mm that their notifiers belong to.
 * @throws FencecheckError `wrong-argument` if a notifier belongs to none.
 */
export const callbacksByMm = (
  callbacks: readonly IntervalCallback[],
  objects: readonly ModelObject[],
): ReadonlyMap<string, readonly IntervalCallback[]> =>
  Map.groupBy(callbacks, ({ interval: { name } }) => {
    const { refs, site } = objects.find((object) => object.name === name)!
    if (refs?.['mm'] !== undefined) return refs['mm']
    throw new FencecheckError('wrong-argument', `interval notifier '${name}' belongs to no mm`, {
      ...(site !== undefined && { site }),
      fix: `name it: m.interval('${name}', { mm })`,
    })
  })

/**
 * One invalidation of an mm: all callbacks one after another, between the begin and the end that all readers of the mm
 * wait for. Where somebody removes a notifier, it is asked whether it is still there.
 */
export const invalidation =
  (mm: ObjectHandle, callbacks: readonly IntervalCallback[], bodies: readonly Body[]) =>
  (t: Path): void => {
    const isRemoved = (interval: ObjectHandle): boolean =>
      bodies.some(({ steps }) =>
        steps.some((s) => isCall(s) && s.call.on === interval.name && s.call.op === 'intervalNotifierRemove'),
      )
    operate(t, 'invalidateStart', mm)
    for (const { interval, name, write } of callbacks) {
      const run = (): void => refusePromise(write(t), `'${name}'`, undefined)
      if (isRemoved(interval)) t.when(fieldOf(interval, 'inserted'), run)
      else run()
    }
    operate(t, 'invalidateEnd', mm)
  }
