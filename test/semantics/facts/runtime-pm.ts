// SPDX-License-Identifier: Apache-2.0
import { eq, field } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

type Device = ObjectHandle<'runtimePm'>
type Start = Readonly<Partial<Record<'usage' | 'suspended' | 'changing' | 'request' | 'deferred', number>>>
const asleep: Start = { suspended: 1 }
const used: Start = { usage: 1 }

/** A device `d` with callbacks that are one step each, a worker of pm_wq and threads. */
const over =
  (threads: Readonly<Record<string, (t: T, d: Device) => void>>, start: Start = {}) =>
  (m: M): void => {
    const d = m.runtimePm('d', start)
    m.runtimeResume(d, 'resume', (t) => t.local('wakes'))
    m.runtimeSuspend(d, 'suspend', (t) => t.local('sleeps'))
    m.pmWorker('pm', [d])
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, d))
  }
type Op =
  | 'pmRuntimeGetSync'
  | 'pmRuntimeResume'
  | 'pmRuntimeGet'
  | 'pmRuntimeGetNoresume'
  | 'pmRuntimePut'
  | 'pmRuntimePutNoidle'
  | 'pmRuntimePutSync'
  | 'pmRuntimePutSyncSuspend'
  | 'pmRuntimeSuspend'
  | 'pmRuntimeBarrier'
const does =
  (...ops: readonly Op[]) =>
  (t: T, d: Device): void =>
    ops.forEach((op) => t[op](d))
/** What the state is after an operation, or a schedule of `a` and others. */
const leaves = (
  name: string,
  build: Fact['build'],
  after: readonly string[],
  enabled: readonly string[],
  enabledOf?: readonly string[],
): Fact => ({
  name,
  build,
  after,
  enabled,
  ...(enabledOf !== undefined && { enabledOf }),
})
/** The device is in exactly this state when `a` has done these. */
const ends = (name: string, ops: readonly Op[], start: Start, end: Start): Fact => ({
  name,
  build: (m) => {
    const d = m.runtimePm('d', start)
    m.thread('a', (t) => {
      does(...ops)(t, d)
      for (const key of ['usage', 'suspended', 'changing', 'request', 'deferred'] as const)
        t.assert(eq(field(d, key), end[key] ?? 0), key)
    })
  },
  expected: holds,
})
const suspending: Start = { changing: 1 }
const resuming: Start = { changing: 1, suspended: 1 }

