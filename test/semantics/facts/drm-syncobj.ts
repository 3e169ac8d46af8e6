// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

interface Objects {
  readonly s: ObjectHandle<'syncobj'>
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
  readonly h: ObjectHandle<'fence'>
}
type Script = (t: T, objects: Objects) => void

const over =
  (threads: Readonly<Record<string, Script>>, init: object = {}) =>
  (m: M): void => {
    const o = { s: m.syncobj('s', init), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, o))
  }

type Waiter = (t: T, objects: Objects, point?: number) => void
const at = (point?: number): { readonly point?: number } => (point === undefined ? {} : { point })
const stopped = { erestartsys: () => {} } as const
/** Those that wait for a submission. */
const submitters = ['findFenceForSubmit', 'waitSyncobjForSubmit', 'waitSyncobjAvailable'] as const
type ForSubmit = (typeof submitters)[number]
const forSubmit: Readonly<Record<ForSubmit, Waiter>> = {
  findFenceForSubmit: (t, { s }, point) => t.findFenceForSubmit(s, { ...at(point), ...stopped, etime: () => {} }),
  waitSyncobjForSubmit: (t, { s }, point) => t.waitSyncobjForSubmit(s, { ...at(point), ...stopped }),
  waitSyncobjAvailable: (t, { s }, point) => t.waitSyncobjAvailable(s, { ...at(point), ...stopped }),
}
/** Those that wait for the fence. */
const fenceWaiters = ['waitSyncobj', 'waitSyncobjForSubmit'] as const
const forFence: Readonly<Record<(typeof fenceWaiters)[number], Waiter>> = {
  waitSyncobj: (t, { s }, point) => t.waitSyncobj(s, { ...at(point), ...stopped, einval: () => {} }),
  waitSyncobjForSubmit: forSubmit.waitSyncobjForSubmit,
}
const finds: Waiter = (t, { s }, point) => t.findFence(s, { ...at(point), einval: () => {} })

const replaces = (t: T, { s }: Objects, fence: Objects['f']): void => t.replaceFence(s, { fence })
const escapesOf = (op: ForSubmit): readonly string[] =>
  ['erestartsys', ...(op === 'findFenceForSubmit' ? ['etime'] : [])].map((exit) => `w: ${op} s -> ${exit}`)
const submit = (op: string): string => `w: ${op} s -> submit`
const fence = (op: string): string => `w: ${op} s -> fence`
/** Where a wait for a submission goes once something is there. */
const given = (op: ForSubmit): string => (op === 'waitSyncobjForSubmit' ? fence(op) : `w: ${op} s -> ok`)
const signals: Script = (t, { f, g, h }) => (t.signal(f), t.signal(g), t.signal(h))

/** f as the foot, then g at 2 and h at 4: which fences a point stands for. */
const timeline: Script = (t, o) => {
  replaces(t, o, o.f)
  t.addPoint(o.s, { fence: o.g, point: 2 })
  t.addPoint(o.s, { fence: o.h, point: 4 })
}
const built = ['p: replaceFence s', 'p: addPoint s', 'p: addPoint s']
const covered = [
  [0, ['f', 'g', 'h']],
  [1, ['f', 'g']],
  [2, ['f', 'g']],
  [3, ['f', 'g', 'h']],
  [4, ['f', 'g', 'h']],
] as const

