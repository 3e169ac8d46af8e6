// SPDX-License-Identifier: Apache-2.0
import { at, not } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

type Queue = ObjectHandle<'waitQueue'>
type Flag = ReturnType<M['flag']>
interface World {
  readonly q: Queue
  readonly x: Flag
}
/** A wait queue `q`, a flag `x`, and threads. */
const over =
  (threads: Readonly<Record<string, (t: T, w: World) => void>>, init = false) =>
  (m: M): void => {
    const w = { q: m.waitQueue('q'), x: m.flag('x', init) }
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, w))
  }
const variants = {
  waitEvent: (t: T, { q, x }: World, out: () => void): void => (t.waitEvent(q, x), out()),
  waitEventInterruptible: (t: T, { q, x }: World, out: () => void): void =>
    t.waitEventInterruptible(q, x, { ok: out, erestartsys: () => t.local('interrupted') }),
  waitEventKillable: (t: T, { q, x }: World, out: () => void): void =>
    t.waitEventKillable(q, x, { ok: out, erestartsys: () => t.local('interrupted') }),
  waitEventTimeout: (t: T, { q, x }: World, out: () => void): void =>
    t.waitEventTimeout(q, x, { ok: out, timeout: () => t.local('too late') }),
  waitEventInterruptibleTimeout: (t: T, { q, x }: World, out: () => void): void =>
    t.waitEventInterruptibleTimeout(q, x, {
      ok: out,
      erestartsys: () => t.local('interrupted'),
      timeout: () => t.local('too late'),
    }),
} as const
const waits =
  (name: keyof typeof variants = 'waitEvent') =>
  (t: T, w: World): void =>
    variants[name](t, w, () => t.local('came through'))
const sets = (t: T, { q, x }: World): void => (t.set(x, 1), t.wakeUp(q))
/** Ways to sleep, what they are, how they are labelled, and what else ends them. */
const flavours = [
  ['waitEvent', 'prepareToWait q', 'schedule q', []],
  ['waitEventInterruptible', 'prepareToWaitInterruptible q', 'scheduleInterruptible q', ['erestartsys']],
  ['waitEventKillable', 'prepareToWait q', 'scheduleInterruptible q', ['erestartsys']],
  ['waitEventTimeout', 'prepareToWait q', 'scheduleTimeout q', ['timeout']],
  [
    'waitEventInterruptibleTimeout',
    'prepareToWaitInterruptible q',
    'scheduleInterruptibleTimeout q',
    ['erestartsys', 'timeout'],
  ],
] as const
const begins = (by: string, prepare: string): readonly string[] => [`${by}: mightSleep`, `${by}: ${prepare}`]
const ended = { erestartsys: 'interrupted', timeout: 'too late' } as const

