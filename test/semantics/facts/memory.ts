// SPDX-License-Identifier: Apache-2.0
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

const flags = ['allocKernel', 'allocNofs', 'allocNoio', 'allocNowait', 'allocAtomic'] as const
type Flags = (typeof flags)[number]
const allocate = (t: T, how: Flags): void => {
  if (how === 'allocNowait' || how === 'allocAtomic') t[how]({ enomem: () => {} })
  else t[how]()
}

const scopes = ['no', 'nofs', 'noio', 'noreclaim'] as const
type Scope = (typeof scopes)[number]
const within = (t: T, scope: Scope, inner: () => void): void => {
  if (scope === 'nofs') t.memallocNofsSave()
  if (scope === 'noio') t.memallocNoioSave()
  if (scope === 'noreclaim') t.memallocNoreclaimSave()
  inner()
  if (scope === 'nofs') t.memallocNofsRestore()
  if (scope === 'noio') t.memallocNoioRestore()
  if (scope === 'noreclaim') t.memallocNoreclaimRestore()
}

const hooks = {
  'a shrinker': (m: M, write: (t: T) => void) => m.shrinker('hook', write),
  'a shrinker that looks at __GFP_FS': (m: M, write: (t: T) => void) => m.shrinker('hook', write, { looksAtFs: true }),
  'an mmu notifier': (m: M, write: (t: T) => void) => m.mmuNotifier('hook', write),
} as const

/** Reclaim takes a mutex that the allocating thread holds. */
const underMutex =
  (hook: keyof typeof hooks, write: (t: T) => void) =>
  (m: M): void => {
    const x = m.mutex('x')
    hooks[hook](m, (t) => {
      t.lock(x)
      t.unlock(x)
    })
    m.thread('a', (t) => {
      t.lock(x)
      write(t)
      t.unlock(x)
    })
  }
const self = deadlock('self', ['a'], ['x'])

const matrix = (Object.keys(hooks) as (keyof typeof hooks)[]).flatMap((hook) =>
  flags.flatMap((how) =>
    scopes.map((scope): Fact => {
      const reclaims = how !== 'allocNowait' && how !== 'allocAtomic' && scope !== 'noreclaim'
      const fs = how === 'allocKernel' && scope === 'no'
      const runs = reclaims && (fs || hook !== 'a shrinker that looks at __GFP_FS')
      return {
        name: `${how} in ${scope} scope ${runs ? 'may run' : 'does not run'} ${hook}`,
        build: underMutex(hook, (t) => within(t, scope, () => allocate(t, how))),
        expected: runs ? self : holds,
      }
    }),
  ),
)

/** A published fence whose signalling path allocates, and reclaim that waits for it. */
const signallingPath =
  (how: Flags, hook?: keyof typeof hooks) =>
  (m: M): void => {
    const f = m.fence('f', { published: true })
    if (hook !== undefined) hooks[hook](m, (t) => t.wait(f))
    m.worker('s', (t) => {
      allocate(t, how)
      t.signal(f)
    })
    m.thread('w', (t) => t.wait(f))
  }

