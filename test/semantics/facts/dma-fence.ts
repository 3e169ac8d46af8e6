// SPDX-License-Identifier: Apache-2.0
import { holds as isHeld } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

type Fence = ObjectHandle<'fence'>
const over =
  (threads: Readonly<Record<string, (t: T, f: Fence) => void>>, init: object = {}) =>
  (m: M) => {
    const f = m.fence('f', init)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, f))
  }
const waits = (t: T, f: Fence): void => t.wait(f)
const interruptible = (t: T, f: Fence): void => t.waitInterruptible(f, { erestartsys: () => {} })
const either = (t: T, f: Fence): void => t.waitInterruptibleTimeout(f, { erestartsys: () => {}, timeout: () => {} })
const timed = (t: T, f: Fence): void => t.waitTimeout(f, { timeout: () => {} })
const signals = (t: T, f: Fence): void => t.signal(f)

const flavours = [
  ['wait', waits, '', []],
  ['waitInterruptible', interruptible, ' -> ok', ['erestartsys']],
  ['waitTimeout', timed, ' -> ok', ['timeout']],
  ['waitInterruptibleTimeout', either, ' -> ok', ['erestartsys', 'timeout']],
] as const

/** A fence `f` with a lock of its own, `l`, and a callback that counts its runs in `ran`. */
const counted =
  (
    threads: (m: M, f: Fence, cb: ObjectHandle<'fenceCallback'>, l: ObjectHandle<'spinlock'>) => void,
    { added = true, signalled = false }: { added?: boolean; signalled?: boolean } = {},
  ) =>
  (m: M): void => {
    const ran = m.int('ran', { max: 3 })
    const l = m.spinlock('l')
    const f = m.fence('f', { lock: l, signalled })
    const cb = m.callback(f, 'cb', (t) => t.step({ set: [[ran, 1]], label: 'body' }), { added })
    threads(m, f, cb, l)
  }
/**
 * The steps of dma_fence_signal() by `s` on a fence with a free lock and one callback. Whether the callback is on the
 * list is asked (`runs`, `not added`) only in models that add or remove it.
 */
const locked = 's: signal f -> locked'
const done = 's: signal f -> signalled'
const asked = 's: callback cb runs'

