// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { livelock, unknown, deadlock, holds, stuck, type Expected, type Fact } from './fact.ts'

type Pool = ObjectHandle<'mempool'>
type Script = (t: T, pool: Pool) => void

const over =
  (threads: Readonly<Record<string, Script>>, init: object = {}) =>
  (m: M): void => {
    const pool = m.mempool('pool', init)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, pool))
  }

const sleeping = ['mempoolAlloc', 'mempoolAllocNofs'] as const
const allocates: Readonly<Record<(typeof sleeping)[number], Script>> = {
  mempoolAlloc: (t, pool) => t.mempoolAlloc(pool),
  mempoolAllocNofs: (t, pool) => t.mempoolAllocNofs(pool),
}
const nowait: Script = (t, pool) => t.mempoolAllocNowait(pool, { enomem: () => {} })
const preallocated: Script = (t, pool) => t.mempoolAllocPreallocated(pool, { enomem: () => {} })
const gives: Script = (t, pool) => t.mempoolFree(pool)

/** `queues` paths that each need `need` elements at once, from one pool of `min`; the device gives them back. */
const jobs =
  (queues: number, need: number, min: number) =>
  (m: M): void => {
    const pool = m.mempool('pool', { min })
    for (let q = 0; q < queues; q++) {
      const pushed = m.flag(`pushed${q}`)
      m.thread(`r${q}`, (t) => (t.repeat(need, () => t.mempoolAlloc(pool)), t.set(pushed, true)))
      m.hardware(`hw${q}`, (t) => (t.idle(), t.await(pushed), t.repeat(need, () => t.mempoolFree(pool))))
    }
  }
/** Blocked if and only if each of them may have all but one and nothing is left: min < queues (need - 1) + 1. */
const bound = (
  [
    [1, 2, 1],
    [1, 2, 2],
    [2, 1, 1],
    [2, 2, 2],
    [2, 2, 3],
  ] as const
).map(([queues, need, min]): Fact => ({
  name: `${queues} paths that need ${need} elements each, of a pool of ${min}, ${min < queues * (need - 1) + 1 ? 'block' : 'get on'}`,
  build: jobs(queues, need, min),
  expected:
    min >= queues * (need - 1) + 1
      ? holds
      : queues === 1
        ? { verdict: 'violated', kind: 'deadlock', processes: ['r0'], objects: ['pool'] }
        : { verdict: 'violated', kind: 'deadlock', objects: ['pool'] },
}))

const hooks = {
  'a shrinker': (m: M, write: (t: T) => void) => m.shrinker('hook', write),
  'a shrinker that looks at __GFP_FS': (m: M, write: (t: T) => void) => m.shrinker('hook', write, { looksAtFs: true }),
  'an mmu notifier': (m: M, write: (t: T) => void) => m.mmuNotifier('hook', write),
} as const
/** Somebody holds what reclaim takes, and gets an element when the reserve is `min`. */
const underMutex =
  (hook: keyof typeof hooks, op: (typeof sleeping)[number], min: number, scope: 'no' | 'nofs' | 'noreclaim') =>
  (m: M): void => {
    const [x, pool] = [m.mutex('x'), m.mempool('pool', { min, taken: 0 })]
    hooks[hook](m, (t) => (t.lock(x), t.unlock(x)))
    m.thread('a', (t) => {
      if (scope === 'nofs') t.memallocNofsSave()
      if (scope === 'noreclaim') t.memallocNoreclaimSave()
      t.lock(x)
      t.mempoolAllocPreallocated(pool, { enomem: () => {} })
      allocates[op](t, pool)
      t.unlock(x)
      if (scope === 'nofs') t.memallocNofsRestore()
      if (scope === 'noreclaim') t.memallocNoreclaimRestore()
    })
    // So that nobody waits for the pool itself.
    m.hardware('hw', (t) =>
      t.loop(() => {
        t.idle()
        t.mempoolFree(pool)
      }),
    )
  }
const self: Expected = stuck('partial-deadlock', 'self', ['a'], ['x'])

