// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { any, bit, no, my, set, the } from '../vocabulary.ts'

const pending = the('pending')
const running = the('running')
const shutdown = the('shutdown')
const disarm = set(pending, 0)
const waits = 'the end of the timer’s handler'
const lockdep = [{ does: 'touch', irqsave: true }, { does: 'wait' }] as const
/** Hardirq handlers alone have interrupts off by themselves. */
const mayWait = { 'timer-sync-in-hardirq': any(the('irqsafe'), no(my('irqOffBase', 'task'))) }

/**
 * `struct timer_list` (kernel/time/timer.c; read at 6.18). The handler runs in softirq context, after the timer is off
 * the wheel: so it may arm it again, and a timer can be pending and running.
 */
export const timer = primitive({
  name: 'timer_list',
  source:
    'kernel/time/timer.c: __mod_timer(), expire_timers(), __try_to_del_timer_sync(), __timer_delete_sync(), timer_shutdown_sync()',
  about:
    'm.timerCallback(name, body) declares a timer with its handler. timer_delete_sync() spins until a handler that runs has returned: from the handler itself, or with a lock that the handler takes, for ever. timer_delete() waits for nothing. A timer that is armed expires some time.',
  limits: [
    'Time is not modelled: an armed timer may expire at once, and expires some time.',
    'hrtimers are not modelled: their handlers are hardirq handlers of the model.',
  ],
  lockMap: { named: '(&%)' },
  fields: { pending: bit, running: bit, shutdown: bit, irqsafe: bit },
  operations: {
    modTimer: {
      does: 'mod_timer(): arms it, anew if it is armed; does nothing once it is shut down; from any context',
      arrows: [{ set: [set(pending, no(shutdown))] }],
    },
    addTimer: {
      does: 'add_timer(): as mod_timer(), of a timer that is not pending',
      needs: { 'add-timer-pending': no(pending) },
      arrows: [{ set: [set(pending, no(shutdown))] }],
    },
    timerDelete: {
      does: 'timer_delete(), del_timer(): it is not pending any more; waits for nobody, and it may be armed again',
      arrows: [{ set: [disarm] }],
    },
    timerDeleteSync: {
      does: 'timer_delete_sync(), del_timer_sync(): as timer_delete(), and spins while the handler runs; not in a hardirq handler unless the timer is irqsafe',
      needs: mayWait,
      waits,
      lockdep,
      arrows: [{ when: no(running), set: [disarm] }],
    },
    timerShutdown: {
      does: 'timer_shutdown(): as timer_delete(), and it cannot be armed again',
      arrows: [{ set: [disarm, set(shutdown, 1)] }],
    },
    timerShutdownSync: {
      does: 'timer_shutdown_sync(): as timer_delete_sync(), and from then on it cannot be armed again',
      needs: mayWait,
      waits,
      lockdep,
      arrows: [{ when: no(running), set: [disarm, set(shutdown, 1)] }],
    },
    timerPending: {
      does: 'timer_pending(): whether it is armed',
      arrows: [
        { when: pending, to: 'yes' },
        { when: no(pending), to: 'no' },
      ],
    },
    startTimer: {
      does: 'call_timer_fn(), begin: the softirq finds it expired; none = somebody was faster and took it off',
      lockdep: { does: 'acquire', exit: 'ok' },
      arrows: [
        { when: pending, set: [disarm, set(running, 1)] },
        { when: no(pending), to: 'none' },
      ],
    },
    finishTimer: {
      does: 'call_timer_fn(), end: whoever deletes it gets on',
      needs: { 'finish-not-running': running },
      lockdep: [{ does: 'event' }, { does: 'release' }],
      arrows: [{ set: [set(running, 0)] }],
    },
  },
})
