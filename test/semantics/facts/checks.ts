// SPDX-License-Identifier: Apache-2.0
import { add as plus, ge, sub } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, type Fact } from './fact.ts'

// What the kernel checks at run time, each check as small models; what a switch decides is in checks.test.ts.

const backOff = { edeadlk: () => {} }

/** Two tickets, two locks, opposite orders; who is told to back off drops everything and leaves. */
const opposite =
  (waitDie: boolean) =>
  (m: M): void => {
    const K = m.wwClass('K', { waitDie })
    const [a, b] = [m.wwMutex('a', { class: K }), m.wwMutex('b', { class: K })]
    const both = (t: T, x: typeof a, y: typeof a): void => {
      t.wwAcquireInit(K)
      t.wwLock(x, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.wwLock(y, { ok: () => t.wwUnlock(y), edeadlk: () => {} })
      t.wwUnlock(x)
      t.wwAcquireFini(K)
    }
    m.thread('older', (t) => both(t, a, b))
    m.thread('younger', (t) => both(t, b, a))
  }
const crossed = [
  'older: wwAcquireInit K',
  'younger: wwAcquireInit K',
  'older: wwLock a -> ok',
  'younger: wwLock b -> ok',
]

const check1: readonly Fact[] = [
  ...[true, false].map((waitDie): Fact => ({
    name: `1: opposite orders with tickets are safe under ${waitDie ? 'Wait-Die' : 'Wound-Wait'}`,
    build: opposite(waitDie),
    expected: holds,
  })),
  {
    name: '1: under Wait-Die the younger one backs off where it asks, and the older one may wait',
    build: opposite(true),
    after: crossed,
    enabled: ['older: wwLock b -> queued', 'younger: wwLock a -> edeadlk #2'],
  },
  {
    name: '1: under Wound-Wait the younger one may wait as long as nobody has wounded it',
    build: opposite(false),
    after: crossed,
    enabled: ['older: wwLock b -> queued', 'younger: wwLock a -> queued'],
  },
  {
    name: '1: under Wound-Wait the younger one backs off once the older one waits for it',
    build: opposite(false),
    after: [...crossed, 'younger: wwLock a -> queued', 'older: wwLock b -> queued'],
    enabled: ['younger: wwLock a -> edeadlk'],
  },
]

const readTwice =
  (writer: boolean) =>
  (m: M): void => {
    const s = m.rwsem('s')
    m.thread('reader', (t) => {
      t.downRead(s)
      t.downRead(s)
      t.upRead(s)
      t.upRead(s)
    })
    if (writer) m.thread('writer', (t) => (t.downWrite(s), t.upWrite(s)))
  }
const check2: readonly Fact[] = [
  {
    name: '2: a second down_read() behind a queued writer waits for its own first one',
    build: readTwice(true),
    expected: deadlock('self', ['reader', 'writer'], ['s']),
  },
  { name: '2: without a writer it does not', build: readTwice(false), expected: holds },
  ...([true, false] as const).map((irqsOff): Fact => ({
    name: `2: an rwlock read again by an interrupt is ${irqsOff ? 'safe' : 'not safe if the writer leaves interrupts on'}`,
    build: (m) => {
      const l = m.rwlock('l')
      m.thread('reader', (t) => (t.readLock(l), t.readUnlock(l)))
      m.thread('writer', (t) => {
        if (irqsOff) t.writeLockIrq(l)
        else t.writeLock(l)
        if (irqsOff) t.writeUnlockIrq(l)
        else t.writeUnlock(l)
      })
      m.irq('handler', (t) => (t.readLock(l), t.readUnlock(l)), { when: true })
    },
    expected: irqsOff ? holds : deadlock('irq', ['handler', 'writer'], ['l']),
  })),
]

const check3: readonly Fact[] = [
  {
    name: '3: a callback that signals a fence under the same lock waits for its own signaller',
    build: (m) => {
      const lock = m.spinlock('lock')
      const [member, array] = [m.fence('member', { lock }), m.fence('array', { lock })]
      m.callback(member, 'cb', (t) => t.signal(array))
      m.hardware('gpu', (t) => t.signal(member))
    },
    expected: deadlock('self', ['gpu'], ['lock']),
  },
  {
    name: '3: a dma_fence_array signals from irq_work, so that a shared lock is free by then',
    build: (m) => {
      const lock = m.spinlock('lock')
      const [member, array] = [m.fence('member', { lock }), m.fence('array', { lock, published: true })]
      const queued = m.flag('irq_work_queued')
      m.callback(member, 'cb', (t) => t.set(queued, 1))
      m.irq('irq_work', (t) => t.signal(array), { when: queued, set: [[queued, 0]] })
      m.hardware('gpu', (t) => t.signal(member))
      m.thread('waiter', (t) => t.wait(array))
    },
    expected: holds,
  },
]

/** A resv whose fence waiter holds it, `free_job` that locks it, and `run_job` that signals. */
const freeJob =
  (queues: 1 | 2, runLocks = false) =>
  (m: M): void => {
    const K = m.wwClass('K', { waitDie: true })
    const [r, f] = [m.resv('r', { class: K }), m.fence('f')]
    const q = m.workqueue('q', { ordered: true })
    const other = queues === 1 ? q : m.workqueue('p', { ordered: true })
    const locked = (t: T): void => (t.wwLockPlain(r), t.wwUnlock(r))
    const free = m.workItem(q, 'free_job', locked)
    const run = m.workItem(other, 'run_job', (t) => {
      if (runLocks) locked(t)
      t.signal(f)
    })
    m.thread('waiter', (t) => {
      t.wwLockPlain(r)
      t.reserveFences(r)
      t.addFence(r, { fence: f })
      t.queueWork(free)
      t.queueWork(run)
      t.waitFences(r)
      t.wwUnlock(r)
    })
  }
const check5: readonly Fact[] = [
  {
    name: '5: free_job that blocks on the reservation keeps run_job behind it on an ordered queue',
    build: freeJob(1),
    expected: deadlock('cycle', ['q/0', 'waiter'], ['f', 'r']),
  },
  { name: '5: on queues of their own it does not', build: freeJob(2), expected: holds },
  {
    name: '5: what R6 forbids, the reservation in run_job itself, no second queue repairs',
    build: freeJob(2, true),
    expected: deadlock('cycle', ['p/0', 'waiter'], ['f', 'r']),
  },
]

/** `users` processes take `each` of `units`, one at a time, and give all back. */
const counting =
  (units: number, users: number, each: number) =>
  (m: M): void => {
    const free = m.int('free', { max: units, init: units })
    for (let i = 0; i < users; i++)
      m.thread(`user${i}`, (t) => {
        for (let k = 0; k < each; k++) t.step({ when: ge(free, 1), set: [[free, sub(free, 1)]], label: 'take' })
        t.set(free, plus(free, each))
      })
  }
const check6: readonly Fact[] = [
  {
    name: '6: a mempool of one element and a job that needs two is stuck, without a cycle through anybody else',
    build: counting(1, 1, 2),
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'none', processes: ['user0'], objects: [] },
  },
  { name: '6: one of two elements is enough', build: counting(2, 1, 2), expected: holds },
]
const check13: readonly Fact[] = [1, 2, 3].flatMap((users) =>
  [1, 2, 3].flatMap((each) =>
    [1, 2, 3, 4, 5, 6, 7].map((units): Fact => {
      const blocked = units < users * (each - 1) + 1
      return {
        name: `13: ${users} users that need ${each} of ${units} units each ${blocked ? 'can block each other' : 'never block for ever'}`,
        build: counting(units, users, each),
        expected: blocked ? { verdict: 'violated' } : holds,
      }
    }),
  ),
)