export const dmaFenceFacts: readonly Fact[] = [
  ...flavours.flatMap(([op, waiter, ok, escapes]): Fact[] => [
    {
      name: `${op} blocks until the fence is signalled`,
      build: over({ w: waiter, s: signals }),
      after: [],
      enabled: ['s: signal f', ...escapes.map((escape) => `w: ${op} f -> ${escape}`)],
    },
    {
      name: `${op} passes once it is signalled, and only passes`,
      build: over({ w: waiter, s: signals }),
      after: ['s: signal f'],
      enabled: [`w: ${op} f${ok}`],
    },
    {
      name: `${op} uses nothing up: everybody passes`,
      build: over({ w: waiter, v: waits, s: signals }),
      after: ['s: signal f', `w: ${op} f${ok}`],
      enabled: ['v: wait f'],
    },
    {
      name: `${op} in atomic context is misuse even on a signalled fence`,
      build: (m) => {
        const [f, l] = [m.fence('f', { signalled: true }), m.spinlock('l')]
        m.thread('a', (t) => {
          t.spinLock(l)
          waiter(t, f)
        })
      },
      expected: misuse('sleep-in-atomic', 'a', 'f'),
    },
  ]),
  {
    name: 'publishing and signalling in every order is fine',
    build: over({ p: (t, f) => t.publish(f), s: signals, w: waits }),
    expected: { ...holds, without: ['never-awaited'] },
  },
  {
    name: 'signalling twice is a no-op, not misuse',
    build: over(
      {
        s: (t, f) => {
          signals(t, f)
          signals(t, f)
        },
        r: signals,
        w: waits,
      },
      { published: true },
    ),
    expected: holds,
  },
  {
    name: 'signalling a fence that was never published is fine',
    build: over({ s: signals }),
    expected: holds,
  },
  {
    name: 'a fence that is published and signalled but never awaited is remarked on',
    build: over({ s: signals }, { published: true }),
    expected: { ...holds, findings: ['never-awaited'] },
  },
  {
    name: 'a published fence that nobody signals is a violation with a waiter',
    build: over({ w: waits }, { published: true }),
    expected: stuck('unsignalled-fence', 'none', ['w'], ['f']),
  },
  {
    name: 'a published fence that nobody signals is a violation without a waiter',
    build: over({ p: (t, f) => t.publish(f) }),
    expected: stuck('unsignalled-fence', 'none', [], ['f']),
  },
  {
    name: 'a fence that is lost only on an error path is a violation',
    build: over(
      {
        s: (t, f) => t.either({ done: () => t.signal(f), failed: () => {} }),
        w: waits,
      },
      { published: true },
    ),
    expected: stuck('unsignalled-fence', 'none', ['w'], ['f']),
  },
  {
    name: 'waiting for a fence that was never published is a deadlock, for nobody owes it',
    build: over({ w: waits }),
    expected: deadlock('none', ['w'], ['f']),
  },
  {
    name: 'waiting for the fence one has to signal deadlocks on itself',
    build: over(
      {
        a: (t, f) => {
          waits(t, f)
          signals(t, f)
        },
      },
      { published: true },
    ),
    expected: deadlock('self', ['a'], ['f']),
  },
  {
    name: 'waiting under a mutex that the signalling path takes deadlocks',
    build: (m) => {
      const [f, x] = [m.fence('f', { published: true }), m.mutex('x')]
      m.thread('w', (t) => {
        t.lock(x)
        t.wait(f)
        t.unlock(x)
      })
      m.worker('s', (t) => {
        t.lock(x)
        t.unlock(x)
        t.signal(f)
      })
    },
    expected: deadlock('cycle', ['s', 'w'], ['f', 'x']),
  },
  ...(
    [
      ['waitTimeout', timed],
      ['waitInterruptible', interruptible],
      ['waitInterruptibleTimeout', either],
    ] as const
  ).flatMap(([op, waiter]): Fact[] => [
    {
      name: `${op} under a mutex that the signalling path takes is masked`,
      build: (m) => {
        const [f, x] = [m.fence('f', { published: true }), m.mutex('x')]
        m.thread('w', (t) => {
          t.lock(x)
          waiter(t, f)
          t.unlock(x)
        })
        m.worker('s', (t) => {
          t.lock(x)
          t.unlock(x)
          t.signal(f)
        })
      },
      expected: stuck('masked', 'cycle', ['s', 'w'], ['f', 'x']),
    },
    {
      name: `${op} for a fence nobody owes, with nothing held, is only remarked on`,
      build: over({ w: waiter }),
      expected: { ...holds, findings: ['unbounded-wait'] },
    },
    {
      name: `${op} does not save a published fence that nobody signals`,
      build: over({ w: waiter }, { published: true }),
      expected: stuck('unsignalled-fence', 'none', [], ['f']),
    },
    {
      name: `${op} that is ended for certain is not remarked on`,
      build: over({ w: waiter, s: signals }, { published: true }),
      expected: { ...holds, without: ['unbounded-wait', 'never-taken'] },
    },
  ]),
  {
    name: 'a fence that is only signalled after somebody gave up waiting is masked',
    build: over(
      {
        a: (t, f) => t.waitTimeout(f, { timeout: () => t.signal(f) }),
      },
      { published: true },
    ),
    expected: { verdict: 'violated', kind: 'masked', objects: ['f'] },
  },
  {
    name: 'publish() and is_signaled() are allowed in a handler',
    build: (m) => {
      const f = m.fence('f')
      m.irq(
        'irq',
        (t) => {
          t.publish(f)
          t.isSignaled(f, { yes: () => {}, no: () => {} })
          t.signal(f)
        },
        { when: true },
      )
    },
    expected: holds,
  },
  {
    name: 'is_signaled() looks and never waits: no',
    build: over({ a: (t, f) => t.isSignaled(f, { yes: () => {}, no: () => {} }), s: signals }),
    after: [],
    enabled: ['a: isSignaled f -> no', 's: signal f'],
  },
  {
    name: 'is_signaled() looks and never waits: yes',
    build: over({ a: (t, f) => t.isSignaled(f, { yes: () => {}, no: () => {} }), s: signals }),
    after: ['s: signal f'],
    enabled: ['a: isSignaled f -> yes'],
  },
  ...(['pending', 'ok', 'error'] as const).flatMap((status): Fact[] => {
    const looks = (t: T, f: Fence): void => t.getStatus(f, { pending: () => {}, ok: () => {}, error: () => {} })
    const fails = (t: T, f: Fence): void => {
      if (status === 'error') t.setError(f)
      if (status !== 'pending') t.signal(f)
    }
    return [
      {
        name: `dma_fence_get_status() of a fence that is ${status}`,
        build: over({ s: fails, a: looks }),
        after: [...(status === 'error' ? ['s: setError f'] : []), ...(status === 'pending' ? [] : ['s: signal f'])],
        enabled: [`a: getStatus f -> ${status}`],
      },
    ]
  }),
  {
    name: 'an error that is set has not signalled the fence',
    build: over({ s: (t, f) => t.setError(f), w: waits }),
    after: ['s: setError f'],
    enabled: [],
  },
  {
    name: 'the status of a fence is one of three, and looking is legal in atomic context',
    build: (m) => {
      const [l, f] = [m.spinlock('l'), m.fence('f')]
      m.thread('a', (t) => {
        t.spinLock(l)
        t.setError(f)
        t.getStatus(f, { pending: () => {}, ok: () => {}, error: () => {} })
        t.spinUnlock(l)
      })
    },
    after: ['a: spinLock l', 'a: setError f'],
    enabled: ['a: getStatus f -> pending'],
  },
  {
    name: 'setting an error after the signal is misuse',
    build: over({ s: (t, f) => (t.signal(f), t.setError(f)) }),
    expected: misuse('set-error-signalled', 's', 'f'),
  },
  {
    name: 'who polls for a status that never comes is livelocked',
    build: over({
      a: (t, f) => t.loop(() => t.getStatus(f, { pending: () => {}, ok: () => t.break(), error: () => t.break() })),
    }),
    expected: livelock('a', 'f'),
  },
  {
    name: 'who polls is_signaled() of what nobody signals is livelocked',
    build: over({
      a: (t, f) => t.loop(() => t.isSignaled(f, { yes: () => t.break(), no: () => {} })),
    }),
    expected: livelock('a', 'f'),
  },
  {
    name: 'signalling is allowed under a spinlock, with interrupts off and in a hardirq handler',
    build: (m) => {
      const [f, l] = [m.fence('f', { published: true, lock: m.spinlock('f.lock') }), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLockIrqsave(l)
        t.signal(f)
        t.spinUnlockIrqrestore(l)
      })
      m.irq('irq', (t) => t.signal(f), { when: true })
      m.thread('w', (t) => t.wait(f))
    },
    expected: holds,
  },
  {
    name: 'signal takes the fence’s lock first',
    build: counted((m, f) => m.thread('s', (t) => t.signal(f))),
    after: [],
    enabled: [locked],
  },
  {
    name: 'signal spins while somebody holds the fence’s lock',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
    }),
    after: ['o: spinLock l', 's: signal f -> spinning'],
    enabled: ['o: spinUnlock l'],
  },
  {
    name: 'signal that has spun gets the lock and runs the callback',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
      m.thread('q', (t) => t.spinLock(l))
    }),
    after: ['o: spinLock l', 's: signal f -> spinning', 'o: spinUnlock l', locked, done],
    enabled: ['s: body'],
  },
  {
    name: 'the signalled bit is visible before the callback has run',
    build: counted((m, f) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('w', (t) => t.wait(f))
    }),
    after: [locked, done],
    enabled: ['s: body', 'w: wait f'],
  },
  {
    name: 'a callback runs under the fence’s lock, which keeps everybody else out',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => t.spinLock(l))
    }),
    after: [locked, done],
    enabled: ['s: body'],
  },
  {
    name: 'a callback runs with interrupts off',
    build: counted((m, f) => {
      m.thread('s', (t) => t.signal(f))
      m.irq('irq', (t) => t.local(), { on: ['s'], idleCpu: false, when: true })
    }),
    after: [locked, done],
    enabled: ['s: body'],
  },
  {
    name: 'signal spins for the fence’s lock with interrupts off',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => (t.spinLock(l), t.local()))
      m.irq('irq', (t) => t.local(), { on: ['s'], idleCpu: false, when: true })
    }),
    after: ['o: spinLock l', 's: signal f -> spinning'],
    enabled: ['o: local step'],
  },
  {
    name: 'signal ends with the lock free and interrupts on',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => t.spinLock(l))
      m.irq('irq', (t) => t.local(), { on: ['s'], idleCpu: false, when: true })
    }),
    after: [locked, done, 's: body', 's: signal f'],
    enabled: ['irq: irq on s', 'o: spinLock l'],
  },
  {
    name: 'signal that had to spin ends with the lock free and interrupts on',
    build: counted((m, f, _, l) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
      m.irq('irq', (t) => t.local(), { on: ['s'], idleCpu: false, when: true })
    }),
    after: ['o: spinLock l', 's: signal f -> spinning', 'o: spinUnlock l', locked, done, 's: body', 's: signal f'],
    enabled: ['irq: irq on s'],
  },
  {
    name: 'after a signal the process may sleep',
    build: (m) => {
      const [l, x] = [m.spinlock('l'), m.mutex('x')]
      const f = m.fence('f', { lock: l })
      m.thread('s', (t) => {
        t.signal(f)
        t.signal(f)
        t.lock(x)
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'a second signal takes the lock, runs no callback and gives the lock back',
    build: counted((m, f) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('r', (t) => t.signal(f))
    }),
    after: [locked, done, 's: body', 's: signal f', 'r: signal f -> locked', 'r: signal f -> signalled #2'],
    enabled: ['r: signal f'],
  },
  {
    name: 'a second signal that has the lock does nothing but return',
    build: counted((m, f) => {
      m.thread('s', (t) => t.signal(f))
      m.thread('r', (t) => t.signal(f))
    }),
    after: [locked, done, 's: body', 's: signal f', 'r: signal f -> locked'],
    enabled: ['r: signal f -> signalled #2'],
  },
  {
    name: 'a callback that was added too late was not called, and a second signal does not call it',
    build: counted(
      (m, f, cb) => {
        m.thread('a', (t) => {
          t.addCallback(f, { callback: cb, enoent: () => {} })
          t.signal(f)
        })
        m.thread('s', (t) => t.signal(f))
      },
      { added: false },
    ),
    after: [locked, done, 's: callback cb not added', 's: signal f', 'a: addCallback f -> enoent'],
    enabled: ['a: signal f -> locked'],
  },
  ...(['free', 'taken'] as const).map((lock): Fact => ({
    name: `a callback finds the fence’s lock held by its own process, where the lock was ${lock}`,
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      m.callback(f, 'cb', (t) => t.assert(isHeld(l), 'held'))
      m.thread('s', (t) => t.signal(f))
      m.thread('o', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
    },
    after:
      lock === 'free' ? [locked, done] : ['o: spinLock l', 's: signal f -> spinning', 'o: spinUnlock l', locked, done],
    enabled: ['s: assert held'],
  })),
  {
    name: 'callbacks run exactly once, whoever signals',
    build: (m) => {
      const ran = m.int('ran', { max: 1 })
      const f = m.fence('f', { published: true })
      m.callback(f, 'cb', (t) => t.step({ set: [[ran, 1]] }))
      for (const name of ['r', 's'])
        m.thread(name, (t) => {
          t.signal(f)
          t.signal(f)
        })
      m.callback(f, 'again', (t) => t.local())
    },
    expected: holds,
  },
  {
    name: 'two callbacks run one after another, in the order they were added',
    build: (m) => {
      const f = m.fence('f')
      m.callback(f, 'one', (t) => t.local('first'))
      m.callback(f, 'two', (t) => t.local('second'))
      m.thread('s', (t) => t.signal(f))
    },
    after: [locked, done, 's: first'],
    enabled: ['s: second'],
  },
  {
    name: 'a callback that was not added does not run',
    build: counted((m, f) => m.thread('s', (t) => t.signal(f)), { added: false }),
    after: [locked, done],
    enabled: ['s: callback cb not added'],
  },
  {
    name: 'add_callback before the signal makes it run',
    build: counted(
      (m, f, cb) => {
        m.thread('s', (t) => t.signal(f))
        m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))
      },
      { added: false },
    ),
    after: ['a: addCallback f -> ok', locked, done],
    enabled: [asked],
  },
  {
    name: 'a callback that is on the list is not added again',
    build: counted((m, f, cb) => m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))),
    expected: misuse('callback-added-twice', 'a', 'f'),
  },
  {
    name: 'limit: a fence that is initialised again before it is published still has its callback',
    build: counted((m, f, cb) =>
      m.thread('a', (t) => {
        t.initFence(f)
        t.addCallback(f, { callback: cb, enoent: () => {} })
      }),
    ),
    expected: misuse('callback-added-twice', 'a', 'f'),
  },
  {
    name: 'a callback that was removed may be added again',
    build: counted((m, f, cb) =>
      m.thread('a', (t) => {
        t.removeCallback(f, { callback: cb, ran: () => {}, removed: () => {} })
        t.addCallback(f, { callback: cb, enoent: () => {} })
      }),
    ),
    after: ['a: removeCallback f -> removed'],
    enabled: ['a: addCallback f -> ok'],
  },
  {
    name: 'add_callback on a signalled fence is -ENOENT',
    build: counted(
      (m, f, cb) => {
        m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))
        m.thread('s', (t) => t.signal(f))
      },
      { added: false, signalled: true },
    ),
    after: [],
    enabled: ['a: addCallback f -> enoent'],
    enabledOf: ['a'],
  },
  {
    name: 'a callback that came too late never runs',
    build: counted(
      (m, f, cb) => {
        m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))
        m.thread('s', (t) => {
          t.signal(f)
          t.signal(f)
        })
      },
      { added: false },
    ),
    after: [
      locked,
      done,
      's: callback cb not added',
      's: signal f',
      'a: addCallback f -> enoent',
      's: signal f -> locked',
      's: signal f -> signalled #2',
    ],
    enabled: ['s: signal f'],
  },
  {
    name: 'add_callback waits for the fence’s lock',
    build: counted(
      (m, f, cb, l) => {
        m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))
        m.thread('s', (t) => t.signal(f))
        m.thread('o', (t) => t.spinLock(l))
      },
      { added: false },
    ),
    after: ['o: spinLock l'],
    enabled: [],
    enabledOf: ['a'],
  },
  {
    name: 'add_callback under the fence’s lock deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      const cb = m.callback(f, 'cb', (t) => t.local(), { added: false })
      m.thread('a', (t) => {
        t.spinLock(l)
        t.addCallback(f, { callback: cb, enoent: () => {} })
        t.spinUnlock(l)
      })
    },
    expected: deadlock('self', ['a'], ['f', 'l']),
  },
  {
    name: 'add_callback on a fence without a lock does not wait',
    build: (m) => {
      const f = m.fence('f')
      const cb = m.fenceCallback('cb')
      m.thread('a', (t) => t.addCallback(f, { callback: cb, enoent: () => {} }))
      m.thread('s', (t) => t.signal(f))
    },
    after: [],
    enabled: ['a: addCallback f -> ok', 's: signal f'],
  },
  {
    name: 'remove_callback on a fence without a lock does not wait: removed',
    build: (m) => {
      const f = m.fence('f')
      const cb = m.fenceCallback('cb', { added: true })
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    },
    after: [],
    enabled: ['a: removeCallback f -> removed', 's: signal f'],
  },
  {
    name: 'remove_callback on a fence without a lock does not wait: ran',
    build: (m) => {
      const f = m.fence('f')
      const cb = m.fenceCallback('cb', { added: true })
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    },
    after: ['s: signal f'],
    enabled: ['a: removeCallback f -> ran'],
  },
  {
    name: 'remove_callback before the signal: it will never run',
    build: counted((m, f, cb) => {
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    }),
    after: ['a: removeCallback f -> removed', locked, done],
    enabled: ['s: callback cb not added'],
  },
  {
    name: 'remove_callback during the callbacks waits for the lock, and so for their end',
    build: counted((m, f, cb) => {
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    }),
    after: [locked, done, asked],
    enabled: ['s: body'],
  },
  {
    name: 'remove_callback waits for the lock also before the signal',
    build: counted((m, f, cb) => {
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    }),
    after: [locked],
    enabled: [done],
  },
  {
    name: 'remove_callback after the callbacks: it has run',
    build: counted((m, f, cb) => {
      m.thread('a', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('s', (t) => t.signal(f))
    }),
    after: [locked, done, asked, 's: body', 's: signal f'],
    enabled: ['a: removeCallback f -> ran'],
  },
  {
    name: 'signal_locked() needs the fence’s lock',
    build: (m) => {
      const f = m.fence('f', { lock: m.spinlock('l') })
      m.thread('a', (t) => t.signalLocked(f))
    },
    expected: misuse('fence-lock-not-held', 'a', 'f'),
  },
  {
    name: 'signal_locked() needs the fence’s lock in its own hands',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      m.thread('o', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
      m.thread('a', (t) => t.signalLocked(f))
    },
    after: ['o: spinLock l'],
    enabled: ['a: signalLocked f !! fence-lock-not-held'],
    enabledOf: ['a'],
  },
  {
    name: 'signal_locked() is misuse on a fence whose lock is not modelled',
    build: over({ a: (t, f) => t.signalLocked(f) }),
    expected: misuse('fence-lock-not-held', 'a', 'f'),
  },
  {
    name: 'signal_locked() under the lock signals, twice is a no-op',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l, published: true })
      m.thread('w', (t) => t.wait(f))
      m.thread('a', (t) => {
        t.spinLockIrqsave(l)
        t.signalLocked(f)
        t.signalLocked(f)
        t.spinUnlockIrqrestore(l)
      })
    },
    expected: holds,
  },
  {
    name: 'a second signal_locked() does nothing but return',
    build: counted((m, f, _, l) =>
      m.thread('s', (t) => {
        t.spinLock(l)
        t.signalLocked(f)
        t.signalLocked(f)
        t.spinUnlock(l)
      }),
    ),
    after: ['s: spinLock l', 's: signalLocked f', 's: body'],
    enabled: ['s: signalLocked f #2'],
  },
  {
    name: 'signal_locked() runs the callbacks, the second one does not',
    build: counted((m, f, _, l) =>
      m.thread('s', (t) => {
        t.spinLock(l)
        t.signalLocked(f)
        t.signalLocked(f)
        t.spinUnlock(l)
      }),
    ),
    after: ['s: spinLock l', 's: signalLocked f', 's: body', 's: signalLocked f #2'],
    enabled: ['s: spinUnlock l'],
  },
  {
    name: 'signal under the fence’s own lock deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      m.thread('a', (t) => {
        t.spinLock(l)
        t.signal(f)
        t.spinUnlock(l)
      })
    },
    expected: deadlock('self', ['a'], ['l']),
  },
  {
    name: 'a callback that signals a fence with the same lock deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const [f, g] = [m.fence('f', { lock: l }), m.fence('g', { lock: l })]
      m.callback(f, 'cb', (t) => t.signal(g))
      m.thread('a', (t) => t.signal(f))
    },
    expected: deadlock('self', ['a'], ['l']),
  },
  {
    name: 'a callback that signals a fence with another lock is fine',
    build: (m) => {
      const [f, g] = [
        m.fence('f', { published: true, lock: m.spinlock('k') }),
        m.fence('g', { published: true, lock: m.spinlock('l') }),
      ]
      m.callback(f, 'cb', (t) => t.signal(g))
      m.thread('a', (t) => t.signal(f))
      m.thread('w', (t) => {
        t.wait(g)
        t.wait(f)
      })
    },
    expected: holds,
  },
  {
    name: 'a callback that takes the fence’s lock deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      m.callback(f, 'cb', (t) => {
        t.spinLock(l)
        t.spinUnlock(l)
      })
      m.thread('a', (t) => t.signal(f))
    },
    expected: deadlock('self', ['a'], ['l']),
  },
  {
    name: 'a callback that signals its own fence deadlocks on itself',
    build: (m) => {
      const f = m.fence('f')
      m.callback(f, 'cb', (t) => t.signal(f))
      m.thread('a', (t) => t.signal(f))
    },
    expected: deadlock('self', ['a'], ['f.lock']),
  },
  {
    name: 'a callback that removes another callback of its fence deadlocks on itself',
    build: (m) => {
      const l = m.spinlock('l')
      const f = m.fence('f', { lock: l })
      const other = m.callback(f, 'other', (t) => t.local())
      m.callback(f, 'cb', (t) => t.removeCallback(f, { callback: other, removed: () => {}, ran: () => {} }))
      m.thread('a', (t) => t.signal(f))
    },
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'self', processes: ['a'] },
  },
]
