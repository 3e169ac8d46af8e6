// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, stuck, type Fact } from './fact.ts'

type Fence = ObjectHandle<'userFence'>
type Script = (t: T, u: Fence) => void
const over =
  (threads: Readonly<Record<string, Script>>, init: object = {}) =>
  (m: M): void => {
    const u = m.userFence('u', init)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, u))
  }
const waits = {
  waitUserFence: (t: T, u: Fence, value?: number) =>
    t.waitUserFence(u, { ...(value !== undefined && { value }), erestartsys: () => {} }),
  waitUserFenceTimeout: (t: T, u: Fence, value?: number) =>
    t.waitUserFenceTimeout(u, { ...(value !== undefined && { value }), erestartsys: () => {}, etime: () => {} }),
} as const
const escapesOf = { waitUserFence: ['erestartsys'], waitUserFenceTimeout: ['erestartsys', 'etime'] } as const
const writes: Script = (t, u) => t.writeUserFence(u)

/** Rules R13 and R24 (docs/contract.md). */
export const userFenceFacts: readonly Fact[] = [
  ...(['waitUserFence', 'waitUserFenceTimeout'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} waits until the number is written`,
      build: over({ w: (t, u) => waits[op](t, u), s: writes }),
      after: [],
      enabled: ['s: writeUserFence u', ...escapesOf[op].map((exit) => `w: ${op} u -> ${exit}`)],
    },
    {
      name: `${op} passes then, and only passes`,
      build: over({ w: (t, u) => waits[op](t, u), s: writes }),
      after: ['s: writeUserFence u'],
      enabled: [`w: ${op} u -> ok`],
    },
    {
      name: `${op} passes at a higher number, not at a lower one`,
      build: over({ w: (t, u) => waits[op](t, u, 2), v: (t, u) => waits[op](t, u, 4) }, { value: 3 }),
      after: [],
      enabled: [`w: ${op} u -> ok`, ...escapesOf[op].map((exit) => `v: ${op} u -> ${exit}`)],
    },
    {
      name: `${op} with nothing held, for what nobody need write, is legal and remarked on`,
      build: over({ w: (t, u) => waits[op](t, u), s: (t, u) => (t.idle(), t.may('user', () => writes(t, u))) }),
      expected: { ...holds, findings: ['unbounded-wait'] },
    },
    {
      name: `${op} with a lock held is masked: only user space ends it, or the caller dies`,
      build: (m) => {
        const [u, x] = [m.userFence('u'), m.mutex('x')]
        m.thread('w', (t) => (t.lock(x), waits[op](t, u), t.unlock(x)))
        m.thread('s', (t) => (t.idle(), t.may('user', () => t.writeUserFence(u))))
      },
      expected: stuck('masked', 'none', ['w'], ['u']),
    },
  ]),
  {
    name: 'a fence whose signal waits for a user fence is nothing that can be relied on',
    build: (m) => {
      const [u, f] = [m.userFence('u'), m.fence('f', { published: true })]
      m.worker('s', (t) => (t.waitUserFence(u, { erestartsys: () => {} }), t.signal(f)))
      m.thread('user', (t) => (t.idle(), t.may('user', () => t.writeUserFence(u))))
    },
    expected: deadlock('none', ['s'], ['u']),
  },
  {
    name: 'a worker that waits for one which nobody writes waits for good',
    build: (m) => {
      const u = m.userFence('u')
      m.worker('s', (t) => t.waitUserFence(u, { erestartsys: () => {} }))
    },
    expected: deadlock('none', ['s'], ['u']),
  },
  {
    name: 'a number that is written never goes back',
    build: over({
      a: (t, u) => {
        t.writeUserFence(u, { value: 3 })
        t.writeUserFence(u, { value: 1 })
        t.testUserFence(u, { value: 3, yes: () => {}, no: () => t.unreachable('it only grows') })
      },
    }),
    expected: holds,
  },
  {
    name: 'and is what was written',
    build: over({
      a: (t, u) => {
        t.writeUserFence(u, { value: 1 })
        t.writeUserFence(u, { value: 2 })
        t.testUserFence(u, { value: 2, yes: () => {}, no: () => t.unreachable('written') })
        t.testUserFence(u, { value: 3, yes: () => t.unreachable('not written'), no: () => {} })
      },
    }),
    expected: holds,
  },
  {
    name: 'writing what is there already is possible',
    build: over({ a: (t, u) => (writes(t, u), writes(t, u)) }),
    expected: holds,
  },
  {
    name: 'who polls what nobody writes is livelocked',
    build: over({
      a: (t, u) => t.loop(() => t.testUserFence(u, { yes: () => t.break(), no: () => {} })),
    }),
    expected: livelock('a', 'u'),
  },
  {
    name: 'writing and looking never sleep',
    build: (m) => {
      const [u, l] = [m.userFence('u'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        writes(t, u)
        t.testUserFence(u, { yes: () => {}, no: () => {} })
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
]
