// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, deadlock, holds, misuse, stuck, type Fact } from './fact.ts'

interface Objects {
  readonly chain: ObjectHandle<'fenceChain'>
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
  readonly h: ObjectHandle<'fence'>
}
type Script = (t: T, objects: Objects) => void

/** `a` links f, g and h in as the points 2, 4 and 6, as many of them as are asked for. */
const over =
  (links: number, threads: Readonly<Record<string, Script>>) =>
  (m: M): void => {
    const o = { chain: m.fenceChain('chain'), f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
    m.thread('a', (t) => {
      for (const [i, fence] of [o.f, o.g, o.h].slice(0, links).entries())
        t.chainInit(o.chain, { fence, point: 2 * (i + 1) })
    })
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, o))
  }
const linked = (n: number): readonly string[] => Array.from({ length: n }, () => 'a: chainInit chain')

const waiters = {
  chainWait: (t: T, { chain }: Objects, point: number) => t.chainWait(chain, { point }),
  chainWaitInterruptible: (t: T, { chain }: Objects, point: number) =>
    t.chainWaitInterruptible(chain, { point, erestartsys: () => {} }),
  chainWaitTimeout: (t: T, { chain }: Objects, point: number) =>
    t.chainWaitTimeout(chain, { point, timeout: () => {} }),
  chainIsSignaled: (t: T, { chain }: Objects, point: number) =>
    t.chainIsSignaled(chain, { point, yes: () => {}, no: () => {} }),
} as const
const blockedAs: Readonly<Record<keyof typeof waiters, readonly string[]>> = {
  chainWait: [],
  chainWaitInterruptible: ['erestartsys'],
  chainWaitTimeout: ['timeout'],
  chainIsSignaled: ['no'],
}
const passesAs = (op: keyof typeof waiters): string =>
  op === 'chainWait' ? '' : op === 'chainIsSignaled' ? ' -> yes' : ' -> ok'

/** Which fences a point stands for when f, g and h are linked in as 2, 4 and 6. */
const covered = [
  [1, ['f']],
  [2, ['f']],
  [3, ['f', 'g']],
  [4, ['f', 'g']],
  [5, ['f', 'g', 'h']],
  [6, ['f', 'g', 'h']],
] as const

