// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Expected, type Fact } from './fact.ts'

// Page faults that allocate, and handlers that drop mmap_lock, beyond `mmap-lock.ts`.

type Mm = ObjectHandle<'mmapLock'>
const hooks = {
  shrinker: (m: M, write: (t: T) => void) => m.shrinker('hook', write),
  'shrinker that looks at __GFP_FS': (m: M, write: (t: T) => void) => m.shrinker('hook', write, { looksAtFs: true }),
  notifier: (m: M, write: (t: T) => void) => m.mmuNotifier('hook', write),
} as const
type Hook = keyof typeof hooks
const self = deadlock('self', ['a'], ['x'])

/** A copy under a mutex that the hooked body takes, in a memalloc scope or none. */
const copies =
  (hook: Hook, scope: 'no' | 'nofs' | 'noio' | 'noreclaim') =>
  (m: M): void => {
    const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
    hooks[hook](m, (t) => (t.lock(x), t.unlock(x)))
    m.thread('a', (t) => {
      t.lock(x)
      if (scope === 'nofs') t.memallocNofsSave()
      if (scope === 'noio') t.memallocNoioSave()
      if (scope === 'noreclaim') t.memallocNoreclaimSave()
      t.copyUser(mm)
      if (scope === 'nofs') t.memallocNofsRestore()
      if (scope === 'noio') t.memallocNoioRestore()
      if (scope === 'noreclaim') t.memallocNoreclaimRestore()
      t.unlock(x)
    })
  }

/** A handler that drops mmap_lock, waits for `x` and tries again; `a` copies, `b` does something. */
const retries =
  (handler: (t: T, mm: Mm, x: ObjectHandle<'mutex'>) => void, b: (t: T, mm: Mm, x: ObjectHandle<'mutex'>) => void) =>
  (m: M): void => {
    const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
    m.faultHandler(mm, 'handler', (t) => handler(t, mm, x))
    m.thread('a', (t) => t.copyUser(mm))
    m.thread('b', (t) => b(t, mm, x))
  }
const xThenMm = (t: T, mm: Mm, x: ObjectHandle<'mutex'>): void => {
  t.lock(x)
  t.downWrite(mm)
  t.upWrite(mm)
  t.unlock(x)
}
const mmThenX = (t: T, mm: Mm, x: ObjectHandle<'mutex'>): void => {
  t.downWrite(mm)
  t.lock(x)
  t.unlock(x)
  t.upWrite(mm)
}
const fact = (name: string, build: (m: M) => void, expected: Expected): Fact => ({ name, build, expected })

