// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, misuse, stuck, unknown, type Fact } from './fact.ts'

type Completion = ObjectHandle<'completion'>
const over =
  (threads: Readonly<Record<string, (t: T, c: Completion) => void>>, init: object = {}) =>
  (m: M) => {
    const c = m.completion('c', init)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, c))
  }
const waits = (t: T, c: Completion): void => t.waitForCompletion(c)
const interruptible = (t: T, c: Completion): void => t.waitForCompletionInterruptible(c, { erestartsys: () => {} })
const either = (t: T, c: Completion): void =>
  t.waitForCompletionInterruptibleTimeout(c, { erestartsys: () => {}, timeout: () => {} })
const timed = (t: T, c: Completion): void => t.waitForCompletionTimeout(c, { timeout: () => {} })
const tries = (t: T, c: Completion): void => t.tryWaitForCompletion(c, { got: () => {}, missed: () => {} })
const completes = (t: T, c: Completion): void => t.complete(c)
const completesAll = (t: T, c: Completion): void => t.completeAll(c)

const flavours = [
  ['waitForCompletion', waits, '', []],
  ['waitForCompletionInterruptible', interruptible, ' -> ok', ['erestartsys']],
  ['waitForCompletionTimeout', timed, ' -> ok', ['timeout']],
  ['waitForCompletionInterruptibleTimeout', either, ' -> ok', ['erestartsys', 'timeout']],
] as const