const states: readonly Fact[] = [
  ends('pm_runtime_get_sync() of a device that is awake uses it', ['pmRuntimeGetSync'], { request: 1 }, used),
  ends('pm_runtime_get_sync() of a device that sleeps wakes it', ['pmRuntimeGetSync'], { ...asleep, request: 2 }, used),
  ends(
    'pm_runtime_resume() of a device that is awake does nothing but cancel requests',
    ['pmRuntimeResume'],
    { request: 1 },
    {},
  ),
  ends(
    'pm_runtime_resume() of a device that nobody uses asks for it to be suspended again',
    ['pmRuntimeResume'],
    { ...asleep, request: 2 },
    { request: 1 },
  ),
  ends('pm_runtime_resume() of one that is used does not', ['pmRuntimeResume'], { ...asleep, ...used }, used),
  ends('pm_runtime_get() of a device that is awake uses it', ['pmRuntimeGet'], { request: 1 }, used),
  ends('pm_runtime_get() of a device that sleeps asks for it', ['pmRuntimeGet'], asleep, {
    ...asleep,
    ...used,
    request: 2,
  }),
  ends(
    'pm_runtime_get() of a device that is being suspended defers',
    ['pmRuntimeGet'],
    { ...suspending, request: 1 },
    { ...suspending, ...used, deferred: 1 },
  ),
  ends(
    'pm_runtime_get() of a device that is being resumed has nothing to do',
    ['pmRuntimeGet'],
    { ...resuming, request: 1 },
    { ...resuming, ...used },
  ),
  ends(
    'pm_runtime_get_noresume() leaves it as it is',
    ['pmRuntimeGetNoresume'],
    { ...asleep, request: 2 },
    { ...asleep, ...used, request: 2 },
  ),
  ends('pm_runtime_put() of the last user asks for it to be suspended', ['pmRuntimePut'], used, { request: 1 }),
  ends('pm_runtime_put() of another does not', ['pmRuntimePut'], { usage: 2 }, used),
  ends('nor where it sleeps', ['pmRuntimePut'], { ...asleep, ...used }, asleep),
  ends('nor where it is being resumed', ['pmRuntimePut'], { ...resuming, ...used }, resuming),
  ends('nor where a resume was asked for', ['pmRuntimePut'], { ...used, request: 2 }, { request: 2 }),
  ends('pm_runtime_put_noidle() of a device that nobody uses is no misuse', ['pmRuntimePutNoidle'], {}, {}),
  ends('pm_runtime_put_noidle() never does', ['pmRuntimePutNoidle'], used, {}),
  ends('pm_runtime_put_sync() of the last user suspends it', ['pmRuntimePutSync'], { ...used, request: 1 }, asleep),
  ends('pm_runtime_put_sync() of another does not', ['pmRuntimePutSync'], { usage: 2 }, used),
  ends(
    'pm_runtime_put_sync() does not where a resume was asked for',
    ['pmRuntimePutSync'],
    { ...used, request: 2 },
    { request: 2 },
  ),
  ends(
    'pm_runtime_put_sync() does not wait for a suspend in progress',
    ['pmRuntimePutSync'],
    { ...suspending, ...used },
    suspending,
  ),
  ends('nor for a resume', ['pmRuntimePutSync'], { ...resuming, ...used }, resuming),
  ends(
    'pm_runtime_put_sync_suspend() of the last user suspends it',
    ['pmRuntimePutSyncSuspend'],
    { ...used, request: 1 },
    asleep,
  ),
  ends('pm_runtime_put_sync_suspend() of another does not', ['pmRuntimePutSyncSuspend'], { usage: 2 }, used),
  ends(
    'pm_runtime_put_sync_suspend() of one that sleeps does nothing',
    ['pmRuntimePutSyncSuspend'],
    { ...asleep, ...used },
    asleep,
  ),
  ends(
    'pm_runtime_put_sync_suspend() does not wait for a resume',
    ['pmRuntimePutSyncSuspend'],
    { ...resuming, ...used },
    resuming,
  ),
  ends(
    'nor for a suspend that a resume will follow',
    ['pmRuntimePutSyncSuspend'],
    { ...suspending, ...used, deferred: 1 },
    { ...suspending, deferred: 1 },
  ),
  ends('pm_runtime_suspend() of a device that nobody uses suspends it', ['pmRuntimeSuspend'], { request: 1 }, asleep),
  ends('pm_runtime_suspend() of one that is used does nothing', ['pmRuntimeSuspend'], used, used),
  ends('pm_runtime_suspend() of one that sleeps does nothing', ['pmRuntimeSuspend'], asleep, asleep),
  ends('pm_runtime_barrier() cancels a suspend that was asked for', ['pmRuntimeBarrier'], { request: 1 }, {}),
  ends(
    'pm_runtime_barrier() carries out a resume that was asked for',
    ['pmRuntimeBarrier'],
    { ...asleep, request: 2 },
    {},
  ),
  ends('pm_runtime_barrier() leaves its users', ['pmRuntimeBarrier'], used, used),
  ends('also where it resumes', ['pmRuntimeBarrier'], { ...used, ...asleep, request: 2 }, used),
  ends('pm_runtime_barrier() forgets one that is not needed', ['pmRuntimeBarrier'], { request: 2 }, {}),
  ends('pm_runtime_barrier() leaves a device asleep that nobody asked for', ['pmRuntimeBarrier'], asleep, asleep),
]

