// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

type Semaphore = ObjectHandle<'semaphore'>
type Console = ObjectHandle<'console'>

const over =
  (threads: Readonly<Record<string, (t: T, s: Semaphore) => void>>, init: { readonly count?: number } = {}) =>
  (m: M): void => {
    const s = m.semaphore('s', init)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, s))
  }
const flavours = [
  ['down', (t: T, s: Semaphore): void => t.down(s), '', []],
  [
    'downInterruptible',
    (t: T, s: Semaphore): void => t.downInterruptible(s, { eintr: () => t.end() }),
    ' -> ok',
    ['eintr'],
  ],
  ['downKillable', (t: T, s: Semaphore): void => t.downKillable(s, { eintr: () => t.end() }), ' -> ok', ['eintr']],
  ['downTimeout', (t: T, s: Semaphore): void => t.downTimeout(s, { etime: () => t.end() }), ' -> ok', ['etime']],
] as const
const downs = (t: T, s: Semaphore): void => t.down(s)
/** With what is done when the wait is given up. */
const gives = {
  downInterruptible: (t: T, s: Semaphore, eintr: () => void): void => t.downInterruptible(s, { eintr }),
  downKillable: (t: T, s: Semaphore, eintr: () => void): void => t.downKillable(s, { eintr }),
  downTimeout: (t: T, s: Semaphore, etime: () => void): void => t.downTimeout(s, { etime }),
  down: downs,
} as const
const tries = (t: T, s: Semaphore): void => t.downTrylock(s, { got: () => t.up(s), missed: () => {} })
const ups = (t: T, s: Semaphore): void => t.up(s)
/** Two semaphores of one, taken in this order. */
const nested = (t: T, first: Semaphore, second: Semaphore): void => {
  t.down(first)
  t.down(second)
  t.up(second)
  t.up(first)
}