const check7: readonly Fact[] = [
  ...(['irq', 'softirq'] as const).flatMap((context): Fact[] => [
    {
      name: `7: begin and end in a handler (${context}) add no obligation`,
      build: (m) => m[context]('h', (t) => (t.beginSignalling(), t.endSignalling()), { when: true }),
      expected: holds,
    },
    {
      name: `7: a wait between them in a handler (${context}) sleeps in atomic context`,
      build: (m) => {
        const f = m.fence('f', { signalled: true })
        m[context]('h', (t) => (t.beginSignalling(), t.wait(f), t.endSignalling()), { when: true })
      },
      expected: misuse('sleep-in-atomic', 'h', 'f'),
    },
  ]),
  {
    name: '7: a section that began under a spinlock may end after it, and owes nothing',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => (t.spinLock(l), t.beginSignalling(), t.endSignalling(), t.spinUnlock(l)))
    },
    expected: holds,
  },
]

/** A waiter that asks again until the reservation is idle, and a device that is done some time. */
const polling =
  (how: 'polls' | 'waits') =>
  (m: M): void => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    const [f, g] = [m.fence('f'), m.fence('g')]
    m.thread('waiter', (t) =>
      how === 'waits' ? t.waitFences(r) : t.loop(() => t.testSignaled(r, { idle: () => t.break(), busy: () => {} })),
    )
    m.thread('submitter', (t) => {
      for (const fence of [f, g]) {
        t.wwLockPlain(r)
        t.reserveFences(r)
        t.addFence(r, { fence })
        t.wwUnlock(r)
        t.signal(fence)
      }
    })
  }
