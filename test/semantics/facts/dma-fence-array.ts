// SPDX-License-Identifier: Apache-2.0
import { holds as isHeld } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

interface Objects {
  readonly m: M
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
  readonly array: ObjectHandle<'fenceArray'>
}
type Script = (t: T, objects: Objects) => void

const over =
  (threads: Readonly<Record<string, Script>>, options: { readonly signalOnAny?: boolean } = {}) =>
  (m: M): void => {
    const [f, g] = [m.fence('f'), m.fence('g')]
    const objects = { m, f, g, array: m.fenceArrayOf('array', [f, g], options) }
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, objects))
  }
const raised = 'array.irq_work: irq on another cpu'
const worked = 'array.irq_work: signalArray array'

const waiters = {
  wait: (t: T, { array }: Objects) => t.wait(array),
  waitInterruptible: (t: T, { array }: Objects) => t.waitInterruptible(array, { erestartsys: () => {} }),
  waitTimeout: (t: T, { array }: Objects) => t.waitTimeout(array, { timeout: () => {} }),
  waitInterruptibleTimeout: (t: T, { array }: Objects) =>
    t.waitInterruptibleTimeout(array, { erestartsys: () => {}, timeout: () => {} }),
} as const
const escapesOf: Readonly<Record<keyof typeof waiters, readonly string[]>> = {
  wait: [],
  waitInterruptible: ['erestartsys'],
  waitTimeout: ['timeout'],
  waitInterruptibleTimeout: ['erestartsys', 'timeout'],
}
const signalsBoth: Script = (t, { f, g }) => (t.signal(f), t.signal(g))
const looks: Script = (t, { array }) => t.isSignaled(array, { yes: () => {}, no: () => {} })
const asks: Script = (t, { array }) => t.getStatus(array, { pending: () => {}, ok: () => {}, error: () => {} })

/** An array whose member has signalled, with a lock and a callback; `s` signals it. */
const underLock =
  (
    more: (m: M, array: Objects['array'], l: ObjectHandle<'spinlock'>) => unknown,
    body?: (t: T, l: ObjectHandle<'spinlock'>) => void,
  ) =>
  (m: M): void => {
    const [l, f] = [m.spinlock('l'), m.fence('f', { signalled: true, error: true })]
    const array = m.fenceArray('array', { members: [f], lock: l })
    m.callback(array, 'cb', (t) => (body === undefined ? t.local('body') : body(t, l)))
    m.thread('s', (t) => t.signalArray(array))
    more(m, array, l)
  }
const [locked, spins, done] = ['locked', 'spinning', 'signalled'].map((to) => `s: signalArray array -> ${to}`) as [
  string,
  string,
  string,
]
const other = (m: M, l: ObjectHandle<'spinlock'>): unknown => m.thread('o', (t) => (t.spinLock(l), t.spinUnlock(l)))
const spun = ['o: spinLock l', spins, 'o: spinUnlock l', locked]
const interrupts = (m: M): unknown => m.irq('irq', (t) => t.local(), { on: ['s'], idleCpu: false, when: true })

const lockFacts: readonly Fact[] = [
  { name: 'signalling an array takes its lock first', build: underLock(() => {}), after: [], enabled: [locked] },
  {
    name: 'signalling an array spins where somebody has its lock',
    build: underLock((m, _, l) => other(m, l)),
    after: ['o: spinLock l'],
    enabled: ['o: spinUnlock l', spins],
  },
  {
    name: 'and goes on spinning, with interrupts off',
    build: underLock((m, _, l) => (other(m, l), interrupts(m))),
    after: ['o: spinLock l', spins],
    enabled: ['o: spinUnlock l'],
  },
  ...([[locked], spun] as const).flatMap((taken): Fact[] => {
    const how = taken.length === 1 ? 'free' : 'taken'
    const first = taken.length === 1 ? [] : ['o: spinLock l', 'o: spinUnlock l']
    return [
      {
        name: `with its lock, which was ${how}, it signals and does nothing else`,
        build: underLock((m, _, l) => other(m, l)),
        after: taken,
        enabled: [done],
        enabledOf: ['s'],
      },
      {
        name: `its callback runs under the lock, which was ${how}, with interrupts off`,
        build: underLock((m, _, l) => {
          other(m, l)
          interrupts(m)
          m.thread('q', (t) => t.spinLock(l))
        }),
        after: [...taken, done],
        enabled: ['s: body'],
      },
      {
        name: `the lock, which was ${how}, is held by who runs the callback`,
        build: underLock(
          (m, _, l) => other(m, l),
          (t, l) => t.assert(isHeld(l), 'held'),
        ),
        after: [...taken, done],
        enabled: ['s: assert held'],
        enabledOf: ['s'],
      },
      {
        name: `afterwards the lock, which was ${how}, is free and interrupts are on`,
        build: underLock((m, _, l) => {
          other(m, l)
          interrupts(m)
          m.thread('q', (t) => t.spinLock(l))
        }),
        after: [...taken, done, 's: body', 's: signalArray array'],
        enabled: ['irq: irq on s', 'q: spinLock l', ...(first.length === 0 ? ['o: spinLock l'] : [])],
      },
    ]
  }),
  {
    name: 'signalling an array again under its lock runs no callback',
    build: underLock((m, array) => m.thread('r', (t) => t.signalArray(array))),
    after: [locked, done, 's: body', 's: signalArray array', 'r: signalArray array -> locked'],
    enabled: ['r: signalArray array -> signalled #2'],
  },
  {
    name: 'the error of a member becomes that of the array under the lock',
    build: underLock((m, array) =>
      m.thread('a', (t) => t.getStatus(array, { pending: () => {}, ok: () => {}, error: () => {} })),
    ),
    after: [locked, done],
    enabled: ['a: getStatus array -> error', 's: body'],
  },
  {
    name: 'after signalling an array one may sleep, however it came by the lock',
    build: underLock((m, array, l) => {
      const x = m.mutex('x')
      other(m, l)
      m.thread('r', (t) => (t.signalArray(array), t.lock(x), t.unlock(x)))
    }),
    expected: holds,
  },
]