export const semaphoreFacts: readonly Fact[] = [
  ...flavours.flatMap(([op, down, ok, escapes]): Fact[] => [
    {
      name: `${op} takes one that is left`,
      build: over({ a: (t, s) => (down(t, s), t.local('got it')) }),
      after: [`a: ${op} s${ok}`],
      enabled: ['a: got it'],
    },
    {
      name: `${op} of one that is left does not queue`,
      build: over({ a: down }),
      after: [],
      enabled: [`a: ${op} s${ok}`],
    },
    {
      name: `${op} where none is left can only queue`,
      build: over({ a: down }, { count: 0 }),
      after: [],
      enabled: [`a: ${op} s -> queued`],
    },
    {
      name: `${op} that queues goes on only when it is handed one`,
      build: over({ a: down }, { count: 0 }),
      after: [`a: ${op} s -> queued`],
      enabled: escapes.map((escape) => `a: ${op} s -> ${escape}`),
    },
    {
      name: `${op} takes the last one`,
      build: over({ a: down, b: tries }),
      after: [`a: ${op} s${ok}`],
      enabled: ['b: downTrylock s -> missed'],
    },
    {
      name: `${op} is handed what up() gives while it waits, and nobody can steal it`,
      build: over({ a: down, b: tries, c: ups }, { count: 0 }),
      after: [`a: ${op} s -> queued`, 'c: up s'],
      enabled: [`a: ${op} s${ok}`, 'b: downTrylock s -> missed'],
    },
    {
      name: `what ${op} was handed is used up`,
      build: over({ a: (t, s) => (down(t, s), down(t, s)), c: ups }, { count: 0 }),
      after: [`a: ${op} s -> queued`, 'c: up s', `a: ${op} s${ok}`, `a: ${op} s -> queued`],
      enabled: escapes.map((escape) => `a: ${op} s -> ${escape}`),
    },
    {
      name: `${op} may sleep: misuse in atomic context even where one is left`,
      build: over({ a: (t, s) => (t.preemptDisable(), down(t, s), t.preemptEnable()) }),
      expected: misuse('sleep-in-atomic', 'a', 's'),
    },
    ...escapes.flatMap((escape): Fact[] => [
      {
        name: `${op} that gave up (${escape}) is handed nothing`,
        build: over({ a: down, b: tries, c: ups }, { count: 0 }),
        after: [`a: ${op} s -> queued`, `a: ${op} s -> ${escape}`, 'c: up s'],
        enabled: ['b: downTrylock s -> got'],
      },
      {
        name: `when ${op} gives up (${escape}) those behind it move up, those before it stay`,
        build: over({ a: downs, b: down, d: downs, c: ups }, { count: 0 }),
        after: [
          'a: down s -> queued',
          `b: ${op} s -> queued`,
          'd: down s -> queued',
          `b: ${op} s -> ${escape}`,
          'c: up s',
        ],
        enabled: ['a: down s'],
      },
      {
        name: `the second that waits is the first once the first ${op} gave up (${escape})`,
        build: over({ b: down, d: downs, c: ups }, { count: 0 }),
        after: [`b: ${op} s -> queued`, 'd: down s -> queued', `b: ${op} s -> ${escape}`, 'c: up s'],
        enabled: ['d: down s'],
      },
      {
        name: `${op} that gave up (${escape}) leaves a place that the next one takes`,
        build: over({ a: downs, b: down, d: downs, c: (t, s) => (t.up(s), t.up(s)) }, { count: 0 }),
        after: [
          'a: down s -> queued',
          `b: ${op} s -> queued`,
          `b: ${op} s -> ${escape}`,
          'd: down s -> queued',
          'c: up s',
          'c: up s',
        ],
        enabled: ['a: down s', 'd: down s'],
      },
      {
        name: `${op} that gave up (${escape}) is no longer in the queue`,
        build: over({ a: (t, s) => gives[op](t, s, () => (t.down(s), t.down(s))), c: ups }, { count: 0 }),
        after: [`a: ${op} s -> queued`, `a: ${op} s -> ${escape}`, 'c: up s', 'a: down s', 'a: down s -> queued'],
        enabled: [],
      },
      {
        name: `${op} that nobody ends is masked while something is held`,
        build: (m) => {
          const [s, x] = [m.semaphore('s', { count: 0 }), m.mutex('x')]
          m.thread('w', (t) => (t.lock(x), gives[op](t, s, () => {}), t.unlock(x)))
        },
        expected: stuck('masked', 'none', ['w'], ['s']),
      },
      {
        name: `a ${op} that was handed one no longer gives up (${escape})`,
        build: over({ a: down, c: ups }, { count: 0 }),
        after: [`a: ${op} s -> queued`, 'c: up s'],
        enabled: [`a: ${op} s${ok}`],
      },
    ]),
  ]),
  {
    name: 'up() hands over in the order of the queue: first',
    build: over({ a: downs, b: downs, c: (t, s) => (t.up(s), t.up(s)) }, { count: 0 }),
    after: ['b: down s -> queued', 'a: down s -> queued', 'c: up s'],
    enabled: ['b: down s', 'c: up s'],
  },
  {
    name: 'up() hands over in the order of the queue: then the second, also while the first has not moved',
    build: over({ a: downs, b: downs, c: (t, s) => (t.up(s), t.up(s)) }, { count: 0 }),
    after: ['b: down s -> queued', 'a: down s -> queued', 'c: up s', 'c: up s'],
    enabled: ['a: down s', 'b: down s'],
  },
  {
    name: 'after everybody was served up() raises the count',
    build: over({ a: downs, b: tries, c: (t, s) => (t.up(s), t.up(s)) }, { count: 0 }),
    after: ['a: down s -> queued', 'c: up s', 'c: up s', 'a: down s'],
    enabled: ['b: downTrylock s -> got'],
  },
  {
    name: 'a semaphore of two lets two in',
    build: over({ a: downs, b: downs, c: tries }, { count: 2 }),
    after: ['a: down s', 'b: down s'],
    enabled: ['c: downTrylock s -> missed'],
  },
  {
    name: 'a semaphore says nothing of who has it: going to rest with it is no misuse',
    build: over({ a: downs }),
    expected: holds,
  },
  {
    name: 'down() twice of a semaphore of one blocks for ever: nobody else will up() it',
    build: over({ a: (t, s) => (t.down(s), t.down(s)) }),
    expected: deadlock('none', ['a'], ['s']),
  },
  {
    name: 'somebody else may up() it',
    build: over({ a: (t, s) => (t.down(s), t.down(s)), b: ups }),
    expected: holds,
  },
  {
    name: 'down_trylock() can miss for ever where the semaphore is taken again and again',
    build: over({
      a: (t, s) => t.loop(() => t.downTrylock(s, { got: () => (t.up(s), t.break()), missed: () => {} })),
      b: (t, s) => t.loop(() => (t.down(s), t.up(s))),
    }),
    expected: starved('a', 's'),
  },
  {
    name: 'opposite orders deadlock although nobody owns anything',
    build: (m) => {
      const [s, r] = [m.semaphore('s'), m.semaphore('r')]
      m.thread('a', (t) => nested(t, s, r))
      m.thread('b', (t) => nested(t, r, s))
    },
    expected: deadlock('cycle', ['a', 'b'], ['r', 's']),
  },
  {
    name: 'the same order does not',
    build: (m) => {
      const [s, r] = [m.semaphore('s'), m.semaphore('r')]
      for (const name of ['a', 'b']) m.thread(name, (t) => nested(t, s, r))
    },
    expected: holds,
  },
  {
    name: 'up() and down_trylock() from a handler are fine',
    build: (m) => {
      const s = m.semaphore('s', { count: 0 })
      m.thread('a', (t) => (t.localIrqSave(), tries(t, s), t.localIrqRestore()))
      m.irq('h', (t) => (t.up(s), t.downTrylock(s, { got: () => {}, missed: () => {} })), { when: true })
    },
    expected: holds,
  },
]

