// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

type Lock = ObjectHandle<'wwMutex'>
interface Locks {
  readonly c: ObjectHandle<'wwClass'>
  readonly x: Lock
  readonly y: Lock
  readonly z: Lock
}
// Where two arrows have one label the second is ` #2`: backing off because of tickets comes after being refused for
// debugging, unlocking without a ticket after unlocking with one.

type Algorithm = 'Wait-Die' | 'Wound-Wait'
const algorithms: readonly Algorithm[] = ['Wait-Die', 'Wound-Wait']

const locks = (m: M, algorithm: Algorithm = 'Wait-Die', debugWw = false): Locks => {
  const c = m.wwClass('K', { waitDie: algorithm === 'Wait-Die', debugWw })
  const lock = (name: string): Lock => m.wwMutex(name, { class: c })
  return { c, x: lock('x'), y: lock('y'), z: lock('z') }
}
const over =
  (write: (t: T, o: Locks) => void, algorithm?: Algorithm, debugWw?: boolean) =>
  (m: M): void => {
    const o = locks(m, algorithm, debugWw)
    m.thread('a', (t) => write(t, o))
  }
const stop = (t: T) => ({ edeadlk: () => t.local('backs off') })
/** A ticket, then these locks in order; only what is enabled on the way is looked at. */
const take = (t: T, { c }: Locks, ...wanted: readonly Lock[]): void => {
  t.wwAcquireInit(c)
  for (const lock of wanted) t.wwLock(lock, stop(t))
  t.local('has all')
}
/** `a` takes x then y, `b` y then x; `a` has the older ticket, and each has its first lock. */
const abba =
  (algorithm: Algorithm) =>
  (m: M): void => {
    const o = locks(m, algorithm)
    m.thread('a', (t) => take(t, o, o.x, o.y))
    m.thread('b', (t) => take(t, o, o.y, o.x))
  }
const firsts = ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'a: wwLock x -> ok', 'b: wwLock y -> ok']

/** Both locks, backing off as the documentation says. */
const protocol = (t: T, { c }: Locks, x: Lock, y: Lock): void => {
  const held = (): void => {
    t.wwUnlock(x)
    t.wwUnlock(y)
    t.wwAcquireFini(c)
    t.end()
  }
  t.wwAcquireInit(c)
  t.wwLock(x, { edeadlk: () => t.assert(false, 'a first lock never backs off') })
  t.loop(() => {
    t.wwLock(y, { ok: held, edeadlk: () => {} })
    t.wwUnlock(x)
    t.wwLockSlow(y)
    t.wwLock(x, { ok: held, edeadlk: () => {} })
    t.wwUnlock(y)
    t.wwLockSlow(x)
  })
}
/** `a` has been told to back off from y by debugging and goes on with `write`; it holds x. */
const backedOff = (write: (t: T, o: Locks) => void) =>
  over(
    (t, o) => {
      t.wwAcquireInit(o.c)
      t.wwLock(o.x, { edeadlk: () => {} })
      t.wwLock(o.y, { ok: () => t.goto(t.label()), edeadlk: () => write(t, o) })
    },
    'Wait-Die',
    true,
  )

/** `b` takes its second lock without a ticket; whose ticket is older is forced. */
const halfTicketed =
  (older: 'a' | 'b') =>
  (m: M): void => {
    const o = locks(m)
    const ready = m.flag('ready')
    const init = (t: T, me: 'a' | 'b'): void => {
      if (me !== older) t.await(ready)
      t.wwAcquireInit(o.c)
      if (me === older) t.set(ready, 1)
    }
    m.thread('a', (t) => {
      init(t, 'a')
      t.wwLock(o.x, { edeadlk: () => t.assert(false) })
      t.wwLock(o.y, {
        edeadlk: () => {
          t.wwUnlock(o.x)
          t.wwLockSlow(o.y)
        },
        ok: () => t.wwUnlock(o.x),
      })
      t.wwUnlock(o.y)
      t.wwAcquireFini(o.c)
    })
    m.thread('b', (t) => {
      init(t, 'b')
      t.wwLock(o.y, { edeadlk: () => t.assert(false) })
      t.wwLockPlain(o.x)
      t.wwUnlock(o.x)
      t.wwUnlock(o.y)
      t.wwAcquireFini(o.c)
    })
  }