/** Rule R31 (docs/contract.md). */
export const dmaFenceArrayFacts: readonly Fact[] = [
  ...lockFacts,
  ...(Object.keys(waiters) as (keyof typeof waiters)[]).flatMap((op): Fact[] => {
    const ok = escapesOf[op].length === 0 ? '' : ' -> ok'
    const escapes = escapesOf[op].map((exit) => `w: ${op} array -> ${exit}`)
    return [
      {
        name: `${op} of an array waits while a member has not signalled`,
        build: over({ w: waiters[op], s: (t, { f }) => t.signal(f) }),
        after: ['s: signal f'],
        enabled: escapes,
        enabledOf: ['w', 'array.irq_work'],
      },
      {
        name: `${op} of an array waits until the irq_work has signalled it`,
        build: over({ w: waiters[op], s: signalsBoth }),
        after: ['s: signal f', 's: signal g'],
        enabled: [raised, ...escapes],
      },
      {
        name: `${op} of an array passes once it has`,
        build: over({ w: waiters[op], s: signalsBoth }),
        after: ['s: signal f', 's: signal g', raised, worked],
        enabled: [`w: ${op} array${ok}`],
        enabledOf: ['w'],
      },
    ]
  }),
  {
    name: 'with signalOnAny one member is enough',
    build: over({ w: waiters.wait, s: (t, { f }) => t.signal(f) }, { signalOnAny: true }),
    expected: holds,
  },
  {
    name: 'with signalOnAny none is not',
    build: over({ w: waiters.wait }, { signalOnAny: true }),
    expected: deadlock('none', ['w'], ['array']),
  },
  {
    name: 'members that signal in any order signal it once',
    build: over({ w: waiters.wait, s: (t, { f }) => t.signal(f), r: (t, { g }) => t.signal(g) }),
    expected: holds,
  },
  {
    name: 'a member that one has to signal oneself deadlocks on itself',
    build: over({
      w: (t, o) => (waiters.wait(t, o), t.signal(o.g)),
      s: (t, { f }) => t.signal(f),
    }),
    expected: deadlock('self', ['w'], ['array']),
  },
  {
    name: 'an array that is published and whose member never signals is owed in vain',
    build: over({ p: (t, { array }) => t.publish(array), s: (t, { f }) => t.signal(f) }),
    expected: stuck('unsignalled-fence', 'none', [], ['array']),
  },
  {
    name: 'one that nobody published is not owed',
    build: over({ s: (t, { f }) => t.signal(f) }),
    expected: holds,
  },
  {
    name: 'one that is published and signalled is paid',
    build: over({ p: (t, { array }) => t.publish(array), s: signalsBoth }),
    expected: holds,
  },
  {
    name: 'isSignaled of an array is no until the irq_work has signalled it',
    build: over({ a: looks, s: signalsBoth }),
    after: ['s: signal f', 's: signal g'],
    enabled: ['a: isSignaled array -> no', raised],
  },
  {
    name: 'isSignaled of an array is yes then',
    build: over({ a: looks, s: signalsBoth }),
    after: ['s: signal f', 's: signal g', raised, worked],
    enabled: ['a: isSignaled array -> yes'],
    enabledOf: ['a'],
  },
  {
    name: 'who asks an array of fences that nobody signals is livelocked',
    build: over({
      a: (t, { array }) => t.loop(() => t.isSignaled(array, { yes: () => t.break(), no: () => {} })),
    }),
    expected: livelock('a', 'array'),
  },
  {
    name: 'who asks such an array for its status is livelocked',
    build: over({
      a: (t, { array }) =>
        t.loop(() => t.getStatus(array, { pending: () => {}, ok: () => t.break(), error: () => t.break() })),
    }),
    expected: livelock('a', 'array'),
  },
  {
    name: 'the status of an array is pending until then',
    build: over({ a: asks, s: signalsBoth }),
    after: ['s: signal f', 's: signal g'],
    enabled: ['a: getStatus array -> pending', raised],
  },
  {
    name: 'it is ok where no member has an error',
    build: over({ a: asks, s: signalsBoth }),
    after: ['s: signal f', 's: signal g', raised, worked],
    enabled: ['a: getStatus array -> ok'],
    enabledOf: ['a'],
  },
  {
    name: 'the error of a member is that of the array',
    build: over({ a: asks, s: (t, o) => (t.setError(o.g), signalsBoth(t, o)) }),
    after: ['s: setError g', 's: signal f', 's: signal g', raised, worked],
    enabled: ['a: getStatus array -> error'],
    enabledOf: ['a'],
  },
  {
    name: 'with signalOnAny the error of a member that has not signalled is not',
    build: over({ a: asks, s: (t, o) => (t.setError(o.g), t.signal(o.f)) }, { signalOnAny: true }),
    after: ['s: setError g', 's: signal f', raised, worked],
    enabled: ['a: getStatus array -> ok'],
    enabledOf: ['a'],
  },
  {
    name: 'signalling an array that is still pending is misuse',
    build: over({ a: (t, { f, array }) => (t.signal(f), t.signalArray(array)) }),
    expected: misuse('array-still-pending', 'a', 'array'),
  },
  {
    name: 'signalling an array again is a no-op',
    build: over({ a: (t, o) => (signalsBoth(t, o), t.signalArray(o.array), t.signalArray(o.array)), w: waiters.wait }),
    expected: holds,
  },
  {
    name: 'the callback of an array runs in hardirq context, under its lock, after the bit has become visible',
    build: (m) => {
      const f = m.fence('f')
      const array = m.fenceArrayOf('array', [f])
      m.callback(array, 'cb', (t) => t.isSignaled(array, { yes: () => {}, no: () => t.unreachable('visible') }))
      m.thread('s', (t) => t.signal(f))
    },
    expected: holds,
  },
  {
    name: 'a callback of an array that sleeps is misuse',
    build: (m) => {
      const [f, x] = [m.fence('f'), m.mutex('x')]
      const array = m.fenceArrayOf('array', [f])
      m.callback(array, 'cb', (t) => (t.lock(x), t.unlock(x)))
      m.thread('s', (t) => t.signal(f))
    },
    expected: misuse('sleep-in-atomic', 'array.irq_work', 'x'),
  },
  {
    name: 'a callback of an array runs once',
    build: (m) => {
      const [f, n] = [m.fence('f'), m.int('n', { max: 1 })]
      const array = m.fenceArrayOf('array', [f])
      m.callback(array, 'cb', (t) => t.set(n, 1))
      m.thread('s', (t) => (t.signal(f), t.wait(array), t.set(n, 0), t.signalArray(array), t.assert(n)))
    },
    expected: { verdict: 'violated', kind: 'assertion' },
  },
  {
    name: 'a callback that the lock of the member would block is safe on the array: the irq_work has not that lock',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      const array = m.fenceArrayOf('array', [f])
      m.callback(array, 'cb', (t) => (t.spinLock(l), t.spinUnlock(l)))
      m.thread('s', (t) => t.signal(f))
    },
    expected: holds,
  },
  {
    name: 'signalling the array in the callback of a member whose lock it shares deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      const array = m.fenceArray('array', { members: [f], lock: l })
      m.callback(f, 'cb', (t) => t.signalArray(array))
      m.thread('s', (t) => t.signal(f))
    },
    expected: deadlock('self', ['s'], ['l']),
  },
  ...(['addCallback', 'removeCallback'] as const).map((op): Fact => ({
    name: `${op} of an array spins while its lock is held`,
    build: (m) => {
      const [f, l] = [m.fence('f'), m.spinlock('l')]
      const array = m.fenceArray('array', { members: [f], lock: l })
      const callback = m.callback(array, 'cb', (t) => t.local(), { added: op === 'removeCallback' })
      m.thread('h', (t) => (t.spinLock(l), t.spinUnlock(l)))
      m.thread('a', (t) =>
        op === 'addCallback'
          ? t.addCallback(array, { callback, enoent: () => {} })
          : t.removeCallback(array, { callback, removed: () => {}, ran: () => {} }),
      )
    },
    after: ['h: spinLock l'],
    enabled: [],
    enabledOf: ['a'],
  })),
]