const consoleOf =
  (threads: Readonly<Record<string, (t: T, c: Console) => void>>) =>
  (m: M): void => {
    const c = m.console('console')
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, c))
  }
const prints = (t: T, c: Console): void => t.consoleTrylock(c, { got: () => t.consoleUnlock(c), missed: () => {} })
const takes = (t: T, c: Console): void => (t.consoleLock(c), t.consoleUnlock(c))
/**
 * A reset that suspends the console, and a console that allocates under its lock: the catalogue's
 * amdgpu-reset-console-lock.
 */
const reset =
  (suspends: boolean) =>
  (m: M): void => {
    const [c, f] = [m.console('console'), m.fence('f', { published: true })]
    m.shrinker('shrinker', (t) => t.wait(f))
    m.worker('tdr', (t) => {
      if (suspends) takes(t, c)
      t.signal(f)
    })
    m.thread('fbcon', (t) => (t.consoleLock(c), t.allocKernel(), t.consoleUnlock(c)))
    m.irq('printk', (t) => prints(t, c), { on: ['fbcon'] })
  }

export const consoleFacts: readonly Fact[] = [
  {
    name: 'console_lock() waits while somebody has it',
    build: consoleOf({ a: takes, b: takes }),
    after: ['a: consoleLock console', 'b: consoleLock console -> queued'],
    enabled: ['a: consoleUnlock console'],
  },
  {
    name: 'console_unlock() hands over to who waits',
    build: consoleOf({ a: takes, b: takes, c: prints }),
    after: ['a: consoleLock console', 'b: consoleLock console -> queued', 'a: consoleUnlock console'],
    enabled: ['b: consoleLock console', 'c: consoleTrylock console -> missed'],
  },
  {
    name: 'who was handed it has it until it unlocks',
    build: consoleOf({ a: takes, b: takes, c: prints }),
    after: [
      'a: consoleLock console',
      'b: consoleLock console -> queued',
      'a: consoleUnlock console',
      'b: consoleLock console',
      'b: consoleUnlock console',
    ],
    enabled: ['c: consoleTrylock console -> got'],
  },
  {
    name: 'console_unlock() lets in who comes later',
    build: consoleOf({ a: takes, b: takes }),
    after: ['a: consoleLock console', 'a: consoleUnlock console'],
    enabled: ['b: consoleLock console'],
  },
  {
    name: 'two who wait are served in order',
    build: consoleOf({ a: takes, b: takes, c: takes }),
    after: [
      'a: consoleLock console',
      'c: consoleLock console -> queued',
      'b: consoleLock console -> queued',
      'a: consoleUnlock console',
    ],
    enabled: ['c: consoleLock console'],
  },
  {
    name: 'who waits longest is handed it, then the next',
    build: consoleOf({ a: takes, b: takes, c: takes }),
    after: [
      'a: consoleLock console',
      'c: consoleLock console -> queued',
      'b: consoleLock console -> queued',
      'a: consoleUnlock console',
      'c: consoleLock console',
      'c: consoleUnlock console',
    ],
    enabled: ['b: consoleLock console'],
  },
  {
    name: 'what was handed over is used up',
    build: consoleOf({ a: (t, c) => (takes(t, c), t.consoleLock(c)), b: (t, c) => (takes(t, c), takes(t, c)) }),
    after: [
      'a: consoleLock console',
      'b: consoleLock console -> queued',
      'a: consoleUnlock console',
      'b: consoleLock console',
      'b: consoleUnlock console',
      'a: consoleLock console',
      'b: consoleLock console -> queued',
    ],
    enabled: ['a: rest at end !! rest-while-holding'],
  },
  {
    name: 'console_trylock() takes it',
    build: consoleOf({ a: prints, b: prints }),
    after: ['a: consoleTrylock console -> got'],
    enabled: ['a: consoleUnlock console', 'b: consoleTrylock console -> missed'],
  },
  {
    name: 'console_trylock() of what one holds misses',
    build: consoleOf({ a: (t, c) => (t.consoleLock(c), prints(t, c), t.consoleUnlock(c)) }),
    expected: holds,
  },
  {
    name: 'console_lock() of what one holds is a self-deadlock',
    build: consoleOf({ a: (t, c) => t.consoleLock(c, { ok: () => takes(t, c) }) }),
    expected: deadlock('self', ['a'], ['console']),
  },
  {
    name: 'console_unlock() by somebody else is misuse',
    build: consoleOf({ a: (t, c) => t.consoleUnlock(c) }),
    expected: misuse('unlock-not-held', 'a', 'console'),
  },
  {
    name: 'console_unlock() twice is misuse, also after a trylock',
    build: consoleOf({
      a: (t, c) => t.consoleTrylock(c, { got: () => (t.consoleUnlock(c), t.consoleUnlock(c)), missed: () => {} }),
    }),
    expected: misuse('unlock-not-held', 'a', 'console'),
  },
  {
    name: 'going to rest with it is misuse',
    build: consoleOf({ a: (t, c) => t.consoleLock(c) }),
    expected: misuse('rest-while-holding', 'a', 'console'),
  },
  {
    name: 'also after it was handed over',
    build: consoleOf({ a: takes, b: (t, c) => t.consoleLock(c) }),
    after: [
      'a: consoleLock console',
      'b: consoleLock console -> queued',
      'a: consoleUnlock console',
      'b: consoleLock console',
    ],
    enabled: ['b: rest at end !! rest-while-holding'],
  },
  {
    name: 'console_trylock() can miss for ever where the console is taken again and again',
    build: consoleOf({
      a: (t, c) => t.loop(() => t.consoleTrylock(c, { got: () => (t.consoleUnlock(c), t.break()), missed: () => {} })),
      b: (t, c) => t.loop(() => takes(t, c)),
    }),
    expected: starved('a', 'console'),
  },
  {
    name: 'console_lock() may sleep',
    build: consoleOf({ a: (t, c) => (t.preemptDisable(), takes(t, c), t.preemptEnable()) }),
    expected: misuse('sleep-in-atomic', 'a', 'console'),
  },
  {
    name: 'console_trylock() and console_unlock() do not',
    build: consoleOf({ a: (t, c) => (t.preemptDisable(), prints(t, c), t.preemptEnable()) }),
    expected: holds,
  },
  {
    name: 'a reset that suspends the console waits for who allocates under its lock',
    build: reset(true),
    expected: deadlock('cycle', ['fbcon', 'tdr'], ['console', 'f']),
  },
  {
    name: 'one that leaves the console alone does not, and printk() is in nobody’s way',
    build: reset(false),
    expected: holds,
  },
]
