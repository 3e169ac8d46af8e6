// SPDX-License-Identifier: Apache-2.0
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

// Allocations that fail, and notifiers outside of reclaim, beyond `memory.ts`.

const self = deadlock('self', ['a'], ['x'])
const kinds = ['allocKernel', 'allocNofs', 'allocNoio'] as const

/** A notifier that invalidates again. */
const nestedInvalidation = (m: M): void => {
  m.mmuNotifier('n', (t) => (t.local('before'), t.invalidateRange(), t.local('after')))
  m.thread('a', (t) => (t.invalidateRange(), t.local('done')))
}

/** `operation` under a mutex that the notifier takes. */
const underMutex =
  (
    operation: (t: T) => void,
    body: (t: T, lock: () => void) => void = (_, lock) => lock(),
    hook: 'mmuNotifier' | 'shrinker' = 'mmuNotifier',
  ) =>
  (m: M): void => {
    const x = m.mutex('x')
    m[hook]('hook', (t) =>
      body(t, () => {
        t.lock(x)
        t.unlock(x)
      }),
    )
    m.thread('a', (t) => {
      t.lock(x)
      operation(t)
      t.unlock(x)
    })
  }
/** The slots of a reservation are reserved, as `a`, after something. */
const reserving =
  (
    write: (t: T, reserve: (exits?: { readonly enomem: () => void }) => void) => void,
    before: (m: M) => void = () => {},
  ) =>
  (m: M): void => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    before(m)
    m.thread('a', (t) => {
      t.wwLockPlain(r)
      write(t, (exits = undefined) => t.reserveFences(r, exits))
      t.wwUnlock(r)
    })
  }

const failing: readonly Fact[] = [
  ...kinds.flatMap((op): Fact[] => [
    {
      name: `${op} does not fail where nobody handles it`,
      build: (m) => m.thread('a', (t) => t[op]()),
      after: [],
      enabled: [`a: ${op}`],
    },
    {
      name: `${op} may fail where somebody does`,
      build: (m) => m.thread('a', (t) => t[op]({ enomem: () => {} })),
      after: [],
      enabled: [`a: ${op} -> enomem`, `a: ${op} -> ok`],
    },
    {
      name: `${op} that fails has left nothing behind: the failure is the branch of enomem`,
      build: (m) => m.thread('a', (t) => t[op]({ enomem: () => t.assert(0, 'failed') })),
      expected: { verdict: 'violated', kind: 'assertion', processes: ['a'] },
    },
    {
      name: `${op} may run a shrinker and then fail`,
      build: (m) => {
        m.shrinker('s', (t) => t.local('scan'))
        m.thread('a', (t) => t[op]({ ok: () => t.local('ok'), enomem: () => t.local('failed') }))
      },
      after: [`a: ${op} -> enomem`, 'a: shrinker s', 'a: scan'],
      enabled: ['a: failed'],
    },
    {
      name: `${op} that will fail may deadlock in reclaim all the same`,
      build: underMutex((t) => t[op]({ ok: () => {}, enomem: () => {} })),
      expected: self,
    },
    {
      name: `${op} in a noreclaim scope may fail without running anything`,
      build: underMutex((t) => {
        t.memallocNoreclaimSave()
        t[op]({ enomem: () => {} })
        t.memallocNoreclaimRestore()
      }),
      expected: { ...holds, without: ['never-taken'] },
    },
    {
      name: `${op} sleeps whether or not it fails`,
      build: (m) => {
        const l = m.spinlock('l')
        m.thread('a', (t) => {
          t.spinLock(l)
          t[op]({ enomem: () => {} })
          t.spinUnlock(l)
        })
      },
      expected: misuse('sleep-in-atomic', 'a', ''),
    },
  ]),
  {
    name: 'dma_resv_reserve_fences() does not fail where nobody handles it',
    build: reserving((_, reserve) => reserve()),
    after: ['a: wwLockPlain r'],
    enabled: ['a: reserveFences r'],
  },
  {
    name: 'where somebody does it may fail',
    build: reserving((_, reserve) => reserve({ enomem: () => {} })),
    after: ['a: wwLockPlain r'],
    enabled: ['a: reserveFences r -> enomem', 'a: reserveFences r -> ok'],
  },
  {
    name: 'one that failed has reserved nothing',
    build: (m) => {
      const [r, f] = [m.resv('r', { class: m.wwClass('K', { waitDie: true }) }), m.fence('f')]
      m.thread('a', (t) => {
        t.wwLockPlain(r)
        t.reserveFences(r, { ok: () => (t.wwUnlock(r), t.end()), enomem: () => {} })
        t.addFence(r, { fence: f })
      })
    },
    expected: misuse('add-without-slot', 'a', 'r'),
  },
  {
    name: 'it may fail after reclaim ran a body',
    build: reserving(
      (t, reserve) => {
        reserve({ enomem: () => t.local('failed') })
      },
      (m) => m.shrinker('s', (t) => t.local('scan')),
    ),
    after: ['a: wwLockPlain r', 'a: reserveFences r -> enomem', 'a: shrinker s', 'a: scan'],
    enabled: ['a: failed'],
  },
]