const early: readonly Fact[] = submitters.flatMap((op): Fact[] => {
  const waiter = forSubmit[op]
  return [
    {
      name: `${op} waits where nothing is there`,
      build: over({ w: waiter }),
      after: [submit(op)],
      enabled: escapesOf(op),
    },
    {
      name: `${op} does not find what is not there`,
      build: over({ w: waiter }),
      after: [],
      enabled: [submit(op)],
    },
    ...(['erestartsys', 'etime'] as const)
      .filter((exit) => exit === 'erestartsys' || op === 'findFenceForSubmit')
      .map((exit): Fact => ({
        name: `${op} that ended with ${exit} is no concern of later submissions`,
        build: over({
          w: (t, o) => (waiter(t, o, 3), forFence.waitSyncobj(t, o)),
          p: (t, o) => (replaces(t, o, o.f), t.addPoint(o.s, { fence: o.g, point: 3 }), t.signal(o.f)),
        }),
        after: [
          submit(op),
          `w: ${op} s -> ${exit}`,
          'p: replaceFence s',
          fence('waitSyncobj'),
          'p: addPoint s',
          'p: signal f',
        ],
        enabled: ['w: waitSyncobj s -> ok'],
      })),
    {
      name: `${op} finds what is there`,
      build: over({ w: waiter, p: (t, o) => replaces(t, o, o.f) }),
      after: ['p: replaceFence s'],
      enabled: [given(op)],
    },
    {
      name: `${op} is given what replaceFence puts there`,
      build: over({ w: waiter, p: (t, o) => replaces(t, o, o.f) }),
      after: [submit(op), 'p: replaceFence s'],
      enabled: [given(op)],
    },
    {
      name: `${op} keeps what it was given, whatever becomes of the syncobj`,
      build: over({ w: waiter, p: (t, o) => (replaces(t, o, o.f), t.resetSyncobj(o.s)) }),
      after: [submit(op), 'p: replaceFence s', 'p: resetSyncobj s'],
      enabled: [given(op)],
    },
    {
      name: `${op} of a point is not given a fence without one`,
      build: over({ w: (t, o) => waiter(t, o, 1), p: (t, o) => replaces(t, o, o.f) }),
      after: [submit(op), 'p: replaceFence s'],
      enabled: escapesOf(op),
    },
    ...([1, 2, 3] as const).map((point): Fact => ({
      name: `${op} of point 2 is ${point < 2 ? 'not ' : ''}given point ${point}`,
      build: over({ w: (t, o) => waiter(t, o, 2), p: (t, { s, f }) => t.addPoint(s, { fence: f, point }) }),
      after: [submit(op), 'p: addPoint s'],
      enabled: point < 2 ? escapesOf(op) : [given(op)],
    })),
    {
      name: `${op} of point 0 is given any point`,
      build: over({ w: waiter, p: (t, { s, f }) => t.addPoint(s, { fence: f, point: 1 }) }),
      after: [submit(op), 'p: addPoint s'],
      enabled: [given(op)],
    },
    {
      name: `${op} of point 0 is given a fence that has signalled`,
      build: over({ w: waiter, p: (t, { s }) => t.signalSyncobj(s) }),
      after: [submit(op), 'p: signalSyncobj s'],
      enabled: [given(op)],
    },
    {
      name: `${op} of a point is not`,
      build: over({ w: (t, o) => waiter(t, o, 1), p: (t, { s }) => t.signalSyncobj(s) }),
      after: [submit(op), 'p: signalSyncobj s'],
      enabled: escapesOf(op),
    },
    {
      name: `${op} that is given up is given nothing later, and may wait again`,
      build: over({
        w: (t, o) => (waiter(t, o), waiter(t, o)),
        p: (t, o) => (replaces(t, o, o.f), t.resetSyncobj(o.s)),
      }),
      after: [submit(op), `w: ${op} s -> erestartsys`, 'p: replaceFence s', 'p: resetSyncobj s', submit(op)],
      enabled: escapesOf(op),
    },
    ...(op === 'findFenceForSubmit'
      ? [
          {
            name: `${op} whose time is over is given nothing later, and may wait again`,
            build: over({
              w: (t, o) => (waiter(t, o), waiter(t, o)),
              p: (t, o) => (replaces(t, o, o.f), t.resetSyncobj(o.s)),
            }),
            after: [submit(op), `w: ${op} s -> etime`, 'p: replaceFence s', 'p: resetSyncobj s', submit(op)],
            enabled: escapesOf(op),
          } satisfies Fact,
        ]
      : []),
    {
      name: `${op} with nothing held, for what user space may never submit, is legal and remarked on`,
      build: over({ w: waiter, p: (t, o) => (t.idle(), t.may('user', () => replaces(t, o, o.f)), t.signal(o.f)) }),
      expected: { ...holds, findings: ['unbounded-wait'] },
    },
    ...(['mutex', 'rwsem', 'resv'] as const).map((kind): Fact => ({
      name: `${op} with a ${kind} held is misuse, whether or not it would wait`,
      build: (m) => {
        const o = { s: m.syncobj('s', { stub: true }), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
        const [x, l] = [m.mutex('x'), m.rwsem('l')]
        const r = m.resv('r', { class: m.wwClass('K') })
        m.thread('w', (t) => {
          if (kind === 'mutex') t.lock(x)
          if (kind === 'rwsem') t.downRead(l)
          if (kind === 'resv') t.wwLockPlain(r)
          waiter(t, o)
        })
      },
      expected: misuse('wait-for-submit-locked', 'w', 's'),
    })),
    {
      name: `${op} with a lock that another one holds is fine`,
      build: (m) => {
        const o = { s: m.syncobj('s', { stub: true }), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
        const x = m.mutex('x')
        m.thread('h', (t) => (t.lock(x), t.local(), t.unlock(x)))
        m.thread('w', (t) => (waiter(t, o), t.lock(x), t.unlock(x)))
      },
      expected: holds,
    },
    {
      name: `${op} in a signalling section is misuse`,
      build: over({ w: (t, o) => (t.beginSignalling(), waiter(t, o), t.endSignalling()) }, { stub: true }),
      expected: misuse('wait-for-submit-in-signalling', 'w', 's'),
    },
    {
      name: `${op} with a lock that the submission needs is misuse; without lockdep nobody tells, and only the caller’s death ends it`,
      build: (m) => {
        const o = { s: m.syncobj('s', { lockdep: false }), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
        const x = m.mutex('x')
        m.thread('w', (t) => (t.lock(x), waiter(t, o), t.unlock(x)))
        m.thread('p', (t) => (t.lock(x), replaces(t, o, o.f), t.unlock(x), t.signal(o.f)))
      },
      expected: stuck('masked', 'cycle', ['p', 'w'], ['s', 'x']),
    },
  ]
})

const late: readonly Fact[] = fenceWaiters.flatMap((op): Fact[] => {
  const waiter = forFence[op]
  const there = ['p: replaceFence s', fence(op)]
  const escape = `w: ${op} s -> erestartsys`
  return [
    {
      name: `${op} finds the fence`,
      build: over({ w: waiter, p: (t, o) => replaces(t, o, o.f) }),
      after: ['p: replaceFence s'],
      enabled: [fence(op)],
    },
    {
      name: `${op} with what the signaller needs is masked`,
      build: (m) => {
        const o = { s: m.syncobj('s', { lockdep: false }), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
        const x = m.mutex('x')
        m.thread('w', (t) => (replaces(t, o, o.f), t.lock(x), waiter(t, o), t.unlock(x)))
        m.worker('p', (t) => (t.lock(x), t.signal(o.f), t.unlock(x)))
      },
      expected: { verdict: 'violated', kind: 'masked', processes: ['p', 'w'] },
    },
    {
      name: `${op} waits for the fence that it found`,
      build: over({ w: waiter, p: (t, o) => (replaces(t, o, o.f), t.signal(o.f)) }),
      after: there,
      enabled: [escape, 'p: signal f'],
    },
    {
      name: `${op} passes once that has signalled`,
      build: over({ w: waiter, p: (t, o) => (replaces(t, o, o.f), t.signal(o.f)) }),
      after: [...there, 'p: signal f'],
      enabled: [`w: ${op} s -> ok`],
    },
    {
      name: `${op} goes on waiting for that one when another takes its place`,
      build: over({ w: waiter, p: (t, o) => (replaces(t, o, o.f), replaces(t, o, o.g), t.signal(o.g), t.signal(o.f)) }),
      after: [...there, 'p: replaceFence s', 'p: signal g'],
      enabled: [escape, 'p: signal f'],
    },
    {
      name: `${op} of a fence that was replaced waits for the new one`,
      build: over({ w: waiter, p: (t, o) => (replaces(t, o, o.f), replaces(t, o, o.g), t.signal(o.f), t.signal(o.g)) }),
      after: ['p: replaceFence s', ...there, 'p: signal f'],
      enabled: [escape, 'p: signal g'],
    },
    {
      name: `${op} forgets what it has waited for`,
      build: over({
        w: (t, o) => (waiter(t, o), waiter(t, o)),
        p: (t, o) => (replaces(t, o, o.f), t.signal(o.f), replaces(t, o, o.g), t.signal(o.g)),
      }),
      after: [...there, 'p: signal f', `w: ${op} s -> ok`, 'p: replaceFence s', 'p: signal g', fence(op)],
      enabled: [`w: ${op} s -> ok`],
    },
    {
      name: `${op} that is given up forgets what it waited for`,
      build: over({
        w: (t, o) => (waiter(t, o), waiter(t, o)),
        p: (t, o) => (replaces(t, o, o.f), replaces(t, o, o.g), t.signal(o.g), t.signal(o.f)),
      }),
      after: [...there, escape, 'p: replaceFence s', 'p: signal g', fence(op)],
      enabled: ['p: signal f', `w: ${op} s -> ok`],
    },
    ...covered.flatMap(([point, fences]): Fact[] => {
      const build = over({
        w: (t, o) => waiter(t, o, point),
        p: timeline,
        q: (t, o) => {
          for (const name of fences) t.signal(o[name])
        },
      })
      const ends = fences.map((name) => `q: signal ${name}`)
      return [
        {
          name: `${op} of point ${point} needs ${fences.join(', ')}`,
          build,
          after: [...built, fence(op), ...ends],
          enabled: [`w: ${op} s -> ok`],
        },
        {
          name: `${op} of point ${point} needs ${fences.at(-1)} too`,
          build,
          after: [...built, fence(op), ...ends.slice(0, -1)],
          enabled: [escape, ends.at(-1)!],
        },
      ]
    }),
  ]
})

/** Rules R24 and R27 (docs/contract.md). */
export const drmSyncobjFacts: readonly Fact[] = [
  ...early,
  ...late,
  // Who has waited for a submission is given all links up to the one that came.
  ...covered.slice(1).flatMap(([point, fences]): Fact[] =>
    (['f', 'g', 'h'] as const).map((last): Fact => {
      const upTo = point === 1 || point === 2 ? 2 : 3
      const rest = (['f', 'g', 'h'] as const).filter((name) => name !== last)
      const needed = (fences as readonly string[]).includes(last)
      return {
        name: `waitSyncobjForSubmit that has waited for point ${point} ${needed ? 'needs' : 'does not need'} ${last}`,
        build: over({
          w: (t, o) => forSubmit.waitSyncobjForSubmit(t, o, point),
          p: timeline,
          q: (t, o) => {
            for (const name of rest) t.signal(o[name])
          },
        }),
        after: [
          submit('waitSyncobjForSubmit'),
          ...built.slice(0, upTo),
          fence('waitSyncobjForSubmit'),
          ...rest.map((name) => `q: signal ${name}`),
        ],
        enabled: [`w: waitSyncobjForSubmit s -> ${needed ? 'erestartsys' : 'ok'}`],
        enabledOf: ['w'],
      }
    }),
  ),
  {
    name: 'waitSyncobjForSubmit of point 0 is given the fence that comes, not what was there in between',
    build: over({
      w: forSubmit.waitSyncobjForSubmit,
      p: (t, o) => (replaces(t, o, o.f), replaces(t, o, o.g), t.signal(o.f)),
    }),
    after: [
      submit('waitSyncobjForSubmit'),
      'p: replaceFence s',
      'p: replaceFence s',
      fence('waitSyncobjForSubmit'),
      'p: signal f',
    ],
    enabled: ['w: waitSyncobjForSubmit s -> ok'],
  },
  {
    name: 'what signalSyncobj puts there has signalled: who waited gets on',
    build: over({ w: forSubmit.waitSyncobjForSubmit, p: (t, { s }) => t.signalSyncobj(s) }),
    expected: { ...holds, without: ['never-taken'] },
  },
  {
    name: 'waitSyncobj where nothing is there is an error, not a wait',
    build: over({ w: forFence.waitSyncobj }),
    after: [],
    enabled: ['w: waitSyncobj s -> einval'],
  },
  {
    name: 'waitSyncobj with a lock held is allowed: it waits for a fence',
    build: (m) => {
      const [s, f, x] = [m.syncobj('s'), m.fence('f'), m.mutex('x')]
      m.worker(
        'w',
        (t) => (
          t.replaceFence(s, { fence: f }),
          t.lock(x),
          t.waitSyncobj(s, { erestartsys: () => {}, einval: () => {} }),
          t.unlock(x)
        ),
      )
      m.hardware('hw', (t) => t.signal(f))
    },
    expected: holds,
  },
  {
    name: 'waiting for a fence that one signals oneself deadlocks on itself',
    build: (m) => {
      const [s, f] = [m.syncobj('s'), m.fence('f')]
      m.worker(
        'w',
        (t) => (
          t.replaceFence(s, { fence: f }),
          t.waitSyncobj(s, { erestartsys: () => {}, einval: () => {} }),
          t.signal(f)
        ),
      )
    },
    expected: deadlock('self', ['w'], ['f']),
  },
  {
    name: 'what is put into a syncobj is published',
    build: over({ p: (t, o) => replaces(t, o, o.f) }),
    expected: stuck('unsignalled-fence', 'none', [], ['f']),
  },
  {
    name: 'what is put into a syncobj as a point is published',
    build: over({ p: (t, { s, f }) => t.addPoint(s, { fence: f, point: 1 }) }),
    expected: stuck('unsignalled-fence', 'none', [], ['f']),
  },
  ...(
    [
      ['nothing', [], ['einval', 'einval', 'einval', 'einval']],
      ['a fence', ['replaceFence'], ['ok', 'einval', 'einval', 'einval']],
      ['a fence that has signalled', ['signalSyncobj'], ['ok', 'einval', 'einval', 'einval']],
      [
        'what was there before a reset',
        ['replaceFence', 'addPoint', 'resetSyncobj'],
        ['einval', 'einval', 'einval', 'einval'],
      ],
      ['what was there before it was replaced', ['addPoint', 'replaceFence'], ['ok', 'einval', 'einval', 'einval']],
      ['what was there before it was signalled', ['addPoint', 'signalSyncobj'], ['ok', 'einval', 'einval', 'einval']],
      [
        'what was signalled before a reset',
        ['signalSyncobj', 'resetSyncobj'],
        ['einval', 'einval', 'einval', 'einval'],
      ],
      ['point 2', ['addPoint'], ['ok', 'ok', 'ok', 'einval']],
    ] as const
  ).flatMap(([what, steps, exits]) =>
    exits.map((exit, point): Fact => ({
      name: `findFence of point ${point} with ${what} is ${exit}`,
      build: over({
        a: (t, o) => finds(t, o, point),
        p: (t, o) => {
          for (const [i, step] of steps.entries()) {
            if (step === 'replaceFence') replaces(t, o, i === 0 ? o.f : o.g)
            if (step === 'addPoint') t.addPoint(o.s, { fence: i === 0 ? o.f : o.g, point: 2 })
            if (step === 'signalSyncobj') t.signalSyncobj(o.s)
            if (step === 'resetSyncobj') t.resetSyncobj(o.s)
          }
        },
      }),
      after: steps.map((step) => `p: ${step} s`),
      enabled: [`a: findFence s -> ${exit}`],
    })),
  ),
  {
    name: 'a fence in the place of a stub is what is waited for',
    build: over({
      w: forFence.waitSyncobj,
      p: (t, o) => (t.signalSyncobj(o.s), replaces(t, o, o.f), t.resetSyncobj(o.s)),
    }),
    after: ['p: signalSyncobj s', 'p: replaceFence s', 'p: resetSyncobj s'],
    enabled: ['w: waitSyncobj s -> einval'],
  },
  ...([1, 2] as const).map((point): Fact => ({
    name: `with a point 2, another one at ${point} is out of order`,
    build: over({
      p: (t, { s, f, g }) => (t.addPoint(s, { fence: f, point: 2 }), t.addPoint(s, { fence: g, point })),
      q: signals,
    }),
    expected: misuse('point-out-of-order', 'p', 's'),
  })),
  ...(['replaceFence', 'addPoint'] as const).map((first): Fact => ({
    name: `a fence that is there by ${first} already is not linked in`,
    build: over({
      p: (t, { s, f }) => {
        if (first === 'replaceFence') t.replaceFence(s, { fence: f })
        else t.addPoint(s, { fence: f, point: 1 })
        t.addPoint(s, { fence: f, point: 2 })
      },
      q: signals,
    }),
    expected: misuse('linked-twice', 'p', 's'),
  })),
  ...(
    [
      ['findFence', (t, { s }) => t.loop(() => t.findFence(s, { ok: () => t.break(), einval: () => {} }))],
      [
        'waitSyncobj',
        (t, { s }) => t.loop(() => t.waitSyncobj(s, { ok: () => t.break(), ...stopped, einval: () => {} })),
      ],
    ] as const satisfies readonly (readonly [string, Script])[]
  ).map(([op, tries]): Fact => ({
    name: `who tries ${op} for ever and nobody puts a fence in is livelocked`,
    build: over({ a: tries }),
    expected: livelock('a', 's'),
  })),
  {
    name: 'everything but waiting is possible in a handler',
    build: (m) => {
      const [s, f, g] = [m.syncobj('s'), m.fence('f'), m.fence('g')]
      const once = m.flag('once', true)
      m.irq(
        'irq',
        (t) => {
          t.replaceFence(s, { fence: f })
          t.addPoint(s, { fence: g, point: 1 })
          t.findFence(s, { einval: () => {} })
          t.signalSyncobj(s)
          t.resetSyncobj(s)
          t.signal(f)
          t.signal(g)
        },
        { when: once, set: [[once, 0]] },
      )
    },
    expected: holds,
  },
]
