// SPDX-License-Identifier: Apache-2.0
import { maySleep } from '../contexts.ts'
import { primitive, type PExpr, type PSet } from '../primitive.ts'
import { any, each, is, its, my, no, positive, set, some } from '../vocabulary.ts'

/**
 * How a process waits: 0 not at all, 1 so that any wake-up ends it, 2 so that one of interruptible waiters does too,
 * 3 woken.
 */
const state = my('state')
const asleep = (of: PExpr): PExpr => any(is(of, 1), is(of, 2))
const toSleep = my('toSleep', 'task')
const prepare = (as: 1 | 2): readonly PSet[] => [set(state, as), set(toSleep, 1)]
const running = [set(state, 0), set(toSleep, 0)]
/** Everybody who waits in a state that this wake-up is for runs again. */
const wake = (wakes: (of: PExpr) => PExpr): PSet =>
  each(
    'q',
    'process',
    set(its('state', 'q'), ['if', wakes(its('state', 'q')), 3, its('state', 'q')]),
    set(its('toSleep', 'q', 'task'), ['if', wakes(its('state', 'q')), 0, its('toSleep', 'q', 'task')]),
  )
const anybody = some('q', 'process', asleep(its('state', 'q')))

/** Not by `sleeps`, for might_sleep() would mind that the task is prepared: schedule() itself minds only where it is called. */
const needs = { 'sleep-in-atomic': maySleep, 'schedule-unprepared': positive(state) }
const waits = 'wake_up()'
const lockdep = { does: 'wait' } as const
const woken = { when: is(state, 3), set: [set(state, 0)] } as const
const signalled = { when: asleep(state), set: running, to: 'erestartsys', escape: 'signal' } as const
const expired = { when: asleep(state), set: running, to: 'timeout', escape: 'timeout' } as const

/**
 * `wait_queue_head_t` (kernel/sched/wait.c, include/linux/wait.h; read at 6.18). Whoever waits on it waits for a
 * condition, which is an expression of the model: `t.waitEvent(queue, condition)` writes the loop of `wait_event()` out
 * of the operations here. A wake-up wakes who waits at that moment and is not remembered.
 */
export const waitQueue = primitive({
  name: 'wait_queue_head',
  source:
    'kernel/sched/wait.c: prepare_to_wait_event(), finish_wait(), __wake_up_common(); include/linux/wait.h: ___wait_event()',
  about:
    'A waiter prepares to sleep, looks at its condition, sleeps until it is woken, and looks again: t.waitEvent(queue, condition) and its variants (waitEventInterruptible, waitEventKillable, waitEventTimeout, waitEventInterruptibleTimeout) do so. A condition that becomes true without a wake-up after it leaves the waiter asleep, and a wake-up before the condition is true sends it to sleep again. Between preparing and sleeping an operation that may sleep is misuse (blocking-while-waiting).',
  limits: [
    'Exclusive waiters are not modelled: a wake-up wakes everybody who waits.',
    'A process waits on one queue at a time; wake_up_process() of a bare task is not modelled.',
    'A condition is looked at as a whole, in one step.',
  ],
  fields: { state: { max: 3, per: ['process'] } },
  operations: {
    prepareToWait: {
      does: 'prepare_to_wait(), TASK_UNINTERRUPTIBLE or TASK_KILLABLE: from here a wake-up is not missed',
      arrows: [{ set: prepare(1) }],
    },
    prepareToWaitInterruptible: {
      does: 'prepare_to_wait(), TASK_INTERRUPTIBLE: the same, so that wake_up_interruptible() is for it too',
      arrows: [{ set: prepare(2) }],
    },
    schedule: {
      does: 'schedule(): sleeps until somebody wakes it up, if nobody has since it prepared',
      needs,
      waits,
      lockdep,
      arrows: [woken],
    },
    scheduleInterruptible: {
      does: 'schedule(), TASK_INTERRUPTIBLE or TASK_KILLABLE: a signal wakes it too',
      needs,
      waits,
      lockdep,
      arrows: [woken, signalled],
    },
    scheduleTimeout: {
      does: 'schedule_timeout(): wakes up after a time, with 0',
      needs,
      waits,
      lockdep,
      arrows: [woken, expired],
    },
    scheduleInterruptibleTimeout: {
      does: 'schedule_timeout(), TASK_INTERRUPTIBLE or TASK_KILLABLE: a signal or time wakes it too',
      needs,
      waits,
      lockdep,
      arrows: [woken, signalled, expired],
    },
    finishWait: {
      does: 'finish_wait(): it waits no longer',
      arrows: [{ set: running }],
    },
    wakeUp: {
      does: 'wake_up(), wake_up_all(): whoever waits runs, and looks at its condition; from any context',
      lockdep: { does: 'event' },
      arrows: [{ set: [wake(asleep)] }],
    },
    wakeUpInterruptible: {
      does: 'wake_up_interruptible(): the same for those who wait interruptibly; others sleep on',
      lockdep: { does: 'event' },
      arrows: [{ set: [wake((of) => is(of, 2))] }],
    },
    waitqueueActive: {
      does: 'waitqueue_active(): whether somebody waits; never waits',
      arrows: [
        { when: anybody, to: 'yes' },
        { when: no(anybody), to: 'no' },
      ],
    },
  },
})