const outside: readonly Fact[] = [
  ...(
    [
      ['invalidateRange', []],
      ['oomReap', [' -> reaping']],
    ] as const
  ).flatMap(([op, [phase = '']]): Fact[] => {
    const both = (m: M): void => {
      m.mmuNotifier('n', (t) => t.local('first'))
      m.mmuNotifier('o', (t) => t.local('second'))
      m.thread('a', (t) => (t[op](), t.local('done')))
    }
    const ends = phase === '' ? [] : [`a: ${op}`]
    return [
      { name: `${op} runs a notifier for certain`, build: both, after: [`a: ${op}${phase}`], enabled: ['a: first'] },
      {
        name: `${op} runs every notifier, one after another`,
        build: both,
        after: [`a: ${op}${phase}`, 'a: first'],
        enabled: ['a: second'],
      },
      {
        name: `${op} is over when the last one is`,
        build: both,
        after: [`a: ${op}${phase}`, 'a: first', 'a: second', ...ends],
        enabled: ['a: done'],
      },
      {
        name: `${op} without any notifier just returns`,
        build: (m) => m.thread('a', (t) => (t[op](), t.local('done'))),
        after: [`a: ${op}${phase}`, ...ends],
        enabled: ['a: done'],
      },
      {
        name: `what only a notifier of ${op} does is certain to happen`,
        build: (m) => {
          const c = m.completion('c')
          m.mmuNotifier('n', (t) => t.local())
          m.mmuNotifier('o', (t) => t.complete(c))
          m.thread('a', (t) => t[op]())
          m.thread('w', (t) => t.waitForCompletion(c))
        },
        expected: holds,
      },
    ]
  }),
  {
    name: 'what only a notifier of reclaim does is not',
    build: (m) => {
      const c = m.completion('c')
      m.mmuNotifier('o', (t) => t.complete(c))
      m.thread('a', (t) => t.allocKernel())
      m.thread('w', (t) => t.waitForCompletion(c))
    },
    expected: deadlock('none', ['w'], ['c']),
  },
  {
    name: 'it runs no shrinker',
    build: underMutex((t) => t.invalidateRange(), undefined, 'shrinker'),
    expected: holds,
  },
  {
    name: 'a notifier that takes a mutex of whoever invalidates deadlocks on itself',
    build: underMutex((t) => t.invalidateRange()),
    expected: self,
  },
  {
    name: 'a memalloc scope does not keep it from that',
    build: underMutex((t) => {
      t.memallocNoreclaimSave()
      t.invalidateRange()
      t.memallocNoreclaimRestore()
    }),
    expected: self,
  },
  {
    name: 'it sleeps',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        t.spinLock(l)
        t.invalidateRange()
        t.spinUnlock(l)
      })
    },
    expected: misuse('sleep-in-atomic', 'a', ''),
  },
  {
    name: 'an allocation of a notifier that runs outside of reclaim does reclaim',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.allocKernel())
      m.shrinker('s', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t.invalidateRange()
        t.unlock(x)
      })
    },
    expected: self,
  },
  {
    name: 'so it may run that notifier again, under a mutex that it holds itself',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => {
        t.lock(x)
        t.allocKernel()
        t.unlock(x)
      })
      m.thread('a', (t) => t.invalidateRange())
    },
    expected: self,
  },
  {
    name: 'the same notifier inside reclaim does not reclaim',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.allocKernel())
      m.shrinker('s', (t) => (t.lock(x), t.unlock(x)), { looksAtFs: true })
      m.thread('a', (t) => {
        t.lock(x)
        t.allocNofs()
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'a notifier that invalidates again runs once more inside itself, and waits for itself',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => {
        t.lock(x)
        t.invalidateRange()
        t.unlock(x)
      })
      m.thread('a', (t) => t.invalidateRange())
    },
    expected: self,
  },
  {
    name: 'two deep, not deeper',
    build: nestedInvalidation,
    after: ['a: invalidateRange', 'a: before', 'a: invalidateRange', 'a: before', 'a: invalidateRange'],
    enabled: ['a: after'],
  },
  {
    name: 'the inner one returns to the outer one, which goes on',
    build: nestedInvalidation,
    after: [
      'a: invalidateRange',
      'a: before',
      'a: invalidateRange',
      'a: before',
      'a: invalidateRange',
      'a: after',
      'a: after',
    ],
    enabled: ['a: done'],
  },
  {
    name: 'notifiers that invalidate for ever come to an end',
    build: nestedInvalidation,
    expected: { ...holds, without: ['hook-recursion'] },
  },
  {
    name: 'inside a notifier the other ones run too',
    build: (m) => {
      m.mmuNotifier('n', (t) => (t.local('before'), t.invalidateRange(), t.local('after')))
      m.mmuNotifier('o', (t) => t.local('other'))
      m.thread('a', (t) => t.invalidateRange())
    },
    after: [
      'a: invalidateRange',
      'a: before',
      'a: invalidateRange',
      'a: before',
      'a: invalidateRange',
      'a: after',
      'a: other',
      'a: after',
    ],
    enabled: ['a: other'],
  },
  {
    name: 'a notifier that the OOM reaper runs must not invalidate, which sleeps',
    build: (m) => {
      m.mmuNotifier('n', (t) => t.invalidateRange())
      m.thread('a', (t) => t.oomReap())
    },
    expected: { verdict: 'violated', kind: 'misuse', code: 'sleep-in-atomic', processes: ['a'] },
  },
  {
    name: 'a notifier in reclaim that invalidates runs notifiers inside',
    build: (m) => {
      m.mmuNotifier('n', (t) => (t.local('before'), t.invalidateRange(), t.local('after')))
      m.thread('a', (t) => t.allocKernel())
    },
    after: ['a: allocKernel', 'a: notifier n', 'a: before', 'a: invalidateRange'],
    enabled: ['a: before'],
  },
  {
    name: 'a shrinker that revokes a mapping runs the notifiers of those that map it',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => (t.lock(x), t.unlock(x)))
      m.shrinker('s', (t) => {
        t.lock(x)
        t.invalidateRange()
        t.unlock(x)
      })
      m.thread('a', (t) => t.allocKernel())
    },
    expected: self,
  },
]

