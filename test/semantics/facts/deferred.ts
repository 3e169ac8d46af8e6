// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

// Timers, tasklets and irq_works: handlers that somebody asks for, and waits for.

type Timer = ObjectHandle<'timer'>
type Tasklet = ObjectHandle<'tasklet'>
type IrqWork = ObjectHandle<'irqWork'>
const local = (t: T): void => t.local('work')

/** A timer `x` whose handler does something, and threads. */
const timer =
  (
    threads: Readonly<Record<string, (t: T, x: Timer) => void>>,
    handler: (t: T, x: Timer) => void = local,
    options: { readonly pending?: boolean; readonly irqsafe?: boolean } = {},
  ) =>
  (m: M): void => {
    const x: Timer = m.timerCallback('x', (t) => handler(t, x), { on: [], ...options })
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, x))
  }
const expires = 'x: irq on another cpu'
const fired = ['a: modTimer x', expires, 'x: startTimer x -> ok']
const returns = ['x: work', 'x: finishTimer x', 'x: return from interrupt']
const waits = ['timerDeleteSync', 'timerShutdownSync'] as const
const deletes = [...waits, 'timerDelete', 'timerShutdown'] as const
const asks = (t: T, x: Timer): void => t.timerPending(x, { yes: () => {}, no: () => {} })
/** The handler takes what whoever deletes the timer holds. */
const locked =
  (op: (typeof deletes)[number], order: 'under' | 'before') =>
  (m: M): void => {
    const l = m.spinlock('l')
    const x: Timer = m.timerCallback('x', (t) => (t.spinLock(l), t.spinUnlock(l)), { on: [] })
    m.thread('a', (t) => {
      t.modTimer(x)
      if (order === 'before') t[op](x)
      t.spinLockBh(l)
      if (order === 'under') t[op](x)
      t.spinUnlockBh(l)
    })
  }
/** A hardirq that takes the lock comes on top of the handler. */
const irqLocked = (irqsafe: boolean) => (m: M) => {
  const l = m.spinlock('l')
  const x: Timer = m.timerCallback('x', local, { on: [], irqsafe })
  m.irq('h', (t) => (t.spinLock(l), t.spinUnlock(l)), { on: ['x'], idleCpu: false, when: true })
  m.thread('a', (t) => (t.modTimer(x), t.spinLockIrq(l), t.timerDeleteSync(x), t.spinUnlockIrq(l)))
}