/** `b` holds y with its ticket, or gets it under the nose of `a`, which waits for it; then `b` asks for z, which is taken. */
const wounding: readonly Fact[] = (['holder', 'taker'] as const).flatMap((who) =>
  (
    [
      ['an older waiter that holds locks wounds', true, 'a'],
      ['an older waiter that holds nothing does not wound', false, 'a'],
      ['a younger waiter does not wound', true, 'b'],
    ] as const
  ).map(([what, holding, first]): Fact => {
    const tickets = first === 'a' ? ['a', 'b'] : ['b', 'a']
    const gets = 'b: wwLock y -> ok'
    const waits = [...(holding ? ['a: wwLock x -> ok'] : []), 'a: wwLock y -> queued']
    return {
      name: `Wound-Wait: ${what} ${who === 'holder' ? 'the holder' : 'who takes the lock under its nose'}`,
      build: (m) => {
        const o = locks(m, 'Wound-Wait')
        m.thread('a', (t) => take(t, o, ...(holding ? [o.x] : []), o.y))
        m.thread('b', (t) => take(t, o, o.y, o.z))
        m.thread('c', (t) => t.wwLockPlain(o.z))
        m.thread('d', (t) => (t.wwLockPlain(o.y), t.wwUnlock(o.y)))
      },
      after: [
        ...tickets.map((by) => `${by}: wwAcquireInit K`),
        'c: wwLockPlain z',
        ...(who === 'holder' ? [gets, ...waits] : ['d: wwLockPlain y', ...waits, 'd: wwUnlock y #2', gets]),
      ],
      enabled: [`b: wwLock z -> ${holding && first === 'a' ? 'edeadlk #2' : 'queued'}`],
      enabledOf: ['b'],
    }
  }),
)

/** `a` is refused y for debugging, gives x up and waits for y with `op`; `b`, which is younger, has y and asks for z. */
const slowly: readonly Fact[] = (['wwLockSlow', 'wwLockSlowInterruptible'] as const).map((op): Fact => ({
  name: `Wound-Wait: ${op} wounds nobody, for it holds nothing`,
  build: (m) => {
    const o = locks(m, 'Wound-Wait', true)
    m.thread('a', (t) => {
      t.wwAcquireInit(o.c)
      t.wwLock(o.x, stop(t))
      t.wwLock(o.y, { ok: () => t.end(), edeadlk: () => t.wwUnlock(o.x) })
      if (op === 'wwLockSlow') t.wwLockSlow(o.y)
      else t.wwLockSlowInterruptible(o.y, { eintr: () => {} })
    })
    m.thread('b', (t) => take(t, o, o.y, o.z))
    m.thread('c', (t) => t.wwLockPlain(o.z))
  },
  after: [...firsts, 'c: wwLockPlain z', 'a: wwLock y -> edeadlk', 'a: wwUnlock x', `a: ${op} y -> queued`],
  enabled: ['b: wwLock z -> edeadlk', 'b: wwLock z -> queued'],
  enabledOf: ['b'],
}))

const refused = ['a: wwAcquireInit K', 'a: wwLock x -> ok', 'a: wwLock y -> edeadlk']
/** `a` has backed off from y, and z is held by another process. */
const backedOffBeside = (write: (t: T, o: Locks) => void) => (m: M) => {
  const o = locks(m, 'Wait-Die', true)
  m.thread('a', (t) => {
    t.wwAcquireInit(o.c)
    t.wwLock(o.x, stop(t))
    t.wwLock(o.y, { ok: () => t.end(), edeadlk: () => write(t, o) })
  })
  m.thread('other', (t) => t.wwLockPlain(o.z))
}
const tries = (t: T, lock: Lock): void => t.wwTrylock(lock, { got: () => {}, missed: () => {} })
const slow = (t: T, lock: Lock): void => t.wwLockSlowInterruptible(lock, { eintr: () => {} })