export const completionFacts: readonly Fact[] = [
  ...flavours.flatMap(([op, waiter, ok, escapes]): Fact[] => [
    {
      name: `${op} blocks until something is posted`,
      build: over({ w: waiter, p: completes }),
      after: [],
      enabled: ['p: complete c', ...escapes.map((escape) => `w: ${op} c -> ${escape}`)],
    },
    {
      name: `${op} passes after complete(), and only passes`,
      build: over({ w: waiter, p: completes }),
      after: ['p: complete c'],
      enabled: [`w: ${op} c${ok}`],
    },
    {
      name: `${op} uses up the one post of complete()`,
      build: over({ w: waiter, v: waits, p: completes }),
      after: ['p: complete c', `w: ${op} c${ok}`],
      enabled: [],
    },
    {
      name: `${op} passes after complete_all() and leaves it for everybody`,
      build: over({ w: waiter, v: waits, p: completesAll }),
      after: ['p: completeAll c', `w: ${op} c${ok}`],
      enabled: ['v: waitForCompletion c'],
    },
  ]),
  {
    name: 'two waits for one complete() leave one of them stuck',
    build: over({
      w: (t, c) => {
        waits(t, c)
        waits(t, c)
      },
      p: completes,
    }),
    expected: deadlock('none', ['w'], ['c']),
  },
  {
    name: 'two waits for two complete() pass',
    build: over({
      w: (t, c) => {
        waits(t, c)
        waits(t, c)
      },
      p: completes,
      q: completes,
    }),
    expected: holds,
  },
  {
    name: 'two waits for one complete_all() pass',
    build: over({
      w: (t, c) => {
        waits(t, c)
        waits(t, c)
      },
      p: completesAll,
    }),
    expected: holds,
  },
  {
    name: 'complete() before the wait is remembered',
    build: over({
      a: (t, c) => {
        completes(t, c)
        waits(t, c)
      },
    }),
    expected: holds,
  },
  {
    name: 'complete() after complete_all() changes nothing',
    build: over({
      a: (t, c) => {
        completesAll(t, c)
        t.repeat(9, () => completes(t, c))
        t.repeat(9, () => waits(t, c))
      },
    }),
    expected: holds,
  },
  {
    name: 'complete_all() after complete() lets everybody pass',
    build: over({
      a: (t, c) => {
        t.repeat(3, () => completes(t, c))
        completesAll(t, c)
        t.repeat(9, () => waits(t, c))
      },
    }),
    expected: holds,
  },
  {
    name: 'reinit_completion() forgets complete_all()',
    build: over({
      a: (t, c) => {
        completesAll(t, c)
        t.reinitCompletion(c)
        waits(t, c)
      },
    }),
    expected: deadlock('none', ['a'], ['c']),
  },
  {
    name: 'reinit_completion() forgets the posts of complete()',
    build: over({
      a: (t, c) => {
        t.repeat(2, () => completes(t, c))
        t.reinitCompletion(c)
      },
      w: waits,
    }),
    after: ['a: complete c', 'a: complete c', 'a: reinitCompletion c'],
    enabled: [],
  },
  {
    name: 'a completion may be complete from the start',
    build: over(
      {
        w: (t, c) => {
          waits(t, c)
          waits(t, c)
        },
      },
      { forever: true },
    ),
    expected: holds,
  },
  {
    name: 'a wait that nobody ever ends is a deadlock without a cycle',
    build: over({ w: waits }),
    expected: deadlock('none', ['w'], ['c']),
  },
  {
    name: 'two threads that wait for each other’s completion deadlock in a cycle',
    build: (m) => {
      const [c, d] = [m.completion('c'), m.completion('d')]
      m.thread('a', (t) => {
        t.waitForCompletion(c)
        t.complete(d)
      })
      m.thread('b', (t) => {
        t.waitForCompletion(d)
        t.complete(c)
      })
    },
    expected: deadlock('cycle', ['a', 'b'], ['c', 'd']),
  },
  {
    name: 'waiting under a lock that the completing path takes deadlocks',
    build: (m) => {
      const [c, x] = [m.completion('c'), m.mutex('x')]
      m.thread('w', (t) => {
        t.lock(x)
        t.waitForCompletion(c)
        t.unlock(x)
      })
      m.worker('p', (t) => {
        t.lock(x)
        t.unlock(x)
        t.complete(c)
      })
    },
    expected: deadlock('cycle', ['p', 'w'], ['c', 'x']),
  },
  ...(
    [
      ['waitForCompletionTimeout', timed],
      ['waitForCompletionInterruptible', interruptible],
      ['waitForCompletionInterruptibleTimeout', either],
    ] as const
  ).flatMap(([op, waiter]): Fact[] => [
    {
      name: `${op} under a lock that the completing path takes is masked`,
      build: (m) => {
        const [c, x] = [m.completion('c'), m.mutex('x')]
        m.thread('w', (t) => {
          t.lock(x)
          waiter(t, c)
          t.unlock(x)
        })
        m.worker('p', (t) => {
          t.lock(x)
          t.unlock(x)
          t.complete(c)
        })
      },
      expected: stuck('masked', 'cycle', ['p', 'w'], ['c', 'x']),
    },
    {
      name: `${op} that nobody ends is only remarked on while nothing is held`,
      build: over({ w: waiter }),
      expected: { ...holds, findings: ['unbounded-wait'] },
    },
    {
      name: `${op} that somebody ends for certain is not remarked on`,
      build: over({ w: waiter, p: completes }),
      expected: { ...holds, without: ['unbounded-wait', 'never-taken'] },
    },
    ...flavours
      .find(([name]) => name === op)![3]
      .map((escape): Fact => ({
        name: `${op} that gave up (${escape}) has used nothing up`,
        build: over({ w: waiter, v: waits, p: completes }),
        after: [`w: ${op} c -> ${escape}`, 'p: complete c'],
        enabled: ['v: waitForCompletion c'],
      })),
    {
      name: `${op} that nobody ends is masked while something is held`,
      build: (m) => {
        const [c, x] = [m.completion('c'), m.mutex('x')]
        m.thread('w', (t) => {
          t.lock(x)
          waiter(t, c)
          t.unlock(x)
        })
      },
      expected: { ...stuck('masked', 'none', ['w'], ['c']) },
    },
  ]),
  {
    name: 'try_wait_for_completion() misses while nothing is posted, and never waits',
    build: over({ a: tries, p: completes }),
    after: [],
    enabled: ['a: tryWaitForCompletion c -> missed', 'p: complete c'],
  },
  {
    name: 'try_wait_for_completion() gets a post',
    build: over({ a: tries, p: completes }),
    after: ['p: complete c'],
    enabled: ['a: tryWaitForCompletion c -> got'],
  },
  {
    name: 'try_wait_for_completion() uses the post up',
    build: over({ a: tries, w: waits, p: completes }),
    after: ['p: complete c', 'a: tryWaitForCompletion c -> got'],
    enabled: [],
  },
  {
    name: 'who polls try_wait_for_completion() and nobody completes is livelocked',
    build: over({
      a: (t, c) => t.loop(() => t.tryWaitForCompletion(c, { got: () => t.break(), missed: () => {} })),
    }),
    expected: livelock('a', 'c'),
  },
  {
    name: 'complete(), complete_all(), try_wait and reinit are allowed in a hardirq handler',
    build: (m) => {
      const c = m.completion('c')
      m.irq(
        'irq',
        (t) => {
          t.complete(c)
          t.tryWaitForCompletion(c, { got: () => {}, missed: () => {} })
          t.completeAll(c)
          t.reinitCompletion(c)
        },
        { when: true },
      )
    },
    expected: holds,
  },
  {
    name: 'waiting in a handler is misuse even where it would not block',
    build: (m) => {
      const c = m.completion('c', { forever: true })
      m.irq('irq', (t) => t.waitForCompletion(c))
    },
    expected: misuse('sleep-in-atomic', 'irq', 'c'),
  },
  {
    name: 'an eighth post makes the verdict unknown',
    build: over({ p: (t, c) => t.repeat(8, () => completes(t, c)) }),
    expected: unknown('bound-hit'),
  },
  {
    name: 'seven posts are counted',
    build: over({
      a: (t, c) => {
        t.repeat(7, () => completes(t, c))
        t.repeat(7, () => waits(t, c))
      },
    }),
    expected: holds,
  },
]