export const timerFacts: readonly Fact[] = [
  {
    name: 'a softirq that finds the timer expired runs its handler',
    build: timer({}, local, { pending: true }),
    after: [expires],
    enabled: ['x: startTimer x -> ok'],
  },
  ...(['modTimer', 'addTimer'] as const).map((op): Fact => ({
    name: `${op} is fine in atomic context`,
    build: timer({ a: (t, x) => (t.preemptDisable(), t[op](x), t.preemptEnable()) }),
    expected: holds,
  })),
  ...waits.map((op): Fact => ({
    name: `${op} of a timer that does not run does not wait`,
    build: timer({ a: (t, x) => t[op](x) }),
    after: [],
    enabled: [`a: ${op} x`],
  })),
  {
    name: 'a timer that is armed expires',
    build: timer({ a: (t, x) => t.modTimer(x) }),
    after: ['a: modTimer x'],
    enabled: [expires],
  },
  {
    name: 'one that is not does not',
    build: timer({ a: (t, x) => t.modTimer(x) }),
    after: [],
    enabled: ['a: modTimer x'],
  },
  { name: 'a timer may start armed', build: timer({}, local, { pending: true }), after: [], enabled: [expires] },
  {
    name: 'armed twice it runs once',
    build: timer({ a: (t, x) => (t.modTimer(x), t.modTimer(x)) }),
    after: ['a: modTimer x', ...fired, ...returns],
    enabled: [],
  },
  {
    name: 'armed while it runs it runs again',
    build: timer({ a: (t, x) => (t.modTimer(x), t.modTimer(x)) }),
    after: [...fired, 'a: modTimer x', ...returns],
    enabled: [expires],
  },
  { name: 'a timer ends', build: timer({ a: (t, x) => t.modTimer(x) }), expected: holds },
  {
    name: 'it comes on top of a task, not of one with softirqs off',
    build: (m) => {
      const x = m.timerCallback('x', local, { idleCpu: false, pending: true })
      m.thread('a', (t) => (t.localBhDisable(), asks(t, x), t.localBhEnable()))
    },
    after: ['a: localBhDisable'],
    enabled: ['a: timerPending x -> yes'],
  },
  {
    name: 'on top of a task with softirqs on',
    build: (m) => {
      m.timerCallback('x', local, { idleCpu: false, pending: true })
      m.thread('a', local)
    },
    after: [],
    enabled: ['a: work', 'x: irq on a'],
  },
  {
    name: 'a sleeping operation in its handler is misuse',
    build: (m) => {
      const l = m.mutex('l')
      m.timerCallback('x', (t) => (t.lock(l), t.unlock(l)), { pending: true })
    },
    expected: misuse('sleep-in-atomic', 'x', 'l'),
  },
  {
    name: 'add_timer() arms it',
    build: timer({ a: (t, x) => t.addTimer(x) }),
    after: ['a: addTimer x'],
    enabled: [expires],
  },
  {
    name: 'add_timer() of a pending timer is misuse',
    build: timer({ a: (t, x) => (t.modTimer(x), t.addTimer(x)) }, local, {}),
    expected: misuse('add-timer-pending', 'a', 'x'),
  },
  {
    name: 'timer_pending() says yes',
    build: timer({ a: (t, x) => (t.modTimer(x), asks(t, x)) }),
    after: ['a: modTimer x'],
    enabled: ['a: timerPending x -> yes', expires],
  },
  { name: 'timer_pending() says no', build: timer({ a: asks }), after: [], enabled: ['a: timerPending x -> no'] },
  {
    name: 'timer_pending() says no while the handler runs',
    build: timer({ a: (t, x) => (t.modTimer(x), asks(t, x)) }),
    after: fired,
    enabled: ['a: timerPending x -> no', 'x: work'],
  },
  ...deletes.flatMap((op): Fact[] => [
    {
      name: `${op} takes the timer off`,
      build: timer({ a: (t, x) => (t.modTimer(x), t[op](x)) }),
      after: ['a: modTimer x', `a: ${op} x`],
      enabled: [],
    },
    {
      name: `${op} may be faster than a softirq that was raised`,
      build: timer({ a: (t, x) => (t.modTimer(x), t[op](x)) }),
      after: ['a: modTimer x', expires, `a: ${op} x`],
      enabled: ['x: startTimer x -> none'],
    },
    {
      name: `${op} of a timer that is not armed is fine, in atomic context too`,
      build: timer({ a: (t, x) => (t.preemptDisable(), t[op](x), t.preemptEnable()) }),
      expected: holds,
    },
  ]),
  ...(['timerDelete', 'timerShutdown'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} does not wait for the handler`,
      build: timer({ a: (t, x) => (t.modTimer(x), t[op](x), t.local('gone')) }),
      after: [...fired, `a: ${op} x`],
      enabled: ['a: gone', 'x: work'],
    },
    { name: `${op} under a lock that the handler takes is fine`, build: locked(op, 'under'), expected: holds },
  ]),
  {
    name: 'timerDeleteSync waits for the handler',
    build: timer({ a: (t, x) => (t.modTimer(x), t.timerDeleteSync(x)) }),
    after: fired,
    enabled: ['x: work'],
  },
  {
    name: 'timerShutdownSync waits for the handler',
    build: timer({ a: (t, x) => (t.modTimer(x), t.timerShutdownSync(x)) }),
    after: fired,
    enabled: ['x: work'],
  },
  ...waits.flatMap((op): Fact[] => [
    {
      name: `${op} goes on when the handler has returned`,
      build: timer({ a: (t, x) => (t.modTimer(x), t[op](x)) }),
      after: [...fired, 'x: work', 'x: finishTimer x'],
      enabled: [`a: ${op} x`, 'x: return from interrupt'],
    },
    {
      name: `${op} under a lock that the handler takes deadlocks`,
      build: locked(op, 'under'),
      expected: deadlock('cycle', ['a', 'x'], ['l', 'x']),
    },
    { name: `${op} before the lock does not`, build: locked(op, 'before'), expected: holds },
    {
      name: `${op} from the handler waits for itself`,
      build: timer({}, (t, x) => t[op](x), { pending: true }),
      expected: deadlock('self', ['x'], ['x']),
    },
    {
      name: `${op} in a hardirq handler is misuse`,
      build: (m) => {
        const x = m.timer('x')
        m.irq('h', (t) => t[op](x))
      },
      expected: misuse('timer-sync-in-hardirq', 'h', 'x'),
    },
    {
      name: `${op} in a hardirq handler is fine for an irqsafe timer`,
      build: (m) => {
        const x = m.timer('x', { irqsafe: true })
        m.irq('h', (t) => t[op](x))
      },
      expected: holds,
    },
    {
      name: `${op} in a softirq handler is fine`,
      build: (m) => {
        const x = m.timer('x')
        m.softirq('h', (t) => t[op](x))
      },
      expected: holds,
    },
  ]),
  {
    name: 'a handler that arms its timer is stopped by timer_delete_sync()',
    build: timer({ a: (t, x) => t.timerDeleteSync(x) }, (t, x) => t.modTimer(x), { pending: true }),
    expected: holds,
  },
  {
    name: 'timer_delete() does not stop a handler that runs from arming it',
    build: timer({ a: (t, x) => t.timerDelete(x) }, (t, x) => t.modTimer(x), { pending: true }),
    after: [
      expires,
      'x: startTimer x -> ok',
      'a: timerDelete x',
      'x: modTimer x',
      'x: finishTimer x',
      'x: return from interrupt',
    ],
    enabled: [expires],
  },
  {
    name: 'timer_shutdown() does stop it',
    build: timer({ a: (t, x) => t.timerShutdown(x) }, (t, x) => t.modTimer(x), { pending: true }),
    after: [
      expires,
      'x: startTimer x -> ok',
      'a: timerShutdown x',
      'x: modTimer x',
      'x: finishTimer x',
      'x: return from interrupt',
    ],
    enabled: [],
  },
  {
    name: 'timer_shutdown_sync() that waits does not yet keep the handler from arming it',
    build: timer({ a: (t, x) => t.timerShutdownSync(x) }, (t, x) => t.modTimer(x), { pending: true }),
    after: [expires, 'x: startTimer x -> ok', 'x: modTimer x', 'x: finishTimer x', 'x: return from interrupt'],
    enabled: ['a: timerShutdownSync x', expires],
  },
  {
    name: 'a handler that arms its timer is stopped by timer_shutdown_sync() too',
    build: timer({ a: (t, x) => t.timerShutdownSync(x) }, (t, x) => t.modTimer(x), { pending: true }),
    expected: holds,
  },
  {
    name: 'timerShutdownSync takes off what a handler that runs has armed',
    build: timer({ a: (t, x) => (t.timerShutdownSync(x), t.local('gone')) }, (t, x) => t.modTimer(x), {
      pending: true,
    }),
    after: [
      expires,
      'x: startTimer x -> ok',
      'x: modTimer x',
      'x: finishTimer x',
      'x: return from interrupt',
      'a: timerShutdownSync x',
    ],
    enabled: ['a: gone'],
  },
  {
    name: 'timerDeleteSync takes off what a handler that ran has armed',
    build: timer({ a: (t, x) => (t.timerDeleteSync(x), t.local('gone')) }, (t, x) => t.modTimer(x), { pending: true }),
    after: [
      expires,
      'x: startTimer x -> ok',
      'x: modTimer x',
      'x: finishTimer x',
      'x: return from interrupt',
      'a: timerDeleteSync x',
    ],
    enabled: ['a: gone'],
  },
  ...(['timerShutdown', 'timerShutdownSync'] as const).flatMap((op) =>
    (['modTimer', 'addTimer'] as const).map((arm): Fact => ({
      name: `after ${op} ${arm} does nothing`,
      build: timer({ a: (t, x) => (t[op](x), t[arm](x)) }),
      after: [`a: ${op} x`, `a: ${arm} x`],
      enabled: [],
    })),
  ),
  {
    name: 'a hardirq on top of the handler that wants what the deleter holds deadlocks',
    build: irqLocked(false),
    expected: { verdict: 'violated', kind: 'deadlock' },
  },
  { name: 'with an irqsafe timer no interrupt comes on top', build: irqLocked(true), expected: holds },
  {
    name: 'finishing a timer that does not run is misuse',
    build: (m) => {
      const x = m.timer('x')
      m.softirq('h', (t) => t.finishTimer(x))
    },
    expected: misuse('finish-not-running', 'h', 'x'),
  },
  {
    name: 'a timer that signals a fence is relied on',
    build: (m) => {
      const f = m.fence('f', { published: true })
      const x = m.timerCallback('x', (t) => t.signal(f))
      m.thread('a', (t) => (t.modTimer(x), t.wait(f)))
    },
    expected: holds,
  },
]

/** A tasklet `x`, scheduled from the start unless said. */
const tasklet =
  (
    threads: Readonly<Record<string, (t: T, x: Tasklet) => void>>,
    handler: (t: T, x: Tasklet) => void = local,
    options: { readonly scheduled?: boolean; readonly disabled?: number } = { scheduled: true },
  ) =>
  (m: M): void => {
    const x: Tasklet = m.taskletCallback('x', (t) => handler(t, x), { on: [], ...options })
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, x))
  }
const runs = [expires, 'x: startTasklet x -> ok']
const ran = ['x: work', 'x: finishTasklet x', 'x: return from interrupt']
const disables = ['taskletDisable', 'taskletDisableInAtomic'] as const
const taskletLocked = (op: (typeof disables)[number] | 'taskletDisableNosync', irqs: 'lock' | 'wait') => (m: M) => {
  const f = m.spinlock('l')
  const x: Tasklet = m.taskletCallback('x', (t) => (t.spinLock(f), t.spinUnlock(f)), { on: [], scheduled: true })
  m.thread('a', (t) => {
    t.spinLockBh(f)
    if (irqs === 'lock') t[op](x)
    t.spinUnlockBh(f)
  })
}

export const taskletFacts: readonly Fact[] = [
  {
    name: 'a softirq that finds the tasklet scheduled runs it',
    build: tasklet({}),
    after: [expires],
    enabled: ['x: startTasklet x -> ok'],
  },
  ...disables.map((op): Fact => ({
    name: `${op} of one that does not run does not wait`,
    build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }, local, {}),
    after: [],
    enabled: [`a: ${op} x`],
  })),
  {
    name: 'a tasklet that is scheduled runs',
    build: tasklet({ a: (t, x) => t.taskletSchedule(x) }, local, {}),
    after: ['a: taskletSchedule x'],
    enabled: [expires],
  },
  {
    name: 'once',
    build: tasklet({ a: (t, x) => (t.taskletSchedule(x), t.taskletSchedule(x)) }, local, {}),
    after: ['a: taskletSchedule x', 'a: taskletSchedule x', ...runs, ...ran],
    enabled: [],
  },
  {
    name: 'scheduled while it runs it runs again',
    build: tasklet({ a: (t, x) => t.taskletSchedule(x) }),
    after: [...runs, 'a: taskletSchedule x', ...ran],
    enabled: [expires],
  },
  {
    name: 'scheduling is fine in a handler',
    build: (m) => {
      const x = m.taskletCallback('x', local)
      m.irq('h', (t) => t.taskletSchedule(x))
    },
    expected: holds,
  },
  ...[...disables, 'taskletDisableNosync' as const].flatMap((op): Fact[] => [
    {
      name: `${op} keeps it from running`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: [`a: ${op} x`],
      enabled: ['a: taskletEnable x'],
    },
    {
      name: `${op} may be faster than a softirq that was raised`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: [expires, `a: ${op} x`],
      enabled: ['a: taskletEnable x', 'x: startTasklet x -> none'],
    },
    {
      name: `what ${op} kept from running runs when it is enabled`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: [`a: ${op} x`, 'a: taskletEnable x'],
      enabled: [expires],
    },
    {
      name: `${op} nests`,
      build: tasklet({ a: (t, x) => (t[op](x), t[op](x), t.taskletEnable(x), t.taskletEnable(x)) }),
      after: [`a: ${op} x`, `a: ${op} x`, 'a: taskletEnable x'],
      enabled: ['a: taskletEnable x'],
    },
    {
      name: `${op} does not unschedule: tasklet_kill() waits for ever`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletKill(x)) }),
      expected: { verdict: 'violated', kind: 'deadlock', processes: ['a'], objects: ['x'] },
    },
  ]),
  ...disables.flatMap((op): Fact[] => [
    {
      name: `${op} waits while it runs`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: [...runs, `a: ${op} x -> waiting`],
      enabled: ['x: work'],
    },
    {
      name: `${op} of one that runs cannot but wait`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: runs,
      enabled: [`a: ${op} x -> waiting`, 'x: work'],
    },
    {
      name: `${op} goes on when it has run`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)) }),
      after: [...runs, `a: ${op} x -> waiting`, ...ran],
      enabled: [`a: ${op} x`],
    },
    {
      name: `${op} disables while it waits`,
      build: tasklet({ a: (t, x) => (t[op](x), t.taskletEnable(x)), b: (t, x) => t.taskletSchedule(x) }),
      after: [...runs, `a: ${op} x -> waiting`, 'b: taskletSchedule x', ...ran],
      enabled: [`a: ${op} x`],
    },
  ]),
  {
    name: 'tasklet_disable_nosync() does not wait',
    build: tasklet({ a: (t, x) => (t.taskletDisableNosync(x), t.local('gone'), t.taskletEnable(x)) }),
    after: [...runs, 'a: taskletDisableNosync x'],
    enabled: ['a: gone', 'x: work'],
  },
  {
    name: 'tasklet_disable_in_atomic() under a lock that the tasklet takes deadlocks',
    build: taskletLocked('taskletDisableInAtomic', 'lock'),
    expected: deadlock('cycle', ['a', 'x'], ['l', 'x']),
  },
  {
    name: 'tasklet_disable() under a spinlock is misuse',
    build: taskletLocked('taskletDisable', 'lock'),
    expected: misuse('sleep-in-atomic', 'a', 'x'),
  },
  {
    name: 'tasklet_disable_nosync() under it is fine',
    build: taskletLocked('taskletDisableNosync', 'lock'),
    expected: holds,
  },
  {
    name: 'tasklet_enable() without disabling is misuse',
    build: tasklet({ a: (t, x) => t.taskletEnable(x) }),
    expected: misuse('tasklet-not-disabled', 'a', 'x'),
  },
  {
    name: 'enabling is fine in atomic context',
    build: tasklet({ a: (t, x) => (t.preemptDisable(), t.taskletEnable(x), t.preemptEnable()) }, local, {
      disabled: 1,
    }),
    expected: holds,
  },
  {
    name: 'tasklet_kill() of an idle one returns at once',
    build: tasklet({ a: (t, x) => t.taskletKill(x) }, local, {}),
    after: [],
    enabled: ['a: taskletKill x'],
  },
  {
    name: 'and leaves it to be scheduled',
    build: tasklet({ a: (t, x) => (t.taskletKill(x), t.taskletSchedule(x)) }, local, {}),
    after: ['a: taskletKill x', 'a: taskletSchedule x'],
    enabled: [expires],
  },
  {
    name: 'tasklet_kill() waits until a scheduled one has run',
    build: tasklet({ a: (t, x) => t.taskletKill(x) }),
    after: [],
    enabled: [expires],
  },
  {
    name: 'tasklet_kill() waits until a running one has',
    build: tasklet({ a: (t, x) => t.taskletKill(x) }),
    after: runs,
    enabled: ['a: taskletKill x -> waiting', 'x: work'],
  },
  {
    name: 'nobody can schedule it meanwhile',
    build: tasklet({ a: (t, x) => t.taskletKill(x), b: (t, x) => t.taskletSchedule(x) }),
    after: [...runs, 'a: taskletKill x -> waiting', 'b: taskletSchedule x', 'x: work'],
    enabled: ['x: finishTasklet x'],
  },
  {
    name: 'what somebody tried to schedule meanwhile does not run',
    build: tasklet({ a: (t, x) => t.taskletKill(x), b: (t, x) => t.taskletSchedule(x) }),
    after: [...runs, 'a: taskletKill x -> waiting', 'b: taskletSchedule x', ...ran],
    enabled: ['a: taskletKill x'],
  },
  {
    name: 'tasklet_kill() that waits does so until it has run',
    build: tasklet({ a: (t, x) => t.taskletKill(x) }),
    after: [...runs, 'a: taskletKill x -> waiting'],
    enabled: ['x: work'],
  },
  {
    name: 'afterwards it can be scheduled',
    build: tasklet({ a: (t, x) => (t.taskletKill(x), t.taskletSchedule(x)) }),
    after: [...runs, 'a: taskletKill x -> waiting', ...ran, 'a: taskletKill x', 'a: taskletSchedule x'],
    enabled: [expires],
  },
  {
    name: 'tasklet_kill() may sleep',
    build: tasklet({ a: (t, x) => (t.preemptDisable(), t.taskletKill(x), t.preemptEnable()) }, local, {}),
    expected: misuse('sleep-in-atomic', 'a', 'x'),
  },
  {
    name: 'finishing one that does not run is misuse',
    build: (m) => {
      const x = m.tasklet('x')
      m.softirq('h', (t) => t.finishTasklet(x))
    },
    expected: misuse('finish-not-running', 'h', 'x'),
  },
  {
    name: 'a tasklet ends',
    build: tasklet({ a: (t, x) => (t.taskletSchedule(x), t.taskletKill(x)) }),
    expected: holds,
  },
]

const irqWork =
  (threads: Readonly<Record<string, (t: T, x: IrqWork) => void>>, handler: (t: T, x: IrqWork) => void = local) =>
  (m: M): void => {
    const x: IrqWork = m.irqWorkCallback('x', (t) => handler(t, x), { on: [] })
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, x))
  }
const queues = (t: T, x: IrqWork): void => t.irqWorkQueue(x, { already: () => {} })
const began = ['a: irqWorkQueue x -> ok', expires, 'x: startIrqWork x -> ok']
const done = ['x: work', 'x: finishIrqWork x', 'x: return from interrupt']
/** The catalogue's fence-array-irq-work: a member's callback must not signal the array under the lock they share. */
const array =
  (how: 'irq_work' | 'at once') =>
  (m: M): void => {
    const l = m.spinlock('l')
    const [member, whole] = [
      m.fence('member', { published: true, lock: l }),
      m.fence('whole', { published: true, lock: l }),
    ]
    const x = m.irqWorkCallback('x', (t) => t.signal(whole))
    m.callback(member, 'cb', (t) => (how === 'irq_work' ? t.irqWorkQueue(x) : t.signal(whole)))
    m.irq('done', (t) => t.signal(member), { when: true })
    m.thread('w', (t) => t.wait(whole))
  }

export const irqWorkFacts: readonly Fact[] = [
  {
    name: 'an interrupt that finds it pending runs it',
    build: irqWork({ a: queues }),
    after: ['a: irqWorkQueue x -> ok', expires],
    enabled: ['x: startIrqWork x -> ok'],
  },
  {
    name: 'an irq_work that is queued runs',
    build: irqWork({ a: queues }),
    after: ['a: irqWorkQueue x -> ok'],
    enabled: [expires],
  },
  {
    name: 'queueing a pending one is false and does nothing',
    build: irqWork({ a: (t, x) => (queues(t, x), queues(t, x)) }),
    after: ['a: irqWorkQueue x -> ok', 'a: irqWorkQueue x -> already', expires, 'x: startIrqWork x -> ok', ...done],
    enabled: [],
  },
  {
    name: 'a pending one is not queued anew',
    build: irqWork({ a: (t, x) => (queues(t, x), queues(t, x)) }),
    after: ['a: irqWorkQueue x -> ok'],
    enabled: ['a: irqWorkQueue x -> already', expires],
  },
  {
    name: 'queued while it runs it runs again',
    build: irqWork({ a: (t, x) => (queues(t, x), queues(t, x)) }),
    after: [...began, 'a: irqWorkQueue x -> ok', ...done],
    enabled: [expires],
  },
  {
    name: 'irq_work_sync() of an idle one returns at once',
    build: irqWork({ a: (t, x) => t.irqWorkSync(x) }),
    after: [],
    enabled: ['a: irqWorkSync x'],
  },
  {
    name: 'irq_work_sync() waits for a pending one',
    build: irqWork({ a: (t, x) => (t.irqWorkQueue(x), t.irqWorkSync(x)) }),
    after: ['a: irqWorkQueue x -> ok'],
    enabled: [expires],
  },
  {
    name: 'irq_work_sync() waits for a running one',
    build: irqWork({ a: (t, x) => (t.irqWorkQueue(x), t.irqWorkSync(x)) }),
    after: began,
    enabled: ['x: work'],
  },
  {
    name: 'irq_work_sync() goes on when it has run',
    build: irqWork({ a: (t, x) => (t.irqWorkQueue(x), t.irqWorkSync(x)) }),
    after: [...began, 'x: work', 'x: finishIrqWork x'],
    enabled: ['a: irqWorkSync x', 'x: return from interrupt'],
  },
  {
    name: 'irq_work_sync() may sleep',
    build: irqWork({ a: (t, x) => (t.preemptDisable(), t.irqWorkSync(x), t.preemptEnable()) }),
    expected: misuse('sleep-in-atomic', 'a', 'x'),
  },
  {
    name: 'queueing does not',
    build: irqWork({ a: (t, x) => (t.localIrqSave(), t.irqWorkQueue(x), t.localIrqRestore()) }),
    expected: holds,
  },
  {
    name: 'its handler must not sleep',
    build: (m) => {
      const l = m.mutex('l')
      const x = m.irqWorkCallback('x', (t) => (t.lock(l), t.unlock(l)))
      m.thread('a', (t) => t.irqWorkQueue(x))
    },
    expected: misuse('sleep-in-atomic', 'x', 'l'),
  },
  {
    name: 'it comes on top of who has interrupts on',
    build: (m) => {
      const [x, l] = [m.irqWorkCallback('x', (t) => (t.spinLock(l), t.spinUnlock(l))), m.spinlock('l')]
      m.thread('a', (t) => (t.irqWorkQueue(x), t.spinLock(l), t.spinUnlock(l)))
    },
    expected: deadlock('irq', ['a', 'x'], ['l']),
  },
  {
    name: 'one that was raised twice begins once',
    build: (m) => {
      const x = m.irqWork('x')
      m.irq('h', (t) => t.startIrqWork(x, { none: () => {}, ok: () => t.finishIrqWork(x) }), { on: [] })
      m.thread('a', (t) => t.irqWorkQueue(x))
    },
    after: ['h: irq on another cpu'],
    enabled: ['a: irqWorkQueue x -> ok', 'h: startIrqWork x -> none'],
  },
  {
    name: 'finishing one that does not run is misuse',
    build: (m) => {
      const x = m.irqWork('x')
      m.irq('h', (t) => t.finishIrqWork(x))
    },
    expected: misuse('finish-not-running', 'h', 'x'),
  },
  { name: 'a callback that queues an irq_work which signals is fine', build: array('irq_work'), expected: holds },
  {
    name: 'one that signals under the lock it shares waits for itself',
    build: array('at once'),
    expected: deadlock('self', ['done'], ['l']),
  },
]