const waiting: readonly Fact[] = flavours.flatMap(([name, prepare, sleep, escapes]): Fact[] => {
  const asleep = [...begins('w', prepare), 'w: [!x]']
  const woken = escapes.length === 0 ? `w: ${sleep}` : `w: ${sleep} -> ok`
  const escaping = escapes.map((escape) => `w: ${sleep} -> ${escape}`)
  return [
    {
      name: `${name} looks at its condition before it sleeps`,
      build: over({ w: waits(name) }, true),
      after: [...begins('w', prepare), 'w: [x]', 'w: finishWait q'],
      enabled: ['w: came through'],
    },
    {
      name: `${name} prepares before it looks`,
      build: over({ w: waits(name) }, true),
      after: [],
      enabled: ['w: mightSleep'],
    },
    {
      name: `${name} sleeps while nobody wakes it`,
      build: over({ w: waits(name), s: sets }),
      after: [...asleep, 's: x := 1'],
      enabled: ['s: wakeUp q', ...escaping],
    },
    {
      name: `${name} is woken, and looks again`,
      build: over({ w: waits(name), s: sets }),
      after: [...asleep, 's: x := 1', 's: wakeUp q', woken, `w: ${prepare}`],
      enabled: ['w: [x]'],
    },
    {
      name: `${name} that is woken is not ended by anything else`,
      build: over({ w: waits(name), s: sets }),
      after: [...asleep, 's: x := 1', 's: wakeUp q'],
      enabled: [woken],
    },
    {
      name: `${name} that is woken for nothing sleeps again`,
      build: over({ w: waits(name), s: (t, { q }) => t.wakeUp(q) }),
      after: [...asleep, 's: wakeUp q', woken, `w: ${prepare}`, 'w: [!x]'],
      enabled: escaping,
    },
    {
      name: `${name} that was woken between preparing and sleeping does not sleep`,
      build: over({ w: waits(name), s: sets }),
      after: [...begins('w', prepare), 'w: [!x]', 's: x := 1', 's: wakeUp q'],
      enabled: [woken],
    },
    {
      name: `a wake-up before ${name} is not remembered`,
      build: over({ w: waits(name), s: (t, { q }) => t.wakeUp(q) }),
      after: ['s: wakeUp q', ...asleep],
      enabled: escaping,
    },
    {
      name: `${name} waits no longer once it came through`,
      build: over({ w: waits(name), l: (t, { q }) => t.waitqueueActive(q, { yes: () => {}, no: () => {} }) }, true),
      after: [...begins('w', prepare), 'w: [x]', 'w: finishWait q'],
      enabled: ['l: waitqueueActive q -> no', 'w: came through'],
    },
    {
      name: `waitqueue_active() sees who is about to sleep in ${name}`,
      build: over({ w: waits(name), l: (t, { q }) => t.waitqueueActive(q, { yes: () => {}, no: () => {} }) }),
      after: begins('w', prepare),
      enabled: ['l: waitqueueActive q -> yes'],
      enabledOf: ['l'],
    },
    {
      name: `${name} may sleep: misuse in atomic context even if its condition holds`,
      build: over({ w: (t, w) => (t.preemptDisable(), waits(name)(t, w), t.preemptEnable()) }, true),
      expected: { ...misuse('sleep-in-atomic', 'w') },
    },
    {
      name: `${name} holds if whoever sets the condition wakes it`,
      build: over({ w: waits(name), s: sets }),
      expected: holds,
    },
    {
      name: `after ${name} a sleeping operation is no misuse`,
      build: (m) => {
        const [q, x, l] = [m.waitQueue('q'), m.flag('x'), m.mutex('l')]
        m.thread('w', (t) => variants[name](t, { q, x }, () => (t.lock(l), t.unlock(l))))
        m.thread('s', (t) => (t.set(x, 1), t.wakeUp(q)))
      },
      expected: holds,
    },
    ...escapes.flatMap((escape): Fact[] => [
      {
        name: `${name} that gave up (${escape}) with the condition false says so`,
        build: over({ w: waits(name) }),
        after: [...asleep, `w: ${sleep} -> ${escape}`, 'w: [!x]', 'w: finishWait q'],
        enabled: [`w: ${ended[escape]}`],
      },
      {
        name: `${name} that gave up (${escape}) when the condition holds has succeeded`,
        build: over({ w: waits(name), s: sets }),
        after: [...asleep, 's: x := 1', `w: ${sleep} -> ${escape}`, 'w: [x]', 'w: finishWait q'],
        enabled: ['s: wakeUp q', 'w: came through'],
      },
      {
        name: `${name} that gave up (${escape}) waits no longer`,
        build: over({ w: waits(name), l: (t, { q }) => t.waitqueueActive(q, { yes: () => {}, no: () => {} }) }),
        after: [...asleep, `w: ${sleep} -> ${escape}`],
        enabled: ['l: waitqueueActive q -> no'],
        enabledOf: ['l'],
      },
      {
        name: `${name} that nobody ends is masked while something is held (${escape})`,
        build: (m) => {
          const [q, x, l] = [m.waitQueue('q'), m.flag('x'), m.mutex('l')]
          m.thread('w', (t) => (t.lock(l), variants[name](t, { q, x }, () => {}), t.unlock(l)))
        },
        expected: stuck('masked', 'none', ['w'], ['q']),
      },
    ]),
  ]
})

const interruptibly = ['waitEventInterruptible', 'waitEventInterruptibleTimeout'] as const
const uninterruptibly = ['waitEvent', 'waitEventKillable', 'waitEventTimeout'] as const
const setsInterruptible = (t: T, { q, x }: World): void => (t.set(x, 1), t.wakeUpInterruptible(q))
const flavour = (name: string): (typeof flavours)[number] => flavours.find(([n]) => n === name)!

