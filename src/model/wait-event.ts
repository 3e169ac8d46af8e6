// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Primitive } from '#semantics/primitive'
import type { Expression } from './handle.ts'
import { ObjectHandle } from './handle.ts'
import { ownName } from './ownership.ts'
import type { Branch, Path } from './path.ts'
import { callerSite } from './site.ts'

type Queue = ObjectHandle<'waitQueue'>
type Signalled = { readonly ok?: Branch; readonly erestartsys: Branch }
type Expired = { readonly ok?: Branch; readonly timeout: Branch }

/** `wait_event()` and its variants (include/linux/wait.h), written out of the operations of a wait queue. */
export interface WaitEvents {
  /** wait_event(): waits until the condition holds, uninterruptibly. */
  waitEvent(queue: Queue, condition: Expression): void
  /** wait_event_interruptible(): a signal ends the wait with -ERESTARTSYS, unless the condition holds by then. */
  waitEventInterruptible(queue: Queue, condition: Expression, exits: Signalled): void
  /** wait_event_killable(): a fatal signal does; wake_up_interruptible() does not wake it. */
  waitEventKillable(queue: Queue, condition: Expression, exits: Signalled): void
  /** wait_event_timeout(): gives up after a time with 0, unless the condition holds by then. */
  waitEventTimeout(queue: Queue, condition: Expression, exits: Expired): void
  /** wait_event_interruptible_timeout(): ended by a signal or by time. */
  waitEventInterruptibleTimeout(queue: Queue, condition: Expression, exits: Signalled & Expired): void
}

const variants = {
  waitEvent: { prepare: 'prepareToWait', sleep: 'schedule', exits: [] },
  waitEventInterruptible: {
    prepare: 'prepareToWaitInterruptible',
    sleep: 'scheduleInterruptible',
    exits: ['erestartsys'],
  },
  waitEventKillable: { prepare: 'prepareToWait', sleep: 'scheduleInterruptible', exits: ['erestartsys'] },
  waitEventTimeout: { prepare: 'prepareToWait', sleep: 'scheduleTimeout', exits: ['timeout'] },
  waitEventInterruptibleTimeout: {
    prepare: 'prepareToWaitInterruptible',
    sleep: 'scheduleInterruptibleTimeout',
    exits: ['erestartsys', 'timeout'],
  },
} as const satisfies Record<keyof WaitEvents, object>

/** Gives a path the methods of `WaitEvents`, where the primitives that they are made of are there. */
export function addWaitEvents(
  path: Path,
  { waitQueue, task }: Readonly<Record<string, Primitive>>,
  model: object,
): void {
  if (waitQueue === undefined || task?.operations['mightSleep'] === undefined) return
  for (const [name, { prepare, sleep, exits }] of Object.entries(variants)) {
    const value = (queue: unknown, condition: Expression, branches: Record<string, Branch | undefined> = {}): void => {
      const site = callerSite()
      if (!(queue instanceof ObjectHandle) || queue.kind !== 'waitQueue')
        throw new FencecheckError('wrong-argument', `${name} needs a wait queue`, {
          site,
          fix: `declare one with m.waitQueue(name): t.${name}(queue, condition)`,
        })
      const on = ownName(queue, model, site)
      const wrong = Object.keys(branches).find((exit) => exit !== 'ok' && !exits.includes(exit as never))
      if (wrong !== undefined)
        throw new FencecheckError('wrong-argument', `${name} ${on}: there is no exit '${wrong}'`, {
          site,
          fix: `it ends with ${['ok', ...exits].join(', ')}`,
        })
      const unhandled = exits.find((exit) => branches[exit] === undefined)
      if (unhandled !== undefined)
        throw new FencecheckError('missing-exit', `${name} ${on} can end with '${unhandled}', which is not handled`, {
          site,
          fix: `say what happens then: t.${name}(${on}, condition, { ${unhandled}: () => { ... } })`,
        })
      const call = (op: string, options: Record<string, Branch> = {}): void =>
        path.call(waitQueue.operations[op]!, op, on, waitQueue, options, 'handled')
      path.call(task.operations['mightSleep']!, 'mightSleep', task.name, task, {})
      path.waitFor(
        condition,
        {
          prepare: () => call(prepare),
          sleep: (leave) => call(sleep, Object.fromEntries(exits.map((exit) => [exit, leave(exit)]))),
          finish: () => call('finishWait'),
        },
        branches,
      )
    }
    Object.defineProperty(path, name, { value })
  }
}
