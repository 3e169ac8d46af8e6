// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { ModelContext } from '#ir/model'
import { and, eq, field, not } from './expressions.ts'
import type { Expression, ObjectHandle } from './handle.ts'
import { refusePromise } from './ownership.ts'
import type { Path } from './path.ts'

/** What makes a handler run that somebody asked for: its context, when it is raised, and what it begins and ends with. */
interface Deferred {
  readonly context: Extract<ModelContext, 'softirq' | 'hardirq'>
  readonly raised: (object: ObjectHandle) => Expression
  readonly start: string
  readonly finish: string
}

export const deferred = {
  timer: {
    context: 'softirq',
    raised: (object) => field(object, 'pending'),
    start: 'startTimer',
    finish: 'finishTimer',
  },
  tasklet: {
    context: 'softirq',
    raised: (object) => and(eq(field(object, 'scheduled'), 1), not(field(object, 'disabled'))),
    start: 'startTasklet',
    finish: 'finishTasklet',
  },
  irqWork: {
    context: 'hardirq',
    raised: (object) => field(object, 'pending'),
    start: 'startIrqWork',
    finish: 'finishIrqWork',
  },
} as const satisfies Record<string, Deferred>

/** The path of such a handler: between being raised and being begun what it is for may have been taken off again. */
export const deferredPath =
  (
    { start, finish }: Pick<Deferred, 'start' | 'finish'>,
    handle: ObjectHandle,
    write: (t: Path) => unknown,
    site: Site | undefined,
    irqsOff: boolean,
  ) =>
  (t: Path): void => {
    const call = (op: string, ...args: unknown[]): void =>
      t.writtenAt(site, () => (t as unknown as Record<string, (...a: unknown[]) => void>)[op]!(...args))
    // Off from before it counts as running until after: the lock of the timer base is held with interrupts off.
    if (irqsOff) call('localIrqSave')
    call(start, handle, {
      ok: () => {
        t.writtenAt(undefined, () => t.declaredAt(site, () => refusePromise(write(t), `'${handle.name}'`, site)))
        call(finish, handle)
      },
      none: () => {},
    })
    if (irqsOff) call('localIrqRestore')
  }