export const pageFaultFacts: readonly Fact[] = [
  ...(Object.keys(hooks) as readonly Hook[]).flatMap((hook) =>
    (['no', 'nofs', 'noio', 'noreclaim'] as const).map((scope): Fact => {
      const runs = scope !== 'noreclaim' && (scope === 'no' || hook !== 'shrinker that looks at __GFP_FS')
      const name = `a copy in ${scope} scope ${runs ? 'may run' : 'does not run'} a ${hook} when it faults`
      return fact(name, copies(hook, scope), runs ? self : holds)
    }),
  ),
  {
    name: 'what a fault may run: a handler, a shrinker, a notifier, or nothing',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.faultHandler(mm, 'handler', (t) => t.local())
      m.shrinker('s', (t) => t.local())
      m.mmuNotifier('n', (t) => t.local())
      m.thread('a', (t) => t.copyUser(mm))
    },
    after: ['a: copyUser mm -> fault', 'a: copyUser mm -> handled'],
    enabled: [
      'a: fault handler',
      'a: no fault, no shrinker, no shrinker:fs, no notifier',
      'a: notifier n',
      'a: shrinker s',
    ],
  },
  {
    name: 'in a noreclaim scope the handler runs all the same',
    build: (m) => {
      const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
      m.faultHandler(mm, 'handler', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t.memallocNoreclaimSave()
        t.copyUser(mm)
        t.memallocNoreclaimRestore()
        t.unlock(x)
      })
    },
    expected: self,
  },
  {
    name: 'reclaim in a fault runs under mmap_lock',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.shrinker('s', (t) => (t.downWrite(mm), t.upWrite(mm)))
      m.thread('a', (t) => t.copyUser(mm))
    },
    expected: deadlock('self', ['a'], ['mm']),
  },
  {
    name: 'a copy inside reclaim may fault, but does not reclaim again',
    build: (m) => {
      const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
      m.shrinker('s', (t) => (t.lock(x), t.copyUser(mm), t.unlock(x)))
      m.thread('a', (t) => t.allocKernel())
    },
    expected: holds,
  },
  fact(
    'a handler that waits under mmap_lock for who wants it for writing deadlocks',
    retries((t, _, x) => (t.lock(x), t.unlock(x)), xThenMm),
    deadlock('cycle', ['a', 'b'], ['mm', 'x']),
  ),
  fact(
    'one that drops it first, and takes it again with nothing held, does not',
    retries((t, mm, x) => {
      t.faultDropLock(mm)
      t.lock(x)
      t.unlock(x)
      t.faultRetry(mm)
    }, xThenMm),
    holds,
  ),
  fact(
    'one that takes it again with the mutex held deadlocks with who takes them the other way round',
    retries((t, mm, x) => {
      t.faultDropLock(mm)
      t.lock(x)
      t.faultRetry(mm)
      t.unlock(x)
    }, mmThenX),
    deadlock('cycle', ['a', 'b'], ['mm', 'x']),
  ),
  {
    name: 'while it is dropped a writer gets in, and faultRetry waits for it',
    build: retries(
      (t, mm) => (t.faultDropLock(mm), t.faultRetry(mm)),
      (t, mm) => (t.downWrite(mm), t.upWrite(mm)),
    ),
    after: [
      'a: copyUser mm -> fault',
      'a: copyUser mm -> handled',
      'a: fault handler',
      'a: faultDropLock mm',
      'b: downWrite mm',
    ],
    enabled: ['b: upWrite mm'],
  },
  {
    name: 'before it is dropped none gets in',
    build: retries(
      (t, mm) => (t.faultDropLock(mm), t.faultRetry(mm)),
      (t, mm) => (t.downWrite(mm), t.upWrite(mm)),
    ),
    after: ['a: copyUser mm -> fault', 'a: copyUser mm -> handled', 'a: fault handler'],
    enabled: ['a: faultDropLock mm', 'b: downWrite mm -> queued'],
  },
  fact(
    'a handler that drops it and does not take it again is misuse',
    (m) => {
      const mm = m.mmapLock('mm')
      m.faultHandler(mm, 'handler', (t) => t.faultDropLock(mm))
      m.thread('a', (t) => t.copyUser(mm))
    },
    misuse('unhandled-lock-lost', 'a', 'mm'),
  ),
  {
    name: 'the copy does not go on then',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.faultHandler(mm, 'handler', (t) => t.faultDropLock(mm))
      m.thread('a', (t) => t.copyUser(mm))
    },
    after: ['a: copyUser mm -> fault', 'a: copyUser mm -> handled', 'a: fault handler', 'a: faultDropLock mm'],
    enabled: ['a: copyUser mm !! unhandled-lock-lost'],
  },
  {
    name: 'nor fail, where a copy may',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.faultHandler(mm, 'handler', (t) => t.faultDropLock(mm))
      m.thread('a', (t) => t.copyUser(mm, { efault: () => t.local('failed') }))
    },
    after: ['a: copyUser mm -> fault', 'a: copyUser mm -> handled', 'a: fault handler', 'a: faultDropLock mm'],
    enabled: ['a: copyUser mm !! unhandled-lock-lost'],
  },
  fact(
    'one that takes it again on some paths only is misuse',
    retries(
      (t, mm, x) => {
        t.faultDropLock(mm)
        t.trylock(x, { got: () => (t.unlock(x), t.faultRetry(mm)), missed: () => {} })
      },
      (t, _, x) => (t.lock(x), t.unlock(x)),
    ),
    misuse('unhandled-lock-lost', 'a', 'mm'),
  ),
  fact(
    'one that drops it and takes it again twice is fine',
    retries(
      (t, mm) => (t.faultDropLock(mm), t.faultRetry(mm), t.faultDropLock(mm), t.faultRetry(mm)),
      (t, mm) => (t.downWrite(mm), t.upWrite(mm)),
    ),
    holds,
  ),
  fact(
    'dropping what is not held is misuse',
    (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.faultDropLock(mm))
    },
    misuse('up-not-held', 'a', 'mm'),
  ),
  fact(
    'faultRetry sleeps',
    (m) => {
      const [mm, l] = [m.mmapLock('mm'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        t.faultRetry(mm)
        t.spinUnlock(l)
        t.upRead(mm)
      })
    },
    misuse('sleep-in-atomic', 'a', 'mm'),
  ),
  {
    name: 'a copy may fail after its fault handler ran',
    build: (m) => {
      const [mm, ran] = [m.mmapLock('mm'), m.flag('ran')]
      m.faultHandler(mm, 'handler', (t) => t.set(ran, 1))
      m.thread('a', (t) => t.copyUser(mm, { efault: () => t.when(ran, () => t.unreachable('it ran')) }))
    },
    expected: { verdict: 'violated', kind: 'assertion', processes: ['a'] },
  },
]