const waking: readonly Fact[] = [
  ...interruptibly.map((name): Fact => ({
    name: `wake_up_interruptible() wakes ${name}`,
    build: over({ w: waits(name), s: setsInterruptible }),
    after: [...begins('w', flavour(name)[1]), 'w: [!x]', 's: x := 1', 's: wakeUpInterruptible q'],
    enabled: [`w: ${flavour(name)[2]} -> ok`],
  })),
  ...uninterruptibly.map((name): Fact => ({
    name: `wake_up_interruptible() does not wake ${name}`,
    build: over({ w: waits(name), s: setsInterruptible }),
    after: [...begins('w', flavour(name)[1]), 'w: [!x]', 's: x := 1', 's: wakeUpInterruptible q'],
    enabled: flavour(name)[3].map((escape) => `w: ${flavour(name)[2]} -> ${escape}`),
  })),
  {
    name: 'wake_up() wakes everybody who waits',
    build: over({ v: waits(), w: waits('waitEventInterruptible'), s: sets }),
    after: [
      ...begins('v', 'prepareToWait q'),
      'v: [!x]',
      ...begins('w', 'prepareToWaitInterruptible q'),
      'w: [!x]',
      's: x := 1',
      's: wakeUp q',
    ],
    enabled: ['v: schedule q', 'w: scheduleInterruptible q -> ok'],
  },
  {
    name: 'a condition that is set without a wake-up leaves the waiter stuck',
    build: over({ w: waits(), s: (t, { x }) => t.set(x, 1) }),
    expected: deadlock('none', ['w'], ['q']),
  },
  {
    name: 'a wake-up before the condition is set leaves the waiter stuck',
    build: over({ w: waits(), s: (t, { q, x }) => (t.wakeUp(q), t.set(x, 1)) }),
    expected: deadlock('none', ['w'], ['q']),
  },
  {
    name: 'a wake-up meant for interruptible waiters leaves another one stuck',
    build: over({ w: waits(), s: setsInterruptible }),
    expected: deadlock('none', ['w'], ['q']),
  },
  {
    name: 'a wake-up on another queue leaves the waiter stuck',
    build: (m) => {
      const [q, r, x] = [m.waitQueue('q'), m.waitQueue('r'), m.flag('x')]
      m.thread('w', (t) => t.waitEvent(q, x))
      m.thread('s', (t) => (t.set(x, 1), t.wakeUp(r)))
    },
    expected: deadlock('none', ['w'], ['q']),
  },
  {
    name: 'waking up only where waitqueue_active() says so is enough, once the condition is set',
    build: over({
      w: waits(),
      s: (t, { q, x }) => (t.set(x, 1), t.waitqueueActive(q, { yes: () => t.wakeUp(q), no: () => {} })),
    }),
    expected: holds,
  },
  {
    name: 'asking waitqueue_active() before the condition is set is not',
    build: over({
      w: waits(),
      s: (t, { q, x }) => t.waitqueueActive(q, { yes: () => sets(t, { q, x }), no: () => t.set(x, 1) }),
    }),
    expected: deadlock('none', ['w'], ['q']),
  },
  {
    name: 'a handler may wake up',
    build: (m) => {
      const [q, x] = [m.waitQueue('q'), m.flag('x')]
      m.thread('w', (t) => t.waitEvent(q, x))
      m.irq('h', (t) => (t.set(x, 1), t.wakeUp(q), t.wakeUpInterruptible(q)), { when: not(x) })
    },
    expected: holds,
  },
]

/** The catalogue's i915-guc-busyness-reset: who would wake the worker waits for the worker. */
const busyness =
  (gives: 'waits' | 'up') =>
  (m: M): void => {
    const [q, reset] = [m.waitQueue('q'), m.flag('reset')]
    const w = m.workItem(m.workqueue('wq'), 'w', (t) => {
      if (gives === 'waits') t.waitEvent(q, not(reset))
      t.local('counters')
    })
    m.thread('user', (t) => t.queueWork(w))
    m.worker('rst', (t) => {
      t.set(reset, 1)
      t.cancelWorkSync(w)
      t.set(reset, 0)
      t.wakeUp(q)
    })
  }
/** The catalogue's i915-modeset-vs-reset: a commit that waits for a fence or for a reset, under what the reset takes. */
const modeset =
  (order: 'set, wake' | 'wake, set') =>
  (m: M): void => {
    const [q, l, f, reset] = [m.waitQueue('q'), m.mutex('l'), m.fence('f', { published: true }), m.flag('reset')]
    m.thread('commit', (t) => (t.lock(l), t.waitEvent(q, reset), t.unlock(l)))
    m.worker('tdr', (t) => {
      const steps = [() => t.set(reset, 1), () => t.wakeUp(q)]
      for (const step of order === 'set, wake' ? steps : steps.toReversed()) step()
      t.lock(l)
      t.signal(f)
      t.unlock(l)
    })
  }
const blocking = (between: (t: T, l: ObjectHandle<'mutex'>, q: Queue) => void, wakes: boolean) => (m: M) => {
  const [q, l] = [m.waitQueue('q'), m.mutex('l')]
  m.thread('w', (t) => (t.prepareToWait(q), between(t, l, q)))
  if (wakes) m.thread('s', (t) => (t.await(at('w', 'prepared')), t.wakeUp(q), t.local('woke')))
}
const takes = (t: T, l: ObjectHandle<'mutex'>): void => (t.lock(l), t.unlock(l))

