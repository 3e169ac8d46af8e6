// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, type Fact } from './fact.ts'

// What tells single conditions and effects of work items, workers and allocations from their neighbours.

type Item = ObjectHandle<'work'>
const queued = (...names: string[]): readonly string[] => names.map((name) => `a: queueWork ${name} -> ok`)
const finishes = (name: string): readonly string[] => [`q/0: ${name}`, `q/0: finishWork ${name}`]

/** Items u, v and w of an ordered queue; `a` and perhaps `b` do something with them. */
const three =
  (a: (t: T, u: Item, v: Item, w: Item) => void, b?: (t: T, u: Item) => void) =>
  (m: M): void => {
    const q = m.workqueue('q', { ordered: true })
    const item = (name: string): Item => m.workItem(q, name, (t) => t.local(name))
    const [u, v, w] = [item('u'), item('v'), item('w')]
    m.thread('a', (t) => a(t, u, v, w))
    if (b !== undefined) m.thread('b', (t) => b(t, u))
  }
const queueAll = (t: T, ...items: readonly Item[]): void => items.forEach((item) => t.queueWork(item))

/** Making a worker in a memalloc scope, under a mutex that the hooked body takes. */
const creating =
  (scope: 'memallocNofsSave' | 'memallocNoreclaimSave', looksAtFs: boolean) =>
  (m: M): void => {
    const [q, x] = [m.workqueue('q'), m.mutex('x')]
    const w = m.work('w', { queue: q })
    m.shrinker('s', (t) => (t.lock(x), t.unlock(x)), { looksAtFs })
    m.thread('a', (t) => {
      t.queueWork(w)
      t.lock(x)
      t[scope]()
      t.createWorker(q)
      t[scope === 'memallocNofsSave' ? 'memallocNofsRestore' : 'memallocNoreclaimRestore']()
      t.unlock(x)
    })
  }

export const workDetailFacts: readonly Fact[] = [
  {
    name: 'flush_work() of a pending item does not return at once',
    build: three((t, u) => (t.queueWork(u), t.flushWork(u))),
    after: queued('u'),
    enabled: ['a: flushWork u -> flushing'],
    enabledOf: ['a'],
  },
  {
    name: 'cancel_work_sync() of a pending item does not wait',
    build: three((t, u) => (t.queueWork(u), t.cancelWorkSync(u))),
    after: queued('u'),
    enabled: ['a: cancelWorkSync u'],
    enabledOf: ['a'],
  },
  {
    name: 'cancel_work_sync() of a pending item lets go whoever flushes it',
    build: three(
      (t, u) => (t.queueWork(u), t.flushWork(u)),
      (t, u) => t.cancelWorkSync(u),
    ),
    after: [...queued('u'), 'a: flushWork u -> flushing', 'b: cancelWorkSync u'],
    enabled: ['a: flushWork u'],
  },
  {
    name: 'cancelling a running item leaves the order of those behind it',
    build: three((t, u, v, w) => (queueAll(t, u, v, w), t.cancelWorkSync(u))),
    after: [
      ...queued('u'),
      'q/0: startWork u',
      ...queued('v', 'w'),
      'a: cancelWorkSync u -> cancelling',
      ...finishes('u'),
    ],
    enabled: ['a: cancelWorkSync u', 'q/0: startWork v'],
  },
  {
    name: 'cancelling twice leaves the order of the others',
    build: three((t, u, v, w) => (queueAll(t, u, v, w), t.cancelWorkSync(u), t.cancelWorkSync(u))),
    after: [...queued('u', 'v', 'w'), 'a: cancelWorkSync u', 'a: cancelWorkSync u'],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'after a running and pending item was cancelled the next one queued is the first',
    build: three((t, u, v) => (queueAll(t, u, u), t.cancelWorkSync(u), t.queueWork(v))),
    after: [
      ...queued('u'),
      'q/0: startWork u',
      ...queued('u'),
      'a: cancelWorkSync u -> cancelling',
      ...finishes('u'),
      'a: cancelWorkSync u',
      ...queued('v'),
    ],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'a second cancel of a running item that was pending too leaves the order of the others',
    build: three(
      (t, u, v, w) => queueAll(t, u, u, v, w),
      (t, u) => (t.cancelWorkSync(u), t.cancelWorkSync(u)),
    ),
    after: [
      ...queued('u'),
      'q/0: startWork u',
      ...queued('u', 'v', 'w'),
      'b: cancelWorkSync u -> cancelling',
      ...finishes('u'),
      'b: cancelWorkSync u',
      'b: cancelWorkSync u',
    ],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'who flushes a running and pending item that is cancelled waits for the run alone',
    build: three(
      (t, u) => (queueAll(t, u, u), t.flushWork(u)),
      (t, u) => t.cancelWorkSync(u),
    ),
    after: [
      ...queued('u'),
      'q/0: startWork u',
      ...queued('u'),
      'a: flushWork u -> flushing',
      'b: cancelWorkSync u -> cancelling',
      ...finishes('u'),
    ],
    enabled: ['a: flushWork u'],
    enabledOf: ['a'],
  },
  {
    name: 'beginning and ending an item does not sleep',
    build: (m) => {
      const w = m.work('w', { queue: m.workqueue('q') })
      m.thread('a', (t) => {
        t.preemptDisable()
        t.queueWork(w)
        t.startWork(w)
        t.finishWork(w)
        t.preemptEnable()
      })
    },
    expected: holds,
  },
  {
    name: 'a worker is made within the nofs scope of its maker: shrinkers that look at __GFP_FS do not run',
    build: creating('memallocNofsSave', true),
    expected: holds,
  },
  {
    name: 'others do',
    build: creating('memallocNofsSave', false),
    expected: deadlock('self', ['a'], ['x']),
  },
  {
    name: 'in a noreclaim scope a worker is made without reclaim',
    build: creating('memallocNoreclaimSave', false),
    expected: holds,
  },
]

export const allocationDetailFacts: readonly Fact[] = [
  {
    name: 'allocKernel in a nofs scope may run a shrinker and then fail',
    build: (m) => {
      m.shrinker('s', (t) => t.local('scan'))
      m.thread('a', (t) => {
        t.memallocNofsSave()
        t.allocKernel({ ok: () => t.local('ok'), enomem: () => t.local('failed') })
        t.memallocNofsRestore()
      })
    },
    after: ['a: memallocNofsSave', 'a: allocKernel -> enomem #2', 'a: shrinker s', 'a: scan'],
    enabled: ['a: failed'],
  },
  {
    name: 'a notifier that may block is not told that it must not',
    build: (m) => {
      m.mmuNotifier('n', (t) => t.rangeBlockable({ yes: () => t.local(), no: () => t.local() }))
      m.thread('a', (t) => t.invalidateRange())
    },
    after: ['a: invalidateRange'],
    enabled: ['a: rangeBlockable -> yes'],
  },
  {
    name: 'memalloc scopes, and the OOM reaper as far as its notifiers do not, never sleep',
    build: (m) =>
      m.thread('a', (t) => {
        t.preemptDisable()
        t.memallocNofsSave()
        t.memallocNofsRestore()
        t.memallocNoioSave()
        t.memallocNoioRestore()
        t.memallocNoreclaimSave()
        t.memallocNoreclaimRestore()
        t.oomReap()
        t.preemptEnable()
      }),
    expected: holds,
  },
]

export const faultDetailFacts: readonly Fact[] = [
  {
    name: 'dropping mmap_lock does not sleep',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => {
        t.downRead(mm)
        t.preemptDisable()
        t.faultDropLock(mm)
        t.preemptEnable()
      })
    },
    expected: holds,
  },
]
