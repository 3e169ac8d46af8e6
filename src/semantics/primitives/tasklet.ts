// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, bit, bump, is, no, positive, set, the } from '../vocabulary.ts'

/** TASKLET_STATE_SCHED: 1 on the list of some CPU, 2 set by tasklet_kill() so that nobody schedules it. */
const scheduled = the('scheduled')
const running = the('running')
const disabled = the('disabled')
const runnable = all(is(scheduled, 1), is(disabled, 0))
const waits = 'the end of the tasklet'
const lockdep = { does: 'wait' } as const
const disable = [
  { when: no(running), set: [bump(disabled, 1)] },
  { when: running, to: 'waiting', set: [bump(disabled, 1)] },
  { from: 'waiting', when: no(running) },
] as const

/**
 * `struct tasklet_struct` (kernel/softirq.c, include/linux/interrupt.h; read at 6.18): a softirq handler that whoever
 * schedules it makes run once. It may be scheduled again while it runs.
 */
export const tasklet = primitive({
  name: 'tasklet_struct',
  source:
    'kernel/softirq.c: __tasklet_schedule_common(), tasklet_action_common(), tasklet_kill(), tasklet_unlock_wait()',
  about:
    'm.taskletCallback(name, body) declares a tasklet with its handler. tasklet_kill() does not cancel: it waits until a scheduled tasklet has run, for ever if that is disabled.',
  limits: ['tasklet_hi_schedule() is tasklet_schedule(). A tasklet can be disabled three times at once.'],
  fields: { scheduled: { max: 2 }, running: bit, disabled: { max: 3 } },
  operations: {
    taskletSchedule: {
      does: 'tasklet_schedule(): it will run once more, if it is not scheduled already; from any context',
      arrows: [{ set: [set(scheduled, ['if', is(scheduled, 0), 1, scheduled])] }],
    },
    taskletDisable: {
      does: 'tasklet_disable(): it does not run until it is enabled; waits while it runs; nests',
      sleeps: true,
      waits,
      lockdep,
      arrows: disable,
    },
    taskletDisableInAtomic: {
      does: 'tasklet_disable_in_atomic(): as tasklet_disable(), but spins',
      waits,
      lockdep,
      arrows: disable,
    },
    taskletDisableNosync: {
      does: 'tasklet_disable_nosync(): as tasklet_disable(), but does not wait',
      arrows: [{ set: [bump(disabled, 1)] }],
    },
    taskletEnable: {
      does: 'tasklet_enable(): undoes one tasklet_disable()',
      needs: { 'tasklet-not-disabled': positive(disabled) },
      arrows: [{ set: [bump(disabled, -1)] }],
    },
    taskletKill: {
      does: 'tasklet_kill(): waits until it is neither scheduled nor running; nobody can schedule it meanwhile',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: all(is(scheduled, 0), no(running)) },
        { when: all(is(scheduled, 0), running), to: 'waiting', set: [set(scheduled, 2)] },
        { from: 'waiting', when: no(running), set: [set(scheduled, 0)] },
      ],
    },
    startTasklet: {
      does: 'tasklet_action_common(), begin: the softirq takes it; none = it was disabled just now',
      arrows: [
        { when: runnable, set: [set(scheduled, 0), set(running, 1)] },
        { when: no(runnable), to: 'none' },
      ],
    },
    finishTasklet: {
      does: 'tasklet_action_common(), end: tasklet_unlock()',
      needs: { 'finish-not-running': running },
      lockdep: { does: 'event' },
      arrows: [{ set: [set(running, 0)] }],
    },
  },
})