export const mempoolFacts: readonly Fact[] = [
  ...bound,
  ...sleeping.flatMap((op): Fact[] => [
    {
      name: `${op} finds memory or does not`,
      build: over({ a: allocates[op] }),
      after: [],
      enabled: [`a: ${op} pool`, `a: ${op} pool -> short`],
    },
    {
      name: `${op} takes from the reserve then`,
      build: over({ a: allocates[op] }),
      after: [`a: ${op} pool -> short`],
      enabled: [`a: ${op} pool`],
    },
    {
      name: `${op} reclaims where nothing is left, and then finds memory or waits`,
      build: over({ a: allocates[op] }, { taken: 1 }),
      after: [`a: ${op} pool -> short`, `a: ${op} pool -> reclaimed`],
      enabled: [`a: ${op} pool`, `a: ${op} pool -> waiting`],
    },
    {
      name: `${op} asks for reclaim only where nothing is left`,
      build: over({ a: allocates[op] }, { taken: 1 }),
      after: [`a: ${op} pool -> short`],
      enabled: [`a: ${op} pool -> reclaimed`],
    },
    {
      name: `${op} waits only where nothing has been given back`,
      build: over({ a: allocates[op], b: gives }, { taken: 1 }),
      after: [`a: ${op} pool -> short`, `a: ${op} pool -> reclaimed`, 'b: mempoolFree pool'],
      enabled: [`a: ${op} pool`, `a: ${op} pool #2`],
    },
    ...(['no', 'nofs', 'noreclaim'] as const).flatMap((scope): Fact[] => {
      const build = (m: M): void => {
        const pool = m.mempool('pool', { taken: 1 })
        m.shrinker('hook', (t) => t.local('shrink'))
        m.thread('a', (t) => {
          if (scope === 'nofs') t.memallocNofsSave()
          if (scope === 'noreclaim') t.memallocNoreclaimSave()
          allocates[op](t, pool)
          t.end()
        })
        m.thread('b', (t) => gives(t, pool))
      }
      const save = { no: [], nofs: ['a: memallocNofsSave'], noreclaim: ['a: memallocNoreclaimSave'] }[scope]
      // Three ways to reclaim with GFP_KERNEL, told apart by the scope; two with GFP_NOFS.
      const way = {
        no: '',
        nofs: op === 'mempoolAlloc' ? ' #2' : '',
        noreclaim: op === 'mempoolAlloc' ? ' #3' : ' #2',
      }[scope]
      const short = [...save, `a: ${op} pool -> short`]
      const reclaimed = [...short, `a: ${op} pool -> reclaimed${way}`]
      const none = `a: no shrinker, ${scope === 'no' && op === 'mempoolAlloc' ? 'no shrinker:fs, ' : ''}no notifier`
      const nothing = scope === 'noreclaim'
      const waiting = [...reclaimed, ...(nothing ? [] : [none]), `a: ${op} pool -> waiting`, 'b: mempoolFree pool']
      return [
        {
          name: `${op} in ${scope} scope ${nothing ? 'reclaims nothing' : 'may run a shrinker'} before it waits`,
          build,
          after: reclaimed,
          enabled: nothing ? [`a: ${op} pool`, `a: ${op} pool -> waiting`] : [none, 'a: shrinker hook'],
          enabledOf: ['a'],
        },
        {
          name: `${op} in ${scope} scope ${nothing ? 'reclaims nothing' : 'may run a shrinker'} when it is woken`,
          build,
          after: [...waiting, `a: ${op} pool -> reclaimed${way}`],
          enabled: nothing ? [`a: ${op} pool`, `a: ${op} pool #2`] : [none, 'a: shrinker hook'],
        },
      ]
    }),
    {
      name: `${op} waits until an element is given back`,
      build: over({ a: allocates[op], b: gives }, { taken: 1 }),
      after: [`a: ${op} pool -> short`, `a: ${op} pool -> reclaimed`, `a: ${op} pool -> waiting`],
      enabled: ['b: mempoolFree pool'],
    },
    {
      name: `${op} reclaims again when it is woken`,
      build: over({ a: allocates[op], b: gives }, { taken: 1 }),
      after: [
        `a: ${op} pool -> short`,
        `a: ${op} pool -> reclaimed`,
        `a: ${op} pool -> waiting`,
        'b: mempoolFree pool',
      ],
      enabled: [`a: ${op} pool -> reclaimed`],
    },
    {
      name: `${op} takes an element that was given back while it reclaimed`,
      build: over({ a: (t, pool) => (allocates[op](t, pool), preallocated(t, pool)), b: gives }, { taken: 1 }),
      after: [`a: ${op} pool -> short`, `a: ${op} pool -> reclaimed`, 'b: mempoolFree pool', `a: ${op} pool #2`],
      enabled: ['a: mempoolAllocPreallocated pool -> enomem'],
    },
    {
      name: `${op} that nobody gives anything back to waits for ever`,
      build: over({ a: allocates[op] }, { taken: 1 }),
      expected: deadlock('none', ['a'], ['pool']),
    },
    ...(Object.keys(hooks) as (keyof typeof hooks)[]).flatMap((hook): Fact[] =>
      (['no', 'nofs', 'noreclaim'] as const).flatMap((scope): Fact[] => {
        const looksAtFs = hook === 'a shrinker that looks at __GFP_FS'
        const runs = scope !== 'noreclaim' && !(looksAtFs && (scope === 'nofs' || op === 'mempoolAllocNofs'))
        return [
          {
            name: `${op} in ${scope} scope ${runs ? 'may run' : 'does not run'} ${hook} where the reserve is used up`,
            build: underMutex(hook, op, 1, scope),
            expected: runs ? self : holds,
          },
          {
            name: `${op} in ${scope} scope does not run ${hook} while something is left`,
            build: underMutex(hook, op, 2, scope),
            expected: holds,
          },
        ]
      }),
    ),
  ]),
  {
    name: 'a woken waiter that reclaims again may wait for what the others have: also with the reserve filled up',
    build: (m) => {
      const [x, pool, woken] = [m.mutex('x'), m.mempool('pool', { taken: 1 }), m.flag('woken')]
      m.shrinker('hook', (t) => t.when(woken, () => (t.lock(x), t.unlock(x))))
      m.thread('a', (t) => t.mempoolAlloc(pool))
      m.thread('b', (t) => {
        t.lock(x)
        t.set(woken, true)
        t.mempoolFree(pool)
        t.mempoolAlloc(pool)
        t.mempoolFree(pool)
        t.unlock(x)
      })
    },
    expected: { verdict: 'violated', kind: 'deadlock' },
  },
  {
    name: 'what is given back fills the reserve, up to what is set aside',
    build: over({
      a: (t, pool) => {
        preallocated(t, pool)
        gives(t, pool)
        gives(t, pool)
        preallocated(t, pool)
        t.mempoolAllocPreallocated(pool, { ok: () => t.unreachable('one is set aside'), enomem: () => {} })
      },
    }),
    expected: holds,
  },
  {
    name: 'what came from the allocator fills the reserve as well',
    build: over({
      a: (t, pool) => {
        t.mempoolAllocPreallocated(pool, { enomem: () => t.unreachable('one is set aside') })
        gives(t, pool)
        t.mempoolAllocPreallocated(pool, { enomem: () => t.unreachable('given back') })
      },
    }),
    expected: holds,
  },
  ...([0, 1] as const).map((taken): Fact => ({
    name: `mempoolAllocPreallocated ${taken === 0 ? 'takes what is left' : 'fails where nothing is'}, and asks nobody else`,
    build: over({ a: preallocated }, { taken }),
    after: [],
    enabled: [`a: mempoolAllocPreallocated pool -> ${taken === 0 ? 'ok' : 'enomem'}`],
  })),
  ...([0, 1] as const).map((taken): Fact => ({
    name: `mempoolAllocNowait without memory ${taken === 0 ? 'takes what is left' : 'fails where nothing is'}`,
    build: over({ a: nowait }, { taken }),
    after: ['a: mempoolAllocNowait pool -> short'],
    enabled: [`a: mempoolAllocNowait pool -> ${taken === 0 ? 'ok' : 'enomem'}`],
  })),
  {
    name: 'mempoolAllocNowait finds memory or does not',
    build: over({ a: nowait }),
    after: [],
    enabled: ['a: mempoolAllocNowait pool -> ok', 'a: mempoolAllocNowait pool -> short'],
  },
  {
    name: 'what mempoolAllocNowait took of the reserve is gone',
    build: over({ a: (t, pool) => (nowait(t, pool), preallocated(t, pool)) }),
    after: ['a: mempoolAllocNowait pool -> short', 'a: mempoolAllocNowait pool -> ok'],
    enabled: ['a: mempoolAllocPreallocated pool -> enomem'],
  },
  ...sleeping.map((op): Fact => ({
    name: `what ${op} took of the reserve is gone`,
    build: over({ a: (t, pool) => (allocates[op](t, pool), preallocated(t, pool)) }),
    after: [`a: ${op} pool -> short`, `a: ${op} pool`],
    enabled: ['a: mempoolAllocPreallocated pool -> enomem'],
  })),
  {
    name: 'what mempoolAllocPreallocated took is gone',
    build: over({ a: (t, pool) => (preallocated(t, pool), preallocated(t, pool)) }),
    after: ['a: mempoolAllocPreallocated pool -> ok'],
    enabled: ['a: mempoolAllocPreallocated pool -> enomem'],
  },
  {
    name: 'who retries mempoolAllocNowait() and nobody gives anything back may yet get memory: that is not known',
    build: over(
      { a: (t, pool) => t.loop(() => t.mempoolAllocNowait(pool, { ok: () => t.break(), enomem: () => {} })) },
      { taken: 1 },
    ),
    expected: unknown('retry-loop'),
  },
  {
    name: 'who retries mempoolAllocPreallocated() and nobody gives anything back is livelocked',
    build: over(
      { a: (t, pool) => t.loop(() => t.mempoolAllocPreallocated(pool, { ok: () => t.break(), enomem: () => {} })) },
      { taken: 1 },
    ),
    expected: livelock('a', 'pool'),
  },
  {
    name: 'giving back, and allocating without waiting, are fine in a handler',
    build: (m) => {
      const pool = m.mempool('pool')
      m.irq('irq', (t) => (nowait(t, pool), preallocated(t, pool), gives(t, pool)))
    },
    expected: holds,
  },
]
