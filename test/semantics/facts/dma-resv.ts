// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

interface Objects {
  readonly c: ObjectHandle<'wwClass'>
  readonly r: ObjectHandle<'resv'>
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
}
const objects = (m: M): Objects => {
  const c = m.wwClass('K', { waitDie: true })
  return { c, r: m.resv('r', { class: c }), f: m.fence('f'), g: m.fence('g') }
}
const over =
  (write: (t: T, o: Objects) => void, more: (m: M, o: Objects) => void = () => {}) =>
  (m: M): void => {
    const o = objects(m)
    m.thread('a', (t) => write(t, o))
    more(m, o)
  }
const add = (t: T, { r, f }: Objects, usage?: number): void => {
  t.wwLockPlain(r)
  t.reserveFences(r)
  t.addFence(r, { fence: f, ...(usage !== undefined && { usage }) })
  t.wwUnlock(r)
}
const added = ['a: wwLockPlain r', 'a: reserveFences r', 'a: addFence r', 'a: wwUnlock r #2']
const usages = ['KERNEL', 'WRITE', 'READ', 'BOOKKEEP']

/** The fence is in `r` with usage `put`, and somebody else waits for usage `asked`. */
const covers = (put: number, asked: number): Fact => ({
  name: `a wait for ${usages[asked - 1]} ${put <= asked ? 'covers' : 'does not cover'} a fence added as ${usages[put - 1]}`,
  build: over(
    (t, o) => add(t, o, put),
    (m, { r }) => m.thread('w', (t) => t.waitFences(r, { usage: asked })),
  ),
  after: added,
  enabled: [put <= asked ? 'w: waitFences r -> waiting' : 'w: waitFences r'],
  enabledOf: ['w'],
})
const repeated = (first: number, second: number, asked: number, isCovered: boolean): Fact => ({
  name: `a fence added as ${usages[first - 1]} and as ${usages[second - 1]} is ${isCovered ? '' : 'not '}waited for as ${usages[asked - 1]}`,
  build: over(
    (t, { r, f }) => {
      t.wwLockPlain(r)
      t.reserveFences(r, { count: 2 })
      t.addFence(r, { fence: f, usage: first })
      t.addFence(r, { fence: f, usage: second })
      t.wwUnlock(r)
    },
    (m, { r }) => m.thread('w', (t) => t.waitFences(r, { usage: asked })),
  ),
  after: ['a: wwLockPlain r', 'a: reserveFences r', 'a: addFence r', 'a: addFence r'],
  enabled: [isCovered ? 'w: waitFences r -> waiting' : 'w: waitFences r'],
  enabledOf: ['w'],
})
const underReclaim = (shrink: (t: T, o: Objects) => void): ((m: M) => void) =>
  over(
    (t, o) => {
      t.wwLockPlain(o.r)
      t.reserveFences(o.r)
      t.wwUnlock(o.r)
    },
    (m, o) => m.shrinker('shrinker', (t) => shrink(t, o)),
  )