/** What a back-off demands of the next lock. */
const afterBackOff: readonly Fact[] = [
  ...([true, false] as const).map((released): Fact => ({
    name: `after a back-off a trylock that misses is no misuse, others ${released ? 'released' : 'held'}`,
    build: backedOffBeside((t, o) => {
      if (released) t.wwUnlock(o.x)
      tries(t, o.z)
    }),
    after: ['other: wwLockPlain z', ...refused, ...(released ? ['a: wwUnlock x'] : [])],
    enabled: ['a: wwTrylock z -> missed'],
    enabledOf: ['a'],
  })),
  {
    name: 'nor is one of what is held already, which misses too',
    build: backedOffBeside((t, o) => tries(t, o.x)),
    after: refused,
    enabled: ['a: wwTrylock x -> missed'],
    enabledOf: ['a'],
  },
  {
    name: 'a trylock of the contended lock gets it',
    build: backedOffBeside((t, o) => (t.wwUnlock(o.x), tries(t, o.y))),
    after: [...refused, 'a: wwUnlock x'],
    enabled: ['a: wwTrylock y -> got'],
    enabledOf: ['a'],
  },
  ...(['wwLock', 'wwLockInterruptible'] as const).map((op): Fact => ({
    name: `${op} of what is held already is -EALREADY after a back-off too, no misuse`,
    build: backedOffBeside((t, o) => {
      const exits = { edeadlk: () => {}, ealready: () => t.local('held') }
      if (op === 'wwLock') t.wwLock(o.x, exits)
      else t.wwLockInterruptible(o.x, { ...exits, eintr: () => {} })
    }),
    after: refused,
    enabled: [`a: ${op} x -> ealready`],
    enabledOf: ['a'],
  })),
  {
    name: 'wwLockSlowInterruptible takes the contended lock if it is free',
    build: backedOffBeside((t, o) => (t.wwUnlock(o.x), slow(t, o.y))),
    after: [...refused, 'a: wwUnlock x'],
    enabled: ['a: wwLockSlowInterruptible y -> ok'],
    enabledOf: ['a'],
  },
  {
    name: 'wwLockSlowInterruptible that a signal ended may be tried again, the lock is still the contended one',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwLock(o.y, stop(t))
        t.wwLock(o.x, { ok: () => t.end(), edeadlk: () => t.wwUnlock(o.y) })
        t.loop(() => t.wwLockSlowInterruptible(o.x, { ok: () => t.break(), eintr: () => {} }))
        t.local('has it')
      })
    },
    after: [
      'a: wwAcquireInit K',
      'b: wwAcquireInit K',
      'a: wwLock x -> ok',
      'b: wwLock y -> ok',
      'b: wwLock x -> edeadlk #2',
      'b: wwUnlock y',
      'b: wwLockSlowInterruptible x -> queued',
      'b: wwLockSlowInterruptible x -> eintr',
    ],
    enabled: ['b: wwLockSlowInterruptible x -> queued'],
    enabledOf: ['b'],
  },
]

/** ww_mutex_lock_interruptible() without a context. */
const plainly: readonly Fact[] = [
  {
    name: 'wwLockPlainInterruptible takes a free lock, ticket or none, and no signal comes between',
    build: over((t, o) => {
      t.wwLockPlainInterruptible(o.x, { eintr: () => {} })
    }),
    after: [],
    enabled: ['a: wwLockPlainInterruptible x -> ok'],
  },
  {
    name: 'what it took excludes others, and is unlocked as without a ticket',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => {
        t.wwLockPlainInterruptible(o.x, { ok: () => t.wwUnlock(o.x), eintr: () => {} })
      })
      m.thread('b', (t) => take(t, o, o.x))
    },
    after: ['a: wwLockPlainInterruptible x -> ok', 'b: wwAcquireInit K'],
    enabled: ['a: wwUnlock x #2', 'b: wwLock x -> queued'],
  },
  {
    name: 'it never backs off: of what one holds oneself it waits until a signal comes',
    build: over((t, o) => {
      t.wwAcquireInit(o.c)
      t.wwLock(o.x, stop(t))
      t.wwLockPlainInterruptible(o.x, { ok: () => t.assert(false), eintr: () => {} })
      t.wwUnlock(o.x)
      t.wwAcquireFini(o.c)
    }),
    expected: stuck('masked', 'self', ['a'], ['x']),
  },
  {
    name: 'opposite orders that only a signal to one of them resolves are masked',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => {
        t.wwLockPlain(o.x)
        t.wwLockPlainInterruptible(o.y, { ok: () => t.wwUnlock(o.y), eintr: () => {} })
        t.wwUnlock(o.x)
      })
      m.thread('b', (t) => {
        t.wwLockPlain(o.y)
        t.wwLockPlain(o.x)
        t.wwUnlock(o.x)
        t.wwUnlock(o.y)
      })
    },
    expected: stuck('masked', 'cycle', ['a', 'b'], ['x', 'y']),
  },
]