const scenarios: readonly Fact[] = [
  {
    name: 'a reset that cancels a worker which waits for the end of the reset',
    build: busyness('waits'),
    expected: deadlock('cycle', ['rst', 'wq/0'], ['q', 'w']),
  },
  { name: 'a worker that gives up instead is in nobody’s way', build: busyness('up'), expected: holds },
  { name: 'a commit that a reset wakes lets go of what the reset needs', build: modeset('set, wake'), expected: holds },
  {
    name: 'woken before the flag is set, it does not',
    build: modeset('wake, set'),
    expected: deadlock('none', ['commit'], ['q']),
  },
  {
    name: 'a sleeping operation between prepare_to_wait() and schedule() is misuse',
    build: blocking((t, l, q) => (takes(t, l), t.finishWait(q)), false),
    expected: misuse('blocking-while-waiting', 'w', 'l'),
  },
  {
    name: 'after finish_wait() it is not',
    build: blocking((t, l, q) => (t.finishWait(q), takes(t, l)), false),
    expected: holds,
  },
  {
    name: 'nor once a wake-up has made the task run again',
    build: blocking((t, l, q) => (t.label('prepared'), t.await(at('s', 'end')), takes(t, l), t.finishWait(q)), true),
    expected: holds,
  },
  ...(['wakeUp', 'wakeUpInterruptible'] as const).map((op): Fact => ({
    name: `${op} leaves alone a task that waits elsewhere`,
    build: (m) => {
      const [q, r, l] = [m.waitQueue('q'), m.waitQueue('r'), m.mutex('l')]
      m.thread('w', (t) => (t.finishWait(r), t.prepareToWaitInterruptible(q), t.label('p'), t.await(at('s', 'end'))))
      m.thread('s', (t) => (t.await(at('w', 'p')), t[op](r)))
      m.thread('v', (t) => takes(t, l))
    },
    expected: holds,
  })),
]

/** The operations alone, as code that writes the loop itself has them. */
type Sleep = 'schedule' | 'scheduleInterruptible' | 'scheduleTimeout' | 'scheduleInterruptibleTimeout'
const opOf = (name: string): Sleep => flavour(name)[2].split(' ')[0] as Sleep
const call = (t: T, name: string, q: Queue, then: () => void): void =>
  (t[opOf(name)] as (q: Queue, exits: object) => void)(
    q,
    Object.fromEntries(['ok', ...flavour(name)[3]].map((exit) => [exit, then])),
  )
const alone: readonly Fact[] = [
  ...flavours.flatMap(([name]): Fact[] => [
    {
      name: `${opOf(name)} of ${name} in atomic context is misuse`,
      build: (m) => {
        const [q, l] = [m.waitQueue('q'), m.spinlock('l')]
        m.thread('w', (t) => (t.prepareToWait(q), t.spinLock(l), call(t, name, q, () => {}), t.spinUnlock(l)))
      },
      expected: misuse('sleep-in-atomic', 'w', 'q'),
    },
    {
      name: `${opOf(name)} of ${name} without preparing is misuse`,
      build: (m) => {
        const q = m.waitQueue('q')
        m.thread('w', (t) => call(t, name, q, () => {}))
      },
      expected: misuse('schedule-unprepared', 'w', 'q'),
    },
    {
      name: `${opOf(name)} of ${name} uses the preparation up`,
      build: (m) => {
        const q = m.waitQueue('q')
        m.thread('w', (t) => (t.prepareToWait(q), call(t, name, q, () => call(t, name, q, () => {}))))
        m.thread('s', (t) => t.wakeUp(q))
      },
      after: [
        'w: prepareToWait q',
        's: wakeUp q',
        `w: ${flavour(name)[2]}${flavour(name)[3].length === 0 ? '' : ' -> ok'}`,
      ],
      enabled: [`w: ${flavour(name)[2]} !! schedule-unprepared`],
    },
    {
      name: `after ${opOf(name)} of ${name} the task runs, whatever woke it`,
      build: (m) => {
        const [q, l] = [m.waitQueue('q'), m.mutex('l')]
        m.thread('w', (t) => (t.prepareToWait(q), call(t, name, q, () => takes(t, l))))
        m.worker('s', (t) => t.loop(() => t.wakeUp(q)))
      },
      expected: holds,
    },
  ]),
  ...(['prepareToWait', 'prepareToWaitInterruptible'] as const).flatMap((op): Fact[] => [
    {
      name: `a sleeping operation after ${op} is misuse`,
      build: (m) => {
        const [q, l] = [m.waitQueue('q'), m.mutex('l')]
        m.thread('w', (t) => (t[op](q), takes(t, l), t.finishWait(q)))
      },
      expected: misuse('blocking-while-waiting', 'w', 'l'),
    },
    {
      name: `${op} does not sleep, nor do finish_wait() and waitqueue_active()`,
      build: (m) => {
        const q = m.waitQueue('q')
        m.thread('w', (t) => {
          t.preemptDisable()
          t[op](q)
          t.waitqueueActive(q, { yes: () => {}, no: () => {} })
          t.finishWait(q)
          t.preemptEnable()
        })
      },
      expected: holds,
    },
  ]),
]

export const waitQueueFacts: readonly Fact[] = [...waiting, ...waking, ...scenarios, ...alone]