const check8: readonly Fact[] = [
  {
    name: '8: asking an unlocked reservation again and again ends once nobody adds a fence any more',
    build: polling('polls'),
    expected: holds,
  },
  { name: '8: a wait on one snapshot ends', build: polling('waits'), expected: holds },
  {
    name: '8: a trylock that another one undoes over and over is no forward progress',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('retries', (t) => t.loop(() => t.trylock(x, { got: () => (t.unlock(x), t.break()), missed: () => {} })))
      m.worker('submits', (t) =>
        t.loop(() => {
          t.idle()
          t.lock(x)
          t.unlock(x)
        }),
      )
    },
    expected: starved('retries', 'x'),
  },
]

const shrinkerOn =
  (how: 'blocks' | 'tries') =>
  (m: M): void => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    m.shrinker('shrinker', (t) => {
      if (how === 'tries') return t.wwTrylockPlain(r, { got: () => t.wwUnlock(r), missed: () => {} })
      t.wwLockPlain(r)
      t.wwUnlock(r)
    })
    m.thread('allocator', (t) => {
      t.wwLockPlain(r)
      t.allocKernel()
      t.wwUnlock(r)
    })
  }
const check10: readonly Fact[] = [
  {
    name: '10: a shrinker that tries the reservation of the allocating thread and skips it is safe',
    build: shrinkerOn('tries'),
    expected: holds,
  },
  {
    name: '10: one that blocks on it deadlocks on itself',
    build: shrinkerOn('blocks'),
    expected: deadlock('self', ['allocator'], ['r']),
  },
]

/** An invalidation waits under the notifier lock; exec publishes and pushes under it, or publishes before it. */
const notifierLock =
  (publishes: 'under the notifier lock' | 'before it') =>
  (m: M): void => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    const [n, f, pushed] = [m.rwsem('n'), m.fence('f'), m.flag('pushed')]
    m.thread('invalidate', (t) => {
      t.downWrite(n)
      t.waitFences(r)
      t.upWrite(n)
    })
    m.thread('exec', (t) => {
      t.wwLockPlain(r)
      t.reserveFences(r)
      if (publishes === 'before it') t.addFence(r, { fence: f })
      t.downRead(n)
      if (publishes !== 'before it') t.addFence(r, { fence: f })
      t.set(pushed, 1)
      t.upRead(n)
      t.wwUnlock(r)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(f)
    })
  }
const check11: readonly Fact[] = [
  {
    name: '11: a wait under the notifier lock does not wait for what is published under it later',
    build: notifierLock('under the notifier lock'),
    expected: holds,
  },
  {
    name: '11: a fence that is published before the lock and pushed under it is waited for in vain',
    build: notifierLock('before it'),
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'cycle', processes: ['exec', 'invalidate'] },
  },
]