/** A task that is prepared to sleep. */
const prepared = (op: Op, start: Start) => (m: M) => {
  const [d, q] = [m.runtimePm('d', start), m.waitQueue('q')]
  m.thread('a', (t) => (t.prepareToWait(q), t[op](d), t.finishWait(q)))
}
/** While somebody else runs a callback: who waits, and goes on when. */
const resumer = 'r: pmRuntimeResume d -> resuming'
const suspender = 's: pmRuntimeSuspend d -> suspending'
const waiting: readonly Fact[] = [
  ...(['pmRuntimeGetSync', 'pmRuntimeResume'] as const).flatMap((op): Fact[] => [
    leaves(
      `${op} runs the callback as the caller`,
      over({ a: does(op) }, asleep),
      [`a: ${op} d -> resuming`],
      ['a: wakes'],
    ),
    leaves(`${op} of a device that is awake runs nothing`, over({ a: does(op) }), [], [`a: ${op} d`]),
    leaves(
      `${op} waits while somebody resumes it`,
      over({ a: does(op), r: does('pmRuntimeResume') }, asleep),
      [resumer, `a: ${op} d -> waiting`],
      ['r: wakes'],
    ),
    leaves(
      `${op} of a device that is being resumed cannot but wait`,
      over({ a: does(op), r: does('pmRuntimeResume') }, asleep),
      [resumer],
      [`a: ${op} d -> waiting`, 'r: wakes'],
    ),
    leaves(
      `${op} goes on when it is awake`,
      over({ a: does(op), r: does('pmRuntimeGetSync') }, asleep),
      ['r: pmRuntimeGetSync d -> resuming', `a: ${op} d -> waiting`, 'r: wakes', 'r: pmRuntimeGetSync d'],
      [`a: ${op} d`],
    ),
    leaves(
      `${op} that waited for a suspend resumes it`,
      over({ a: does(op), s: does('pmRuntimeSuspend') }),
      [suspender, `a: ${op} d -> waiting`, 's: sleeps', 's: pmRuntimeSuspend d'],
      [`a: ${op} d -> resuming`],
    ),
    leaves(
      `then ${op} runs the callback`,
      over({ a: does(op), s: does('pmRuntimeSuspend') }),
      [suspender, `a: ${op} d -> waiting`, 's: sleeps', 's: pmRuntimeSuspend d', `a: ${op} d -> resuming`],
      ['a: wakes'],
    ),
    leaves(
      `others wait for it again (${op})`,
      over({ a: does(op), b: does(op), s: does('pmRuntimeSuspend') }),
      [suspender, `a: ${op} d -> waiting`, 's: sleeps', 's: pmRuntimeSuspend d', `a: ${op} d -> resuming`],
      ['a: wakes', `b: ${op} d -> waiting`],
    ),
    ...(
      [
        ['asleep', asleep],
        ['being suspended', { changing: 1 }],
      ] as const
    ).map(([what, start]): Fact => ({
      name: `${op} in atomic context is misuse where the device is ${what}`,
      build: over({ a: (t, d) => (t.preemptDisable(), t[op](d), t.preemptEnable()) }, start),
      expected: misuse('sleep-in-atomic', 'a', 'd'),
    })),
    {
      name: `${op} in atomic context is fine where it is awake, and stays so`,
      build: over({ a: (t, d) => (t.preemptDisable(), t[op](d), t.preemptEnable()) }, used),
      expected: holds,
    },
    {
      name: `${op} between preparing and sleeping is misuse where the device is asleep`,
      build: prepared(op, asleep),
      expected: misuse('blocking-while-waiting', 'a', 'd'),
    },
    {
      name: `${op} between preparing and sleeping is fine where it is awake`,
      build: prepared(op, used),
      expected: holds,
    },
    leaves(
      `${op} that waits cancels what pm_wq was asked for`,
      over({ a: does(op), s: does('pmRuntimeSuspend') }, { ...suspending, request: 1 }),
      [`a: ${op} d -> waiting`],
      [],
      ['pm'],
    ),
  ]),
  ...(['pmRuntimePutSyncSuspend', 'pmRuntimeSuspend'] as const).flatMap((op): Fact[] => {
    const start = op === 'pmRuntimeSuspend' ? {} : used
    return [
      leaves(
        `${op} runs the callback as the caller`,
        over({ a: does(op) }, start),
        [`a: ${op} d -> suspending`],
        ['a: sleeps'],
      ),
      {
        name: `${op} in atomic context is misuse`,
        build: over({ a: (t, d) => (t.preemptDisable(), t[op](d), t.preemptEnable()) }, start),
        expected: misuse('sleep-in-atomic', 'a', 'd'),
      },
    ]
  }),
  leaves(
    'pm_runtime_suspend() that waited for a suspend after which somebody resumed it suspends it',
    over({ a: does('pmRuntimeSuspend'), s: does('pmRuntimeSuspend', 'pmRuntimeResume') }),
    [
      suspender,
      'a: pmRuntimeSuspend d -> waiting',
      's: sleeps',
      's: pmRuntimeSuspend d',
      's: pmRuntimeResume d -> resuming',
      's: wakes',
      's: pmRuntimeResume d',
    ],
    ['a: pmRuntimeSuspend d -> suspending', 'pm: pmRuntimeWork d -> suspending'],
  ),
  leaves(
    'and runs the callback again',
    over({ a: does('pmRuntimeSuspend'), s: does('pmRuntimeSuspend', 'pmRuntimeResume') }),
    [
      suspender,
      'a: pmRuntimeSuspend d -> waiting',
      's: sleeps',
      's: pmRuntimeSuspend d',
      's: pmRuntimeResume d -> resuming',
      's: wakes',
      's: pmRuntimeResume d',
      'a: pmRuntimeSuspend d -> suspending',
    ],
    ['a: sleeps'],
  ),
  leaves(
    'pm_runtime_barrier() waits while a callback runs',
    over({ a: does('pmRuntimeBarrier'), s: does('pmRuntimeSuspend') }),
    [suspender, 'a: pmRuntimeBarrier d -> flushing'],
    ['s: sleeps'],
  ),
  leaves(
    'and goes on afterwards',
    over({ a: does('pmRuntimeBarrier'), s: does('pmRuntimeSuspend') }),
    [suspender, 'a: pmRuntimeBarrier d -> flushing', 's: sleeps', 's: pmRuntimeSuspend d'],
    ['a: pmRuntimeBarrier d'],
  ),
  leaves(
    'pm_runtime_barrier() carries a resume out as the caller',
    over({ a: does('pmRuntimeBarrier') }, { ...asleep, request: 2 }),
    ['a: pmRuntimeBarrier d -> held', 'a: pmRuntimeBarrier d -> resuming'],
    ['a: wakes'],
  ),
  {
    name: 'pm_runtime_barrier() may sleep',
    build: over({ a: (t, d) => (t.preemptDisable(), t.pmRuntimeBarrier(d), t.preemptEnable()) }),
    expected: misuse('sleep-in-atomic', 'a', 'd'),
  },
  ...(['pmRuntimePutSync', 'pmRuntimePutSyncSuspend'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} of the last user may sleep`,
      build: over({ a: (t, d) => (t.preemptDisable(), t[op](d), t.preemptEnable()) }, used),
      expected: misuse('sleep-in-atomic', 'a', 'd'),
    },
    {
      name: `${op} of another does not`,
      build: over({ a: (t, d) => (t.preemptDisable(), t[op](d), t.preemptEnable()) }, { usage: 2 }),
      expected: holds,
    },
    {
      name: `${op} of the last user between preparing and sleeping is misuse`,
      build: prepared(op, used),
      expected: misuse('blocking-while-waiting', 'a', 'd'),
    },
    {
      name: `${op} of another between preparing and sleeping is fine`,
      build: prepared(op, { usage: 2 }),
      expected: holds,
    },
  ]),
  leaves(
    'pm_runtime_put_sync() runs the callback as the caller',
    over({ a: does('pmRuntimePutSync') }, used),
    ['a: pmRuntimePutSync d -> suspending'],
    ['a: sleeps'],
  ),
  {
    name: 'what never waits is fine in atomic context',
    build: over(
      {
        a: (t, d) => {
          t.preemptDisable()
          does('pmRuntimeGet', 'pmRuntimeGetNoresume', 'pmRuntimePut', 'pmRuntimePutNoidle')(t, d)
          t.pmRuntimeGetIfActive(d, { yes: () => t.pmRuntimePut(d), no: () => {} })
          t.pmRuntimeGetIfInUse(d, { yes: () => t.pmRuntimePut(d), no: () => {} })
          t.pmRuntimeActive(d, { yes: () => {}, no: () => {} })
          t.preemptEnable()
        },
      },
      asleep,
    ),
    expected: holds,
  },
  ...(['pmRuntimePut', 'pmRuntimePutSync', 'pmRuntimePutSyncSuspend'] as const).map((op): Fact => ({
    name: `${op} without a user is misuse`,
    build: over({ a: does(op) }),
    expected: misuse('pm-usage-underflow', 'a', 'd'),
  })),
  ...(
    [
      ['awake', {}, 'yes', 'no', 'yes'],
      ['awake and used', used, 'yes', 'yes', 'yes'],
      ['asleep', { ...asleep, ...used }, 'no', 'no', 'no'],
      ['being suspended', { ...suspending, ...used }, 'no', 'no', 'no'],
      ['being resumed', { ...resuming, ...used }, 'no', 'no', 'no'],
    ] as const
  ).flatMap(([what, start, ifActive, ifInUse, is]): Fact[] => [
    leaves(
      `pm_runtime_get_if_active() of a device that is ${what} says ${ifActive}`,
      over(
        {
          a: (t, d) =>
            t.pmRuntimeGetIfActive(d, {
              yes: () => t.assert(eq(field(d, 'usage'), ('usage' in start ? 1 : 0) + 1)),
              no: () => {},
            }),
        },
        start,
      ),
      [],
      [`a: pmRuntimeGetIfActive d -> ${ifActive}`],
    ),
    leaves(
      `pm_runtime_get_if_in_use() of a device that is ${what} says ${ifInUse}`,
      over({ a: (t, d) => t.pmRuntimeGetIfInUse(d, { yes: () => {}, no: () => {} }) }, start),
      [],
      [`a: pmRuntimeGetIfInUse d -> ${ifInUse}`],
    ),
    leaves(
      `pm_runtime_active() of a device that is ${what} says ${is}`,
      over({ a: (t, d) => t.pmRuntimeActive(d, { yes: () => {}, no: () => {} }) }, start),
      [],
      [`a: pmRuntimeActive d -> ${is}`],
    ),
  ]),
  {
    name: 'pm_runtime_get_if_active() uses it',
    build: over({
      a: (t, d) =>
        t.pmRuntimeGetIfActive(d, { yes: () => t.assert(eq(field(d, 'usage'), 1)), no: () => t.unreachable('awake') }),
    }),
    expected: holds,
  },
  {
    name: 'pm_runtime_get_if_in_use() uses it',
    build: over(
      {
        a: (t, d) =>
          t.pmRuntimeGetIfInUse(d, {
            yes: () => t.assert(eq(field(d, 'usage'), 2)),
            no: () => t.unreachable('in use'),
          }),
      },
      used,
    ),
    expected: holds,
  },
]

const queue: readonly Fact[] = [
  leaves(
    'pm_wq suspends what was put',
    over({ a: does('pmRuntimePut') }, used),
    ['a: pmRuntimePut d'],
    ['pm: pmRuntimeWork d -> suspending'],
  ),
  leaves(
    'as its worker',
    over({ a: does('pmRuntimePut') }, used),
    ['a: pmRuntimePut d', 'pm: pmRuntimeWork d -> suspending'],
    ['pm: sleeps'],
  ),
  leaves(
    'pm_wq resumes what was asked for',
    over({ a: does('pmRuntimeGet') }, asleep),
    ['a: pmRuntimeGet d', 'pm: pmRuntimeWork d -> resuming'],
    ['pm: wakes'],
  ),
  leaves(
    'pm_wq has nothing to do unasked',
    over({ a: does('pmRuntimeGetNoresume') }, asleep),
    ['a: pmRuntimeGetNoresume d'],
    [],
  ),
  leaves(
    'once is enough',
    over({ a: does('pmRuntimeGet') }, asleep),
    ['a: pmRuntimeGet d', 'pm: pmRuntimeWork d -> resuming', 'pm: wakes', 'pm: pmRuntimeWork d'],
    [],
  ),
  leaves(
    'a device that is used again is not suspended',
    over({ a: does('pmRuntimePut', 'pmRuntimeGetNoresume') }, used),
    ['a: pmRuntimePut d', 'a: pmRuntimeGetNoresume d'],
    ['pm: pmRuntimeWork d'],
  ),
  leaves(
    'and the request is gone',
    over({ a: does('pmRuntimePut', 'pmRuntimeGetNoresume', 'pmRuntimePutNoidle') }, used),
    ['a: pmRuntimePut d', 'a: pmRuntimeGetNoresume d', 'pm: pmRuntimeWork d', 'a: pmRuntimePutNoidle d'],
    [],
  ),
  leaves(
    'pm_wq does not wait for a resume in progress',
    over({}, { ...resuming, request: 2 }),
    [],
    ['pm: pmRuntimeWork d'],
  ),
  leaves(
    'a resume asked for during a suspend follows it',
    over({ a: does('pmRuntimeGet'), s: does('pmRuntimeSuspend') }),
    [suspender, 'a: pmRuntimeGet d', 's: sleeps', 's: pmRuntimeSuspend d -> resuming'],
    ['s: wakes'],
  ),
  leaves(
    'whoever suspends carries that out',
    over({ a: does('pmRuntimeGet'), s: does('pmRuntimeSuspend') }),
    [suspender, 'a: pmRuntimeGet d', 's: sleeps', 's: pmRuntimeSuspend d -> resuming', 's: wakes'],
    ['s: pmRuntimeSuspend d'],
  ),
  {
    name: 'pm_wq puts a resume off until a suspend in progress has ended',
    build: (m) => {
      const d = m.runtimePm('d', { ...suspending, request: 2 })
      m.worker(
        'pm',
        (t) => (t.pmRuntimeWork(d), t.assert(eq(field(d, 'deferred'), 1)), t.assert(eq(field(d, 'request'), 0))),
      )
    },
    expected: holds,
  },
  {
    name: 'but has nothing to put off during a resume',
    build: (m) => {
      const d = m.runtimePm('d', { ...resuming, request: 2 })
      m.worker('pm', (t) => (t.pmRuntimeWork(d), t.assert(eq(field(d, 'deferred'), 0))))
    },
    expected: holds,
  },
  ...(
    [
      ['suspends', { request: 1 }, { suspended: 1 }],
      ['resumes', { suspended: 1, request: 2, usage: 1 }, { usage: 1 }],
      ['resumes what nobody uses, to suspend it again', { suspended: 1, request: 2 }, { request: 1 }],
    ] as const
  ).map(([what, start, end]): Fact => ({
    name: `pm_runtime_work() ${what}`,
    build: (m) => {
      const d = m.runtimePm('d', start)
      m.worker('pm', (t) => {
        t.pmRuntimeWork(d)
        for (const key of ['usage', 'suspended', 'changing', 'request', 'deferred'] as const)
          t.assert(eq(field(d, key), (end as Start)[key] ?? 0), key)
      })
    },
    expected: holds,
  })),
  ...(['pmRuntimeSuspend', 'pmRuntimePutSyncSuspend', 'pmRuntimePutSync', 'pmRuntimeWork'] as const).flatMap(
    (op): Fact[] => {
      const start = op === 'pmRuntimeWork' ? { request: 1 } : op === 'pmRuntimeSuspend' ? {} : used
      const by = op === 'pmRuntimeWork' ? 'pm' : 'a'
      const during = over(
        {
          ...(op !== 'pmRuntimeWork' && { a: does(op) }),
          b: does('pmRuntimeSuspend'),
          c: does('pmRuntimeResume'),
          g: does('pmRuntimeGet', 'pmRuntimePutNoidle'),
        },
        start,
      )
      const asked = [`${by}: ${op} d -> suspending`, 'g: pmRuntimeGet d', 'g: pmRuntimePutNoidle d', `${by}: sleeps`]
      return [
        {
          name: `${op} during which somebody asks for the device ends with it awake`,
          build: (m) => {
            const d = m.runtimePm('d', start)
            m.runtimeSuspend(d, 'suspend', (t) => (t.pmRuntimeGet(d), t.pmRuntimePutNoidle(d)))
            m.worker('a', (t) => {
              t[op](d)
              for (const key of ['suspended', 'changing', 'deferred'] as const) t.assert(eq(field(d, key), 0), key)
              t.assert(eq(field(d, 'request'), 1), 'nobody uses it')
            })
          },
          expected: holds,
        },
        leaves(`then ${op} cannot but resume it`, during, asked, [`${by}: ${op} d -> resuming`], [by]),
        leaves(
          `while ${op} resumes it, it counts as being resumed`,
          during,
          [...asked, `${by}: ${op} d -> resuming`],
          [`${by}: wakes`, 'b: pmRuntimeSuspend d', 'c: pmRuntimeResume d -> waiting'],
        ),
      ]
    },
  ),
  leaves(
    'while pm_wq resumes a device others wait',
    over({ b: does('pmRuntimeResume') }, { ...asleep, request: 2 }),
    ['pm: pmRuntimeWork d -> resuming'],
    ['b: pmRuntimeResume d -> waiting', 'pm: wakes'],
  ),
  {
    name: 'pm_runtime_work() itself says nothing of sleeping: its callbacks do',
    build: (m) => {
      const d = m.runtimePm('d', { request: 1 })
      m.worker('pm', (t) => (t.preemptDisable(), t.pmRuntimeWork(d), t.preemptEnable()))
    },
    expected: holds,
  },
  leaves(
    'while pm_runtime_barrier() resumes a device others wait',
    over({ a: does('pmRuntimeBarrier'), b: does('pmRuntimeResume') }, { ...asleep, request: 2 }),
    ['a: pmRuntimeBarrier d -> held', 'a: pmRuntimeBarrier d -> resuming'],
    ['a: wakes', 'b: pmRuntimeResume d -> waiting'],
  ),
  leaves(
    'pm_runtime_barrier() resumes nothing that is awake by then',
    over({ a: does('pmRuntimeBarrier') }, { request: 2 }),
    ['a: pmRuntimeBarrier d -> held'],
    ['a: pmRuntimeBarrier d -> flushing'],
    ['a'],
  ),
  ...(['pmRuntimeSuspend', 'pmRuntimePutSyncSuspend'] as const).flatMap((op): Fact[] => {
    const before: readonly Op[] = op === 'pmRuntimeSuspend' ? [] : ['pmRuntimeGetNoresume']
    const waits = [suspender, ...before.map((o) => `a: ${o} d`), `a: ${op} d -> waiting`]
    const others = {
      s: does('pmRuntimeSuspend', 'pmRuntimeResume'),
      b: (t: T, d: Device): void => t.pmRuntimeActive(d, { yes: () => {}, no: () => {} }),
    }
    const all = over({ a: does(...before, op), ...others })
    const slept = [...waits, 's: sleeps', 's: pmRuntimeSuspend d']
    const awake = [...slept, 's: pmRuntimeResume d -> resuming', 's: wakes', 's: pmRuntimeResume d']
    return [
      leaves(
        `${op} of a device that is awake does not wait`,
        over({ a: does(op) }, op === 'pmRuntimeSuspend' ? {} : used),
        [],
        [`a: ${op} d -> suspending`],
      ),
      leaves(`${op} that waits cannot go on before the suspend has ended`, all, waits, [], ['a']),
      leaves(`${op} that waited is done when somebody else has suspended it`, all, slept, [`a: ${op} d`], ['a']),
      leaves(
        `${op} that waited returns when it is being resumed`,
        all,
        [...slept, 's: pmRuntimeResume d -> resuming'],
        [`a: ${op} d`],
        ['a'],
      ),
      leaves(`${op} that waited suspends it if it is awake by then`, all, awake, [`a: ${op} d -> suspending`], ['a']),
      leaves(
        `then ${op} runs the callback, and nothing is asked for any more`,
        all,
        [...awake, `a: ${op} d -> suspending`],
        ['a: sleeps', 'b: pmRuntimeActive d -> no'],
      ),
    ]
  }),
  {
    name: 'the worker of pm_wq is there for several devices',
    build: (m) => {
      const [d, e] = [m.runtimePm('d', asleep), m.runtimePm('e', used)]
      m.pmWorker('pm', [d, e])
      m.thread('a', (t) => (t.pmRuntimeGet(d), t.pmRuntimePut(e)))
    },
    expected: holds,
  },
]

/** A callback takes a lock that somebody holds who needs the device. */
const locked = (callback: 'runtimeResume' | 'runtimeSuspend', how: 'under' | 'before') => (m: M) => {
  const [d, l] = [m.runtimePm('d', callback === 'runtimeResume' ? asleep : used), m.mutex('l')]
  m[callback](d, 'cb', (t) => (t.lock(l), t.unlock(l)))
  m.pmWorker('pm', [d])
  if (callback === 'runtimeSuspend') m.thread('b', (t) => t.pmRuntimePut(d))
  m.thread('a', (t) => {
    if (how === 'before') t.pmRuntimeGetSync(d)
    t.lock(l)
    if (how === 'under') t.pmRuntimeGetSync(d)
    t.unlock(l)
    t.pmRuntimePut(d)
  })
}
/** The catalogue's runpm-poll-worker: suspending waits for a worker that asks for the device. */
const poll =
  (asks: boolean) =>
  (m: M): void => {
    const d = m.runtimePm('d')
    const p = m.workItem(m.workqueue('wq'), 'p', (t) => {
      if (asks) t.pmRuntimeGetSync(d)
      t.local('detect')
      if (asks) t.pmRuntimePut(d)
    })
    m.runtimeSuspend(d, 'suspend', (t) => t.cancelWorkSync(p))
    m.thread('user', (t) => t.queueWork(p))
    m.worker('s', (t) => t.pmRuntimeSuspend(d))
    m.pmWorker('pm', [d])
  }
/** The catalogue's i915-hwmon-reset-reclaim: resuming allocates under a lock that the reset takes. */
const hwmon =
  (how: 'under' | 'before') =>
  (m: M): void => {
    const [d, hw, f] = [m.runtimePm('d', asleep), m.mutex('hw'), m.fence('f', { published: true })]
    m.shrinker('shrinker', (t) => t.wait(f))
    m.runtimeResume(d, 'resume', (t) => t.allocKernel())
    m.thread('sysfs', (t) => {
      if (how === 'before') t.pmRuntimeGetSync(d)
      t.lock(hw)
      if (how === 'under') t.pmRuntimeGetSync(d)
      t.unlock(hw)
    })
    m.worker('reset', (t) => (t.lock(hw), t.unlock(hw), t.signal(f)))
  }
const scenarios: readonly Fact[] = [
  {
    name: 'resuming under a lock that the resume callback takes waits for itself',
    build: locked('runtimeResume', 'under'),
    expected: deadlock('self', ['a'], ['l']),
  },
  { name: 'before the lock it does not', build: locked('runtimeResume', 'before'), expected: holds },
  {
    name: 'asking for a device under a lock that the suspend callback takes deadlocks with pm_wq',
    build: locked('runtimeSuspend', 'under'),
    expected: deadlock('cycle', ['a', 'pm'], ['d', 'l']),
  },
  { name: 'asking for it before the lock does not', build: locked('runtimeSuspend', 'before'), expected: holds },
  {
    name: 'a suspend that cancels the worker which asks for the device',
    build: poll(true),
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'cycle', objects: ['d', 'p'] },
  },
  { name: 'a worker that does not ask is in nobody’s way', build: poll(false), expected: holds },
  {
    name: 'resuming allocates under a lock that the reset takes',
    build: hwmon('under'),
    expected: deadlock('cycle', ['reset', 'sysfs'], ['f', 'hw']),
  },
  { name: 'resuming before the lock does not', build: hwmon('before'), expected: holds },
  ...(
    [
      ['runtimeResume', asleep, 'pmRuntimeGetSync'],
      ['runtimeSuspend', used, 'pmRuntimePutSync'],
    ] as const
  ).map(([callback, start, op]): Fact => ({
    name: `a ${callback} callback that asks for its own device waits for itself`,
    build: (m) => {
      const d = m.runtimePm('d', start)
      m[callback](d, 'cb', (t) => t.pmRuntimeGetSync(d))
      m.thread('a', (t) => t[op](d))
    },
    expected: deadlock('self', ['a'], ['d']),
  })),
]

export const runtimePmFacts: readonly Fact[] = [...states, ...waiting, ...queue, ...scenarios]