export const dmaFenceChainFacts: readonly Fact[] = [
  ...(Object.keys(waiters) as (keyof typeof waiters)[]).flatMap((op): Fact[] => [
    ...covered.flatMap(([point, fences]): Fact[] => {
      const build = over(3, {
        w: (t, o) => waiters[op](t, o, point),
        s: (t, o) => {
          for (const fence of fences) t.signal(o[fence])
        },
      })
      const signals = fences.map((fence) => `s: signal ${fence}`)
      return [
        {
          name: `${op} of point ${point} needs ${fences.at(-1)}, not only what is before it`,
          build,
          after: [...linked(3), ...signals.slice(0, -1)],
          enabled: blockedAs[op].map((exit) => `w: ${op} chain -> ${exit}`),
          enabledOf: ['w'],
        },
        {
          name: `${op} of point ${point} needs no more than ${fences.join(', ')}`,
          build,
          after: [...linked(3), ...signals],
          enabled: [`w: ${op} chain${passesAs(op)}`],
        },
      ]
    }),
    {
      name: `${op} of a point needs what is before it, not only its own fence`,
      build: over(2, { w: (t, o) => waiters[op](t, o, 4), s: (t, { g }) => t.signal(g) }),
      after: [...linked(2), 's: signal g'],
      enabled: blockedAs[op].map((exit) => `w: ${op} chain -> ${exit}`),
      enabledOf: ['w'],
    },
    {
      name: `${op} of a point that is still to come is misuse, not a wait`,
      build: over(0, {
        w: (t, o) => (t.chainInit(o.chain, { fence: o.f, point: 2 }), waiters[op](t, o, 3)),
        s: (t, { f }) => t.signal(f),
      }),
      expected: misuse('point-not-there', 'w', 'chain'),
    },
  ]),
  {
    name: 'a link that comes later is no concern of a point that is there',
    build: over(0, {
      w: (t, o) => {
        t.chainInit(o.chain, { fence: o.f, point: 2 })
        t.chainWait(o.chain, { point: 1 })
        t.chainInit(o.chain, { fence: o.g, point: 3 })
        t.chainWait(o.chain, { point: 2 })
        t.signal(o.g)
      },
      s: (t, { f }) => t.signal(f),
    }),
    expected: holds,
  },
  {
    name: 'waiting for the fence of one’s own link deadlocks on itself',
    build: over(0, {
      w: (t, o) => (t.chainInit(o.chain, { fence: o.f, point: 1 }), t.chainWait(o.chain, { point: 1 }), t.signal(o.f)),
    }),
    expected: deadlock('self', ['w'], ['chain', 'f']),
  },
  {
    name: 'waiting for a time with what the signaller needs is masked',
    build: (m) => {
      const [chain, x] = [m.fenceChain('chain'), m.mutex('x')]
      const f = m.fence('f')
      m.thread('w', (t) => {
        t.chainInit(chain, { fence: f, point: 1 })
        t.lock(x)
        t.chainWaitTimeout(chain, { point: 1, timeout: () => {} })
        t.unlock(x)
      })
      m.worker('s', (t) => (t.lock(x), t.signal(f), t.unlock(x)))
    },
    expected: { verdict: 'violated', kind: 'masked', processes: ['s', 'w'] },
  },
  {
    name: 'what is linked in is published: it must be signalled',
    build: over(1, {}),
    expected: stuck('unsignalled-fence', 'none', [], ['f']),
  },
  ...([1, 2, 3] as const).flatMap((point): Fact => ({
    name: `with a link at 2, point ${point} is ${point === 3 ? 'not there' : 'there'}`,
    build: over(1, { w: (t, { chain }) => t.chainFindSeqno(chain, { point, einval: () => {} }) }),
    after: linked(1),
    enabled: [`w: chainFindSeqno chain -> ${point === 3 ? 'einval' : 'ok'}`],
  })),
  {
    name: 'who polls for a point that is never added is livelocked',
    build: over(1, {
      w: (t, { chain }) => t.loop(() => t.chainFindSeqno(chain, { point: 3, ok: () => t.break(), einval: () => {} })),
      s: (t, { f }) => t.signal(f),
    }),
    expected: livelock('w', 'chain'),
  },
  {
    name: 'who polls a node of a fence that nobody signals is livelocked',
    build: over(0, {
      w: (t, { chain, f }) => {
        t.chainInit(chain, { fence: f })
        t.loop(() => t.chainIsSignaled(chain, { yes: () => t.break(), no: () => {} }))
      },
    }),
    expected: livelock('w', 'chain'),
  },
  ...([3, 4] as const).map((point): Fact => ({
    name: `with a link at 4, one at ${point} is out of order`,
    build: over(2, {
      w: (t, { f, g, h, chain }) => (t.wait(f), t.wait(g), t.chainInit(chain, { fence: h, point })),
      s: (t, { f, g, h }) => (t.signal(f), t.signal(g), t.signal(h)),
    }),
    expected: { verdict: 'violated', kind: 'misuse', code: 'point-out-of-order' },
  })),
  {
    name: 'a fence that is linked in twice is misuse',
    build: over(0, {
      w: (t, { f, chain }) => (t.chainInit(chain, { fence: f, point: 1 }), t.chainInit(chain, { fence: f, point: 2 })),
      s: (t, { f }) => t.signal(f),
    }),
    expected: misuse('linked-twice', 'w', 'chain'),
  },
  {
    name: 'linking in and looking never sleep',
    build: (m) => {
      const [chain, f, l] = [m.fenceChain('chain'), m.fence('f'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        t.chainInit(chain, { fence: f })
        t.chainFindSeqno(chain, { einval: () => {} })
        t.chainIsSignaled(chain, { yes: () => {}, no: () => {} })
        t.signal(f)
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
]