/** The item looks at a flag before it locks; whoever removes it sets the flag, locks and flushes. */
const removal =
  (how: 'lock' | 'trylock') =>
  (m: M): void => {
    const [x, removed] = [m.mutex('x'), m.flag('removed')]
    const q = m.workqueue('q')
    const locked = (t: T): void => (t.local(), t.unlock(x))
    const w = m.workItem(q, 'w', (t) =>
      t.when(
        removed,
        () => {},
        () => {
          if (how === 'trylock') return t.trylock(x, { got: () => locked(t), missed: () => {} })
          t.lock(x)
          locked(t)
        },
      ),
    )
    m.thread('hotplug', (t) => t.queueWork(w))
    m.thread('remove', (t) => {
      t.set(removed, 1)
      t.lock(x)
      t.flushWork(w)
      t.unlock(x)
    })
  }
const check12: readonly Fact[] = [
  {
    name: '12: between the test of the flag and the lock somebody sets the flag, locks and flushes',
    build: removal('lock'),
    expected: deadlock('cycle', ['q/0', 'remove'], ['w', 'x']),
  },
  { name: '12: a trylock closes the window', build: removal('trylock'), expected: holds },
]

/** `mixed` holds `a` with its ticket and takes `b` without; `ticketed` takes both with its own. */
const mixedTickets =
  (older: 'mixed' | 'ticketed') =>
  (m: M): void => {
    const K = m.wwClass('K', { waitDie: true })
    const [a, b, taken] = [m.resv('a', { class: K }), m.resv('b', { class: K }), m.flag('taken')]
    const ticket = (t: T, who: string): void => {
      if (who !== older) t.await(taken)
      t.wwAcquireInit(K)
      if (who === older) t.set(taken, 1)
    }
    m.thread('mixed', (t) => {
      ticket(t, 'mixed')
      t.wwLock(a, backOff)
      t.wwLockPlain(b)
      t.wwUnlock(b)
      t.wwUnlock(a)
      t.wwAcquireFini(K)
    })
    m.thread('ticketed', (t) => {
      ticket(t, 'ticketed')
      t.wwLock(b, backOff)
      t.wwLock(a, { ok: () => t.wwUnlock(a), edeadlk: () => {} })
      t.wwUnlock(b)
      t.wwAcquireFini(K)
    })
  }
const check14: readonly Fact[] = [
  {
    name: '14: a second reservation without a ticket deadlocks where the other side has the older ticket and waits',
    build: mixedTickets('ticketed'),
    expected: deadlock('cycle', ['mixed', 'ticketed'], ['a', 'b']),
  },
  {
    name: '14: where the other side has the younger one it backs off',
    build: mixedTickets('mixed'),
    expected: holds,
  },
]

type Fence = ObjectHandle<'fence'>
/** Killing an entity waits for the dependency of its job and then signals the job. */
const kill = (t: T, job: Fence, dependency?: Fence): void => {
  if (dependency !== undefined) t.wait(dependency)
  t.signal(job)
}
const killing =
  (tasks: 'two tasks' | 'wrong order' | 'right order') =>
  (m: M): void => {
    const [a, b] = [m.fence('a', { published: true }), m.fence('b', { published: true })]
    if (tasks === 'two tasks') {
      m.thread('first', (t) => kill(t, a, b))
      m.thread('second', (t) => kill(t, b))
      return
    }
    m.thread('exit', (t) => {
      if (tasks === 'right order') kill(t, b)
      kill(t, a, b)
      if (tasks === 'wrong order') kill(t, b)
    })
  }
const check15: readonly Fact[] = [
  {
    name: '15: two tasks that kill entities in acyclic dependence are safe',
    build: killing('two tasks'),
    expected: holds,
  },
  {
    name: '15: one task that kills them in the wrong order waits for itself',
    build: killing('wrong order'),
    expected: deadlock('self', ['exit'], ['b']),
  },
  { name: '15: in the right order it does not', build: killing('right order'), expected: holds },
]

export const checkFacts: readonly Fact[] = [
  ...check1,
  ...check2,
  ...check3,
  ...check5,
  ...check6,
  ...check7,
  ...check8,
  ...check10,
  ...check11,
  ...check12,
  ...check13,
  ...check14,
  ...check15,
]