export const dmaResvFacts: readonly Fact[] = [
  ...[1, 2, 3, 4].flatMap((put) => [1, 2, 3, 4].map((asked) => covers(put, asked))),
  repeated(4, 2, 2, true),
  repeated(2, 4, 2, true),
  repeated(4, 3, 2, false),
  {
    name: 'a wait ends when the fence signals',
    build: over(
      (t, o) => {
        add(t, o)
        t.signal(o.f)
      },
      (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
    ),
    after: [...added, 'w: waitFences r -> waiting', 'a: signal f'],
    enabled: ['w: waitFences r'],
  },
  {
    name: 'a signalled fence is not waited for',
    build: over(
      (t, o) => {
        add(t, o)
        t.signal(o.f)
      },
      (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
    ),
    after: [...added, 'a: signal f'],
    enabled: ['w: waitFences r'],
  },
  {
    name: 'a wait covers what is in the reservation when it begins: what is added later is not waited for',
    build: over(
      (t, o) => {
        add(t, o)
        add(t, { ...o, f: o.g })
        t.signal(o.f)
      },
      (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
    ),
    after: [...added, 'w: waitFences r -> waiting', ...added, 'a: signal f'],
    enabled: ['w: waitFences r'],
    enabledOf: ['w'],
  },
  {
    name: 'a wait covers all fences that are in it',
    build: over(
      (t, o) => {
        add(t, o)
        add(t, { ...o, f: o.g })
        t.signal(o.f)
        t.signal(o.g)
      },
      (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
    ),
    after: [...added, ...added, 'w: waitFences r -> waiting', 'a: signal f'],
    enabled: [],
    enabledOf: ['w'],
  },
  {
    name: 'adding a fence publishes it: it has to be signalled',
    build: over((t, o) => add(t, o)),
    expected: { verdict: 'violated', kind: 'unsignalled-fence', objects: ['f'] },
  },
  {
    name: 'waiting while holding the reservation is allowed where signalling needs no reservation',
    build: over(
      (t, o) => {
        t.wwLockPlain(o.r)
        t.reserveFences(o.r)
        t.addFence(o.r, { fence: o.f })
        t.waitFences(o.r)
        t.wwUnlock(o.r)
      },
      (m, { f }) => m.thread('s', (t) => t.signal(f)),
    ),
    expected: holds,
  },
  {
    name: 'signalling that needs the reservation deadlocks with a wait that holds it',
    build: over(
      (t, o) => {
        t.wwLockPlain(o.r)
        t.reserveFences(o.r)
        t.addFence(o.r, { fence: o.f })
        t.waitFences(o.r)
        t.wwUnlock(o.r)
      },
      (m, { r, f }) =>
        m.thread('s', (t) => {
          t.wwLockPlain(r)
          t.signal(f)
          t.wwUnlock(r)
        }),
    ),
    expected: deadlock('cycle', ['a', 's'], ['f', 'r']),
  },
  {
    name: 'a wait that only a timeout ends while the reservation is held is masked',
    build: over(
      (t, o) => {
        t.wwLockPlain(o.r)
        t.reserveFences(o.r)
        t.addFence(o.r, { fence: o.f })
        t.waitFencesTimeout(o.r, { timeout: () => {} })
        t.wwUnlock(o.r)
      },
      (m, { r, f }) =>
        m.thread('s', (t) => {
          t.wwLockPlain(r)
          t.signal(f)
          t.wwUnlock(r)
        }),
    ),
    expected: stuck('masked', 'cycle', ['a', 's'], ['f', 'r']),
  },
  ...(
    [
      ['waitFencesInterruptible', ['erestartsys']],
      ['waitFencesTimeout', ['timeout']],
      ['waitFencesInterruptibleTimeout', ['erestartsys', 'timeout']],
    ] as const
  ).map(([op, exits]): Fact => ({
    name: `${op} may give up`,
    build: over(
      (t, o) => add(t, o),
      (m, { r }) =>
        m.thread('w', (t) => {
          if (op === 'waitFencesTimeout') t.waitFencesTimeout(r, { timeout: () => {} })
          else if (op === 'waitFencesInterruptibleTimeout')
            t.waitFencesInterruptibleTimeout(r, { erestartsys: () => {}, timeout: () => {} })
          else t.waitFencesInterruptible(r, { erestartsys: () => {} })
        }),
    ),
    after: [...added, `w: ${op} r -> waiting`],
    enabled: exits.map((exit) => `w: ${op} r -> ${exit}`),
  })),
  {
    name: 'a wait that a signal or time ends while the reservation is held is masked',
    build: over(
      (t, o) => {
        t.wwLockPlain(o.r)
        t.reserveFences(o.r)
        t.addFence(o.r, { fence: o.f })
        t.waitFencesInterruptibleTimeout(o.r, { erestartsys: () => {}, timeout: () => {} })
        t.wwUnlock(o.r)
      },
      (m, { r, f }) =>
        m.thread('s', (t) => {
          t.wwLockPlain(r)
          t.signal(f)
          t.wwUnlock(r)
        }),
    ),
    expected: stuck('masked', 'cycle', ['a', 's'], ['f', 'r']),
  },
  {
    name: 'testSignaled says busy while a fence is not signalled, and never waits',
    build: over(
      (t, o) => {
        add(t, o)
        t.signal(o.f)
      },
      (m, { r }) => m.thread('w', (t) => t.testSignaled(r, { idle: () => {}, busy: () => {} })),
    ),
    after: added,
    enabled: ['w: testSignaled r -> busy'],
    enabledOf: ['w'],
  },
  {
    name: 'testSignaled says idle once all fences are signalled',
    build: over(
      (t, o) => {
        add(t, o)
        t.signal(o.f)
      },
      (m, { r }) => m.thread('w', (t) => t.testSignaled(r, { idle: () => {}, busy: () => {} })),
    ),
    after: [...added, 'a: signal f'],
    enabled: ['w: testSignaled r -> idle'],
    enabledOf: ['w'],
  },
  {
    name: 'a shrinker that locks the reservation of the allocating thread deadlocks on itself',
    build: underReclaim((t, { r }) => {
      t.wwLockPlain(r)
      t.wwUnlock(r)
    }),
    expected: deadlock('self', ['a'], ['r']),
  },
  {
    name: 'a shrinker that tries and skips is safe',
    build: underReclaim((t, { r }) => t.wwTrylockPlain(r, { got: () => t.wwUnlock(r), missed: () => {} })),
    expected: holds,
  },
  {
    name: 'two reservations in opposite order: the younger ticket backs off (Wait-Die)',
    build: (m) => {
      const c = m.wwClass('K', { waitDie: true })
      const [r, s] = [m.resv('r', { class: c }), m.resv('s', { class: c })]
      const path = (t: T, x: typeof r, y: typeof r): void => {
        t.wwAcquireInit(c)
        t.wwLock(x, { edeadlk: () => {} })
        t.wwLock(y, { edeadlk: () => {} })
        t.local()
      }
      m.thread('a', (t) => path(t, r, s))
      m.thread('b', (t) => path(t, s, r))
    },
    after: ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'a: wwLock r -> ok', 'b: wwLock s -> ok'],
    enabled: ['a: wwLock s -> queued', 'b: wwLock r -> edeadlk #2'],
  },
  ...(
    [
      ['reserving without the lock', 'reserve-unlocked', over((t, { r }) => t.reserveFences(r))],
      ['adding without the lock', 'add-unlocked', over((t, { r, f }) => t.addFence(r, { fence: f }))],
      [
        'adding without a reserved slot',
        'add-without-slot',
        over((t, { r, f }) => (t.wwLockPlain(r), t.addFence(r, { fence: f }))),
      ],
      [
        'adding after unlock and relock, which lost the slot,',
        'add-without-slot',
        over((t, { r, f }) => {
          t.wwLockPlain(r)
          t.reserveFences(r)
          t.wwUnlock(r)
          t.wwLockPlain(r)
          t.addFence(r, { fence: f })
        }),
      ],
      [
        'adding after a ticketed unlock and relock, which lost the slot,',
        'add-without-slot',
        over((t, { c, r, f }) => {
          t.wwAcquireInit(c)
          t.wwLock(r, { edeadlk: () => {} })
          t.reserveFences(r)
          t.wwUnlock(r)
          t.wwLock(r, { edeadlk: () => {} })
          t.addFence(r, { fence: f })
        }),
      ],
      [
        'adding two with one slot',
        'add-without-slot',
        over((t, { r, f, g }) => {
          t.wwLockPlain(r)
          t.reserveFences(r)
          t.addFence(r, { fence: f })
          t.addFence(r, { fence: g })
        }),
      ],
    ] as const
  ).map(([what, code, build]): Fact => ({ name: `${what} is misuse`, build, expected: misuse(code, 'a', 'r') })),
]