/** A notifier that looks whether it may block. */
const looks = (m: M): void => {
  m.mmuNotifier('n', (t) => t.rangeBlockable({ yes: () => t.local('blocks'), no: () => t.local('answers EAGAIN') }))
}
const reaping: readonly Fact[] = [
  ...(['lock', 'wait', 'allocKernel'] as const).map((op): Fact => ({
    name: `a notifier that the OOM reaper runs must not sleep: ${op}`,
    build: (m) => {
      const [x, f] = [m.mutex('x'), m.fence('f', { signalled: true })]
      m.mmuNotifier('n', (t) => {
        if (op === 'allocKernel') t.allocKernel()
        else if (op === 'wait') t.wait(f)
        else {
          t.lock(x)
          t.unlock(x)
        }
      })
      m.thread('a', (t) => t.oomReap())
    },
    expected: { verdict: 'violated', kind: 'misuse', code: 'sleep-in-atomic', processes: ['a'] },
  })),
  {
    name: 'a trylock is fine there',
    build: underMutex(
      (t) => t.oomReap(),
      (t) => t.allocAtomic({ enomem: () => {} }),
    ),
    expected: holds,
  },
  {
    name: 'even one that misses what the reaper’s task holds',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.trylock(x, { got: () => t.unlock(x), missed: () => {} }))
      m.thread('a', (t) => {
        t.lock(x)
        t.oomReap()
        t.unlock(x)
        t.oomReap()
      })
    },
    expected: { ...holds, without: ['never-taken'] },
  },
  {
    name: 'a spinlock is fine there too',
    build: (m) => {
      const l = m.spinlock('l')
      m.mmuNotifier('n', (t) => (t.spinLock(l), t.spinUnlock(l)))
      m.thread('a', (t) => t.oomReap())
    },
    expected: holds,
  },
  {
    name: 'the reaper runs no shrinker',
    build: underMutex((t) => t.oomReap(), undefined, 'shrinker'),
    expected: holds,
  },
  {
    name: 'after the reaper its task may sleep again',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.local())
      m.thread('a', (t) => {
        t.oomReap()
        t.lock(x)
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'only the task that reaps must not sleep',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.local())
      m.thread('a', (t) => t.oomReap())
      m.thread('b', (t) => (t.lock(x), t.unlock(x)))
    },
    expected: holds,
  },
  ...(
    [
      ['oomReap', 'answers EAGAIN', 'no'],
      ['invalidateRange', 'blocks', 'yes'],
      ['allocKernel', 'blocks', 'yes'],
    ] as const
  ).map(([op, then, answer]): Fact => ({
    name: `a notifier that ${op} runs is told ${answer === 'yes' ? 'that it may block' : 'that it must not'}`,
    build: (m) => {
      looks(m)
      m.thread('a', (t) => t[op]())
    },
    after: [
      `a: ${op}${op === 'oomReap' ? ' -> reaping' : ''}`,
      ...(op === 'allocKernel' ? ['a: notifier n'] : []),
      `a: rangeBlockable -> ${answer}`,
    ],
    enabled: [`a: ${then}`],
  })),
  {
    name: 'one that sleeps only where it may is safe under the reaper and in reclaim',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) =>
        t.rangeBlockable({
          yes: () => (t.lock(x), t.unlock(x)),
          no: () => t.trylock(x, { got: () => t.unlock(x), missed: () => {} }),
        }),
      )
      m.thread('a', (t) => (t.oomReap(), t.allocKernel()))
      m.thread('b', (t) => (t.lock(x), t.unlock(x)))
    },
    expected: { ...holds, without: ['never-taken'] },
  },
]

/** Rule R19 (docs/contract.md). */
export const reclaimFacts: readonly Fact[] = [
  ...failing,
  ...outside,
  ...reaping,
  {
    name: 'a notifier that reaps itself leaves the others as unable to block as they were',
    build: (m) => {
      const x = m.mutex('x')
      m.mmuNotifier('n', (t) => t.oomReap())
      m.mmuNotifier('o', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => t.oomReap())
    },
    expected: misuse('sleep-in-atomic', 'a', 'x'),
  },
]
