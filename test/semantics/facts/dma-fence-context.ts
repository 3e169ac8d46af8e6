// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, hazard, holds, misuse, type Expected, type Fact } from './fact.ts'

interface Timeline {
  readonly ring: ObjectHandle<'fenceContext'>
  /** With the seqnos 1, 2 and 3. */
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
  readonly h: ObjectHandle<'fence'>
  /** Of the same context, not initialised yet. */
  readonly n: ObjectHandle<'fence'>
  readonly o: ObjectHandle<'fence'>
}
type Script = (t: T, timeline: Timeline) => void

const declare = (m: M, init: object = { emitted: 3 }): Timeline => {
  const ring = m.fenceContext('ring', init)
  const [f, g, h] = [1, 2, 3].map((seqno) => m.fence(`f${seqno}`, { context: ring, seqno })) as [
    Timeline['f'],
    Timeline['g'],
    Timeline['h'],
  ]
  return { ring, f, g, h, n: m.fence('n', { context: ring }), o: m.fence('o', { context: ring }) }
}
const over =
  (scripts: Readonly<Record<string, Script>>, init?: object) =>
  (m: M): void => {
    const timeline = declare(m, init)
    for (const [name, write] of Object.entries(scripts)) m.hardware(name, (t) => write(t, timeline))
  }
const alone = (name: string, write: Script, expected: Expected, init?: object): Fact => ({
  name,
  build: over({ a: write }, init),
  expected,
})
const late: Expected = {
  verdict: 'violated',
  kind: 'dropped-dependency',
  code: 'signalled-out-of-order',
  objects: ['ring'],
}

