// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Operation, Primitive } from '#semantics/primitive'
import type { Expression } from './handle.ts'
import { ObjectHandle } from './handle.ts'
import type { Branch } from './call-options.ts'
import type { Path } from './path.ts'
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

type Method = (this: Path, queue: unknown, condition: Expression, branches?: Record<string, Branch | undefined>) => void

/** The methods of `WaitEvents`, where the primitives that they are made of are there. */
export function waitEvents({ waitQueue, task }: Readonly<Record<string, Primitive>>): Readonly<Record<string, Method>> {
  if (waitQueue === undefined || task?.operations['mightSleep'] === undefined) return {}
  const { mightSleep } = task.operations
  return Object.fromEntries(
    Object.entries(variants).map(([name, variant]) => [name, waitEvent(name, variant, waitQueue, task, mightSleep)]),
  )
}

function waitEvent(
  name: string,
  { prepare, sleep, exits }: (typeof variants)[keyof WaitEvents],
  waitQueue: Primitive,
  task: Primitive,
  mightSleep: Operation,
): Method {
  return function (queue, condition, branches = {}) {
    if (!(queue instanceof ObjectHandle) || queue.kind !== 'waitQueue')
      throw new FencecheckError('wrong-argument', `${name} needs a wait queue`, {
        site: callerSite(),
        fix: `declare one with m.waitQueue(name): t.${name}(queue, condition)`,
      })
    const on = this.nameOf(queue)
    const wrong = Object.keys(branches).find((exit) => exit !== 'ok' && !exits.includes(exit as never))
    if (wrong !== undefined)
      throw new FencecheckError('wrong-argument', `${name} ${on}: there is no exit '${wrong}'`, {
        site: callerSite(),
        fix: `it ends with ${['ok', ...exits].join(', ')}`,
      })
    const unhandled = exits.find((exit) => branches[exit] === undefined)
    if (unhandled !== undefined)
      throw new FencecheckError('missing-exit', `${name} ${on} can end with '${unhandled}', which is not handled`, {
        site: callerSite(),
        fix: `say what happens then: t.${name}(${on}, condition, { ${unhandled}: () => { ... } })`,
      })
    const call = (op: string, options: Record<string, Branch> = {}): void =>
      this.call(waitQueue.operations[op]!, op, on, waitQueue, options, 'handled')
    this.call(mightSleep, 'mightSleep', task.name, task, {})
    this.waitFor(
      condition,
      {
        prepare: () => call(prepare),
        sleep: (leave) => call(sleep, Object.fromEntries(exits.map((exit) => [exit, leave(exit)]))),
        finish: () => call('finishWait'),
      },
      branches,
    )
  }
}