export const memoryFacts: readonly Fact[] = [
  ...matrix,
  ...(['nofs', 'noio'] as const).map((scope): Fact => ({
    name: `the ${scope} scope nests: the inner restore does not end it`,
    build: underMutex('a shrinker that looks at __GFP_FS', (t) =>
      within(t, scope, () => {
        within(t, scope, () => t.local())
        t.allocKernel()
      }),
    ),
    expected: holds,
  })),
  {
    name: 'the noreclaim scope nests: the inner restore does not end it',
    build: underMutex('a shrinker', (t) =>
      within(t, 'noreclaim', () => {
        within(t, 'noreclaim', () => t.local())
        t.allocKernel()
      }),
    ),
    expected: holds,
  },
  ...(['nofs', 'noio', 'noreclaim'] as const).map((scope): Fact => ({
    name: `after the ${scope} scope everything is as before`,
    build: underMutex('a shrinker that looks at __GFP_FS', (t) => {
      within(t, scope, () => t.local())
      t.allocKernel()
    }),
    expected: self,
  })),
  {
    name: 'a scope is the task’s own',
    build: (m) => {
      const x = m.mutex('x')
      m.shrinker('hook', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t.allocKernel()
        t.unlock(x)
      })
      m.thread('b', (t) => within(t, 'noreclaim', () => t.local()))
    },
    expected: self,
  },
  ...scopes.slice(1).flatMap((scope): Fact[] => {
    const name = `memalloc${scope[0]!.toUpperCase()}${scope.slice(1)}` as
      'memallocNofs' | 'memallocNoio' | 'memallocNoreclaim'
    return [
      {
        name: `ending in the ${scope} scope is misuse`,
        build: (m) => m.thread('a', (t) => t[`${name}Save`]()),
        expected: misuse('rest-while-holding', 'a', 'memory'),
      },
      {
        name: `leaving the inner ${scope} scope of two is not enough`,
        build: (m) => m.thread('a', (t) => (t[`${name}Save`](), t[`${name}Save`](), t[`${name}Restore`]())),
        expected: misuse('rest-while-holding', 'a', 'memory'),
      },
    ]
  }),
  ...(['memallocNofsRestore', 'memallocNoioRestore', 'memallocNoreclaimRestore'] as const).map((op): Fact => ({
    name: `${op} without its counterpart is misuse`,
    build: (m) => m.thread('a', (t) => t[op]()),
    expected: misuse('memalloc-scope-unbalanced', 'a', ''),
  })),
  {
    name: 'an allocation inside reclaim does not reclaim again',
    build: (m) => {
      const x = m.mutex('x')
      m.shrinker('first', (t) => {
        t.lock(x)
        t.allocKernel()
        t.unlock(x)
      })
      m.shrinker('second', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => t.allocKernel())
    },
    expected: holds,
  },
  {
    name: 'reclaim may be skipped, and at most one body runs',
    build: (m) => {
      m.shrinker('s', (t) => t.local('scan'))
      m.mmuNotifier('n', (t) => t.local('invalidate'))
      m.thread('a', (t) => t.allocNofs())
    },
    after: ['a: allocNofs'],
    enabled: ['a: no shrinker, no notifier', 'a: notifier n', 'a: shrinker s'],
  },
  ...(['allocNowait', 'allocAtomic'] as const).map((op): Fact => ({
    name: `${op} may fail and never sleeps`,
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        t.spinLock(l)
        t[op]({ enomem: () => {} })
        t.spinUnlock(l)
      })
    },
    after: ['a: spinLock l'],
    enabled: [`a: ${op} -> enomem`, `a: ${op} -> ok`],
  })),
  {
    name: 'GFP_NOIO in a signalling path is safe where nothing in reclaim waits for fences',
    build: signallingPath('allocNoio'),
    expected: holds,
  },
  ...(['a shrinker', 'an mmu notifier'] as const).map((hook): Fact => ({
    name: `GFP_NOIO in a signalling path deadlocks with ${hook} that waits for the fence`,
    build: signallingPath('allocNoio', hook),
    expected: { verdict: 'violated', shape: 'self', processes: ['s'], objects: ['f'] },
  })),
  {
    name: 'GFP_NOIO in a signalling path does not run a shrinker that looks at __GFP_FS',
    build: signallingPath('allocNoio', 'a shrinker that looks at __GFP_FS'),
    expected: holds,
  },
  {
    name: 'GFP_ATOMIC in a signalling path is safe',
    build: signallingPath('allocAtomic', 'an mmu notifier'),
    expected: holds,
  },
  {
    name: 'fs_reclaim_acquire() and its release tell lockdep something, from any context, and do nothing',
    build(m) {
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        t.spinLock(l)
        t.fsReclaimAcquire()
        t.fsReclaimRelease()
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
]