/** Rule R28 (docs/contract.md). */
export const dmaFenceContextFacts: readonly Fact[] = [
  alone(
    'fences that signal in the order of their seqnos are fine',
    (t, { f, g, h }) => (t.signal(f), t.signal(g), t.signal(h)),
    holds,
  ),
  alone(
    'a later fence that signals first is a timeline out of order',
    (t, { f, g }) => (t.signal(g), t.signal(f)),
    late,
  ),
  alone('so is one that signals while the earlier one never does', (t, { h }) => t.signal(h), late),
  alone(
    'signalling the earlier one again changes nothing',
    (t, { f, g }) => (t.signal(f), t.signal(g), t.signal(f)),
    holds,
  ),
  {
    name: 'two signallers that do not wait for each other are caught',
    build: over({ a: (t, { f }) => t.signal(f), b: (t, { g }) => t.signal(g) }),
    expected: late,
  },
  {
    name: 'a signaller that waits for the earlier fence is fine',
    build: over({ a: (t, { f }) => t.signal(f), b: (t, { f, g }) => (t.wait(f), t.signal(g)) }),
    expected: holds,
  },
  {
    name: 'signalling under the lock of the fence counts as well',
    build: (m) => {
      const [ring, lock] = [m.fenceContext('ring'), m.spinlock('l')]
      m.fence('f1', { context: ring, seqno: 1 })
      const g = m.fence('f2', { context: ring, seqno: 2, lock })
      m.thread('a', (t) => (t.spinLock(lock), t.signalLocked(g), t.spinUnlock(lock)))
    },
    expected: late,
  },
  {
    name: 'fences of two contexts have no order',
    build: (m) => {
      const [f, g] = [1, 2].map((seqno) => m.fence(`f${seqno}`, { context: m.fenceContext(`ring${seqno}`), seqno }))
      m.thread('a', (t) => (t.signal(g!), t.signal(f!)))
    },
    expected: holds,
  },
  alone(
    'a fence that was never initialised has no place in the order',
    (t, { f, n }) => (t.signal(n), t.signal(f)),
    holds,
  ),
  alone(
    'in the context of others a fence that was never initialised waits for nobody',
    (t, { f, g, n }) => (t.signal(f), t.signal(g), t.publish(n), t.signal(n)),
    holds,
  ),
  alone(
    'what the hardware has completed may be signalled in any order: somebody polled the later one',
    (t, { ring, f, g }) => (t.completeSeqno(ring, { fence: g }), t.signal(g), t.signal(f)),
    holds,
  ),
  alone(
    'what it has not completed may not',
    (t, { ring, f, g, h }) => (t.completeSeqno(ring, { fence: f }), t.signal(h), t.signal(g)),
    late,
  ),
  alone(
    'a seqno that the hardware writes after a later one shows that it has left the order',
    (t, { ring, f, g }) => (t.completeSeqno(ring, { fence: g }), t.completeSeqno(ring, { fence: f })),
    hazard('dropped-dependency', 'completed-out-of-order', 'a', 'ring'),
  ),
  alone(
    'seqnos may be skipped, and each is written once',
    (t, { ring, f, h }) => (t.completeSeqno(ring, { fence: f }), t.completeSeqno(ring, { fence: h })),
    holds,
  ),
  alone(
    'completing a fence that has no seqno is misuse',
    (t, { ring, n }) => t.completeSeqno(ring, { fence: n }),
    misuse('complete-without-seqno', 'a', 'ring'),
  ),
  ...(
    [
      ['nothing', [], 'no'],
      ['an earlier one', ['f1'], 'no'],
      ['this one', ['f2'], 'yes'],
      ['a later one', ['f3'], 'yes'],
    ] as const
  ).map(([what, completed, exit]): Fact => ({
    name: `seqnoPassed is ${exit} once the hardware has completed ${what}`,
    build: over({
      a: (t, { ring, g }) => t.seqnoPassed(ring, { fence: g, yes: () => {}, no: () => {} }),
      b: (t, { ring, f, g, h }) => {
        const by = { f1: f, f2: g, f3: h }
        for (const name of completed) t.completeSeqno(ring, { fence: by[name] })
      },
    }),
    after: completed.map(() => 'b: completeSeqno ring'),
    enabled: [`a: seqnoPassed ring -> ${exit}`],
  })),
  {
    name: 'who polls for a seqno that is never completed is livelocked',
    build: over({
      a: (t, { ring, f }) => t.loop(() => t.seqnoPassed(ring, { fence: f, yes: () => t.break(), no: () => {} })),
    }),
    expected: livelock('a', 'ring'),
  },
  ...([holds, late] as const).map((expected): Fact => ({
    name: `fences take the next seqnos as they are initialised: signalled in ${expected === late ? 'another' : 'that'} order`,
    build: (m) => {
      const ring = m.fenceContext('ring')
      const [n, o] = [m.fence('n', { context: ring }), m.fence('o', { context: ring })]
      m.thread('a', (t) => {
        t.initFence(o)
        t.initFence(n)
        for (const fence of expected === late ? [n, o] : [o, n]) t.signal(fence)
      })
    },
    expected,
  })),
  alone(
    'it comes after those that were declared with a seqno',
    (t, { h, n }) => (t.initFence(n), t.signal(n), t.signal(h)),
    late,
  ),
  alone(
    'it may signal after them',
    (t, { f, g, h, n }) => (t.initFence(n), t.signal(f), t.signal(g), t.signal(h), t.signal(n)),
    holds,
  ),
  {
    name: 'it has a seqno from then on, and no earlier',
    build: over({ a: (t, { ring, n }) => (t.initFence(n), t.completeSeqno(ring, { fence: n })) }),
    expected: holds,
  },
  {
    name: 'initialising again makes a new fence of it: not signalled, without error',
    build: (m) => {
      const f = m.fence('f', { signalled: true, error: true })
      m.thread('a', (t) => {
        t.initFence(f)
        t.getStatus(f, { pending: () => {}, ok: () => t.unreachable('new'), error: () => t.unreachable('new') })
        t.signal(f)
        t.getStatus(f, { pending: () => t.unreachable('done'), ok: () => {}, error: () => t.unreachable('new') })
      })
    },
    expected: holds,
  },
  alone(
    'initialising a fence that others can reach is misuse',
    (t, { n }) => (t.publish(n), t.initFence(n)),
    misuse('init-published', 'a', 'n'),
  ),
  {
    name: 'nothing of this sleeps',
    build: (m) => {
      const { ring, n } = declare(m)
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        t.spinLock(l)
        t.initFence(n)
        t.seqnoPassed(ring, { fence: n, yes: () => {}, no: () => {} })
        t.completeSeqno(ring, { fence: n })
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
]