export const wwMutexFacts: readonly Fact[] = [
  ...slowly,
  ...afterBackOff,
  ...plainly,
  {
    name: 'Wait-Die: the younger one that holds something backs off from the older one, which may wait',
    build: abba('Wait-Die'),
    after: firsts,
    enabled: ['a: wwLock y -> queued', 'b: wwLock x -> edeadlk #2'],
  },
  {
    name: 'Wait-Die: the older one waits until the younger one is done',
    build: abba('Wait-Die'),
    after: [...firsts, 'a: wwLock y -> queued'],
    enabled: ['b: wwLock x -> edeadlk #2'],
  },
  {
    name: 'Wound-Wait: either waits as long as nobody is wounded',
    build: abba('Wound-Wait'),
    after: firsts,
    enabled: ['a: wwLock y -> queued', 'b: wwLock x -> queued'],
  },
  {
    name: 'Wound-Wait: the older waiter wounds the younger holder, which backs off at its next contended lock',
    build: abba('Wound-Wait'),
    after: [...firsts, 'a: wwLock y -> queued'],
    enabled: ['b: wwLock x -> edeadlk #2'],
  },
  {
    name: 'Wound-Wait: a holder that already waits notices the wound there',
    build: abba('Wound-Wait'),
    after: [...firsts, 'b: wwLock x -> queued', 'a: wwLock y -> queued'],
    enabled: ['b: wwLock x -> edeadlk'],
  },
  {
    name: 'Wound-Wait: a younger waiter wounds nobody',
    build: abba('Wound-Wait'),
    after: [...firsts, 'b: wwLock x -> queued'],
    enabled: ['a: wwLock y -> queued'],
  },
  {
    name: 'Wound-Wait: a wounded holder takes a free lock',
    build: (m) => {
      const o = locks(m, 'Wound-Wait')
      m.thread('a', (t) => take(t, o, o.x, o.y))
      m.thread('b', (t) => take(t, o, o.y, o.z, o.x))
    },
    after: [...firsts, 'a: wwLock y -> queued'],
    enabled: ['b: wwLock z -> ok'],
  },
  {
    name: 'Wound-Wait: that does not heal it, the next contended lock makes it back off',
    build: (m) => {
      const o = locks(m, 'Wound-Wait')
      m.thread('a', (t) => take(t, o, o.x, o.y))
      m.thread('b', (t) => take(t, o, o.y, o.z, o.x))
    },
    after: [...firsts, 'a: wwLock y -> queued', 'b: wwLock z -> ok'],
    enabled: ['b: wwLock x -> edeadlk #2'],
  },
  ...wounding,
  {
    name: 'Wound-Wait: a wound is forgotten once everything was released',
    build: (m) => {
      const o = locks(m, 'Wound-Wait')
      m.thread('a', (t) => take(t, o, o.x, o.y))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwLock(o.y, stop(t))
        t.wwUnlock(o.y)
        t.wwLock(o.z, stop(t))
        t.wwLock(o.x, stop(t))
      })
    },
    after: [...firsts, 'a: wwLock y -> queued', 'b: wwUnlock y', 'b: wwLock z -> ok'],
    enabled: ['a: wwLock y -> ok', 'b: wwLock x -> queued'],
  },
  {
    name: 'Wait-Die: a younger waiter in front does not make the older one back off, the older one makes it',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x, o.z))
      m.thread('b', (t) => take(t, o, o.y, o.z))
      m.thread('c', (t) => {
        t.wwLockPlain(o.z)
        t.local()
      })
    },
    after: [...firsts, 'c: wwLockPlain z', 'b: wwLock z -> queued', 'a: wwLock z -> queued'],
    enabled: ['b: wwLock z -> edeadlk'],
    enabledOf: ['a', 'b'],
  },
  ...algorithms.flatMap((algorithm): Fact[] => [
    {
      name: `${algorithm}: who holds nothing waits, whatever the tickets`,
      build: (m) => {
        const o = locks(m, algorithm)
        m.thread('a', (t) => take(t, o, o.x))
        m.thread('b', (t) => take(t, o, o.x))
      },
      after: ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'a: wwLock x -> ok'],
      enabled: ['b: wwLock x -> queued'],
      enabledOf: ['b'],
    },
    {
      name: `${algorithm}: a free lock is taken, whatever the tickets`,
      build: (m) => {
        const o = locks(m, algorithm)
        m.thread('a', (t) => take(t, o, o.x))
        m.thread('b', (t) => take(t, o, o.y, o.x))
      },
      after: ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'b: wwLock y -> ok'],
      enabled: ['a: wwLock x -> ok', 'b: wwLock x -> ok'],
    },
    {
      name: `${algorithm}: a holder without a ticket is waited for by the oldest and by the youngest`,
      build: (m) => {
        const o = locks(m, algorithm)
        m.thread('a', (t) => take(t, o, o.x, o.z))
        m.thread('b', (t) => take(t, o, o.y, o.z))
        m.thread('c', (t) => {
          t.wwLockPlain(o.z)
          t.local()
        })
      },
      after: [...firsts, 'c: wwLockPlain z'],
      enabled: ['a: wwLock z -> queued', 'b: wwLock z -> queued'],
      enabledOf: ['a', 'b'],
    },
    {
      name: `${algorithm}: opposite orders with the whole protocol cannot deadlock`,
      build: (m) => {
        const o = locks(m, algorithm)
        m.thread('a', (t) => protocol(t, o, o.x, o.y))
        m.thread('b', (t) => protocol(t, o, o.y, o.x))
      },
      expected: holds,
    },
    {
      name: `${algorithm}: two holders that wait for each other through something else deadlock`,
      build: (m) => {
        const o = locks(m, algorithm)
        const u = m.mutex('u')
        const path = (first: () => void, t: T): void => {
          t.wwAcquireInit(o.c)
          first()
          t.unlock(u)
          t.wwUnlock(o.x)
          t.wwAcquireFini(o.c)
        }
        m.thread('a', (t) => path(() => (t.lock(u), t.wwLock(o.x, { edeadlk: () => t.assert(false) })), t))
        m.thread('b', (t) => path(() => (t.wwLock(o.x, { edeadlk: () => t.assert(false) }), t.lock(u)), t))
      },
      expected: deadlock('cycle', ['a', 'b'], ['u', 'x']),
    },
    {
      name: `${algorithm}: locking what the ticket holds already is -EALREADY, misuse where nobody asks for it`,
      build: over((t, o) => take(t, o, o.x, o.x), algorithm),
      expected: misuse('unhandled-ealready', 'a', 'x'),
    },
    {
      name: `${algorithm}: -EALREADY that is asked for takes nothing`,
      build: over((t, o) => {
        t.wwAcquireInit(o.c)
        t.wwLock(o.x, stop(t))
        t.wwLock(o.x, { ...stop(t), ealready: () => t.wwUnlock(o.x) })
        t.wwAcquireFini(o.c)
      }, algorithm),
      after: ['a: wwAcquireInit K', 'a: wwLock x -> ok', 'a: wwLock x -> ealready', 'a: wwUnlock x'],
      enabled: ['a: wwAcquireFini K'],
    },
  ]),
  {
    name: 'without tickets opposite orders deadlock',
    build: (m) => {
      const o = locks(m)
      const path = (t: T, x: Lock, y: Lock): void => {
        t.wwLockPlain(x)
        t.wwLockPlain(y)
        t.wwUnlock(y)
        t.wwUnlock(x)
      }
      m.thread('a', (t) => path(t, o.x, o.y))
      m.thread('b', (t) => path(t, o.y, o.x))
    },
    expected: deadlock('cycle', ['a', 'b'], ['x', 'y']),
  },
  {
    name: 'without a ticket one waits for oneself',
    build: over((t, o) => (t.wwLockPlain(o.x), t.wwLockPlain(o.x))),
    expected: deadlock('self', ['a'], ['x']),
  },
  {
    name: 'a second lock without a ticket deadlocks where the other ticket is older',
    build: halfTicketed('a'),
    expected: deadlock('cycle', ['a', 'b'], ['x', 'y']),
  },
  {
    name: 'a second lock without a ticket is safe where the other ticket is younger',
    build: halfTicketed('b'),
    expected: holds,
  },
  {
    name: 'a ticket that was given back and taken again is the youngest',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => {
        t.wwAcquireInit(o.c)
        t.wwAcquireFini(o.c)
        take(t, o, o.x, o.y)
      })
      m.thread('b', (t) => take(t, o, o.y, o.x))
    },
    after: [
      'a: wwAcquireInit K',
      'b: wwAcquireInit K',
      'a: wwAcquireFini K',
      'a: wwAcquireInit K',
      'a: wwLock x -> ok',
      'b: wwLock y -> ok',
    ],
    enabled: ['a: wwLock y -> edeadlk #2', 'b: wwLock x -> queued'],
  },
  {
    name: 'a ticket keeps its age through a back-off',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x, o.y))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwLock(o.y, stop(t))
        t.wwLock(o.x, { edeadlk: () => t.wwUnlock(o.y) })
        t.wwLockSlow(o.x)
      })
      m.thread('c', (t) => take(t, o, o.z, o.x))
    },
    after: [
      ...firsts,
      'c: wwAcquireInit K',
      'c: wwLock z -> ok',
      'b: wwLock x -> edeadlk #2',
      'b: wwUnlock y',
      'b: wwLockSlow x -> queued',
    ],
    enabled: ['a: wwLock y -> ok', 'c: wwLock x -> edeadlk #2'],
  },
  {
    name: 'with CONFIG_DEBUG_WW_MUTEX_SLOWPATH a second lock may be refused although it is free, a first one never',
    build: over((t, o) => take(t, o, o.x, o.y), 'Wait-Die', true),
    after: ['a: wwAcquireInit K', 'a: wwLock x -> ok'],
    enabled: ['a: wwLock y -> edeadlk', 'a: wwLock y -> ok'],
  },
  {
    name: 'a first lock is never refused',
    build: over((t, o) => take(t, o, o.x, o.y), 'Wait-Die', true),
    after: ['a: wwAcquireInit K'],
    enabled: ['a: wwLock x -> ok'],
  },
  {
    name: 'a signal ends an interruptible wait, nothing is held then',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwLockInterruptible(o.x, { edeadlk: () => {}, eintr: () => t.wwAcquireFini(o.c) })
      })
    },
    after: [
      'a: wwAcquireInit K',
      'b: wwAcquireInit K',
      'a: wwLock x -> ok',
      'b: wwLockInterruptible x -> queued',
      'b: wwLockInterruptible x -> eintr',
      'b: wwAcquireFini K',
    ],
    enabled: [],
    enabledOf: ['b'],
  },
  {
    name: 'wwTrylock takes a free lock and misses a held one, also one’s own; it never backs off',
    build: over((t, o) => {
      t.wwAcquireInit(o.c)
      t.wwTrylock(o.x, { got: () => {}, missed: () => t.assert(false) })
      t.wwTrylock(o.x, { got: () => t.assert(false), missed: () => {} })
      t.wwUnlock(o.x)
      t.wwTrylockPlain(o.x, { got: () => {}, missed: () => t.assert(false) })
      t.wwTrylockPlain(o.x, { got: () => t.assert(false), missed: () => {} })
      t.wwUnlock(o.x)
      t.wwAcquireFini(o.c)
    }),
    expected: holds,
  },
  {
    name: 'what a trylock with the ticket got counts as held by it',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwTrylock(o.y, { got: () => t.wwLock(o.x, stop(t)), missed: () => {} })
      })
    },
    after: ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'a: wwLock x -> ok', 'b: wwTrylock y -> got'],
    enabled: ['b: wwLock x -> edeadlk #2'],
    enabledOf: ['b'],
  },
  {
    name: 'what a trylock without the ticket got does not',
    build: (m) => {
      const o = locks(m)
      m.thread('a', (t) => take(t, o, o.x))
      m.thread('b', (t) => {
        t.wwAcquireInit(o.c)
        t.wwTrylockPlain(o.y, { got: () => t.wwLock(o.x, stop(t)), missed: () => {} })
      })
    },
    after: ['a: wwAcquireInit K', 'b: wwAcquireInit K', 'a: wwLock x -> ok', 'b: wwTrylockPlain y -> got'],
    enabled: ['b: wwLock x -> queued'],
    enabledOf: ['b'],
  },
  {
    name: 'after a back-off one may take the contended lock with wwLock too',
    build: backedOff((t, o) => {
      t.wwUnlock(o.x)
      t.wwLock(o.y, { edeadlk: () => {} })
    }),
    after: ['a: wwAcquireInit K', 'a: wwLock x -> ok', 'a: wwLock y -> edeadlk', 'a: wwUnlock x'],
    enabled: ['a: wwLock y -> ok'],
  },
  ...(
    [
      ['locking with a ticket that was not taken', 'no-context', 'x', over((t, o) => t.wwLock(o.x, stop(t)))],
      [
        'a trylock with a ticket that was not taken',
        'no-context',
        'x',
        over((t, o) => t.wwTrylock(o.x, { got: () => {}, missed: () => {} })),
      ],
      ['two tickets of one class', 'two-contexts', 'K', over((t, o) => (t.wwAcquireInit(o.c), t.wwAcquireInit(o.c)))],
      ['ww_acquire_done() without a ticket', 'done-without-init', 'K', over((t, o) => t.wwAcquireDone(o.c))],
      [
        'ww_acquire_done() twice',
        'done-twice',
        'K',
        over((t, o) => (t.wwAcquireInit(o.c), t.wwAcquireDone(o.c), t.wwAcquireDone(o.c))),
      ],
      ['ww_acquire_fini() without a ticket', 'fini-without-init', 'K', over((t, o) => t.wwAcquireFini(o.c))],
      [
        'ww_acquire_fini() with a lock held',
        'fini-while-held',
        'K',
        over((t, o) => (t.wwAcquireInit(o.c), t.wwLock(o.x, { edeadlk: () => {} }), t.wwAcquireFini(o.c))),
      ],
      [
        'locking after ww_acquire_done()',
        'lock-after-done',
        'x',
        over((t, o) => (t.wwAcquireInit(o.c), t.wwAcquireDone(o.c), t.wwLock(o.x, { edeadlk: () => {} }))),
      ],
      [
        'locking another one than the contended one after a back-off',
        'not-the-contended-lock',
        'z',
        backedOff((t, o) => (t.wwUnlock(o.x), t.wwLock(o.z, { edeadlk: () => {} }))),
      ],
      [
        'locking the contended one while others are held',
        'not-the-contended-lock',
        'y',
        backedOff((t, o) => t.wwLock(o.y, { edeadlk: () => {} })),
      ],
      [
        'wwLockSlow on another one than the contended one',
        'not-the-contended-lock',
        'z',
        backedOff((t, o) => (t.wwUnlock(o.x), t.wwLockSlow(o.z))),
      ],
      ['wwLockSlow while others are held', 'slow-while-held', 'y', backedOff((t, o) => t.wwLockSlow(o.y))],
      ['wwLockSlowInterruptible while others are held', 'slow-while-held', 'y', backedOff((t, o) => slow(t, o.y))],
      [
        'wwLockSlowInterruptible on another one than the contended one',
        'not-the-contended-lock',
        'z',
        backedOff((t, o) => (t.wwUnlock(o.x), slow(t, o.z))),
      ],
      [
        'a trylock that gets another one than the contended one after a back-off',
        'not-the-contended-lock',
        'z',
        backedOff((t, o) => (t.wwUnlock(o.x), tries(t, o.z))),
      ],
      [
        'a trylock that gets the contended one while others are held',
        'not-the-contended-lock',
        'y',
        backedOff((t, o) => tries(t, o.y)),
      ],
      [
        'wwLockSlow after ww_acquire_done()',
        'lock-after-done',
        'y',
        backedOff((t, o) => (t.wwUnlock(o.x), t.wwAcquireDone(o.c), t.wwLockSlow(o.y))),
      ],
      [
        'wwLockSlowInterruptible after ww_acquire_done()',
        'lock-after-done',
        'y',
        backedOff((t, o) => (t.wwUnlock(o.x), t.wwAcquireDone(o.c), slow(t, o.y))),
      ],
      [
        'a trylock after ww_acquire_done()',
        'lock-after-done',
        'x',
        over((t, o) => (t.wwAcquireInit(o.c), t.wwAcquireDone(o.c), tries(t, o.x))),
      ],
      ['wwLockSlow without a ticket', 'no-context', 'x', over((t, o) => t.wwLockSlow(o.x))],
      ['wwLockSlowInterruptible without a ticket', 'no-context', 'x', over((t, o) => slow(t, o.x))],
      ['unlocking what one does not hold', 'unlock-not-held', 'x', over((t, o) => t.wwUnlock(o.x))],
      [
        'ending with a lock',
        'rest-while-holding',
        'x',
        over((t, o) => (t.wwAcquireInit(o.c), t.wwLock(o.x, { edeadlk: () => {} }))),
      ],
    ] as const
  ).map(([what, code, object, build]): Fact => ({
    name: `${what} is misuse`,
    build,
    expected: misuse(code, 'a', object),
  })),
]
