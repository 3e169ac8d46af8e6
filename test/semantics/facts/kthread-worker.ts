// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

type Worker = ObjectHandle<'kthreadWorker'>
type Item = ObjectHandle<'kthreadWork'>

/** A worker `k` with items of these names, and a thread. */
const worker =
  (names: readonly string[], write: (t: T, items: readonly Item[], k: Worker) => void) =>
  (m: M): void => {
    const k = m.kthreadWorker('k')
    const items = names.map((name) => m.kthreadWorkItem(k, name, (t) => t.local(name)))
    m.thread('a', (t) => write(t, items, k))
  }
const queueAll = (t: T, items: readonly Item[]): void => items.forEach((item) => t.kthreadQueueWork(item))
const queued = (...names: string[]): readonly string[] => names.map((name) => `a: kthreadQueueWork ${name} -> ok`)
const ran = (name: string): readonly string[] => [
  `k: startKthreadWork ${name}`,
  `k: ${name}`,
  `k: finishKthreadWork ${name}`,
]
const own = (write: (t: T, w: Item, k: Worker) => void) => (m: M) => {
  const k = m.kthreadWorker('k')
  const w: Item = m.kthreadWorkItem(k, 'w', (t) => write(t, w, k))
  m.thread('a', (t) => t.kthreadQueueWork(w))
}
const held = (op: 'kthreadFlushWork' | 'kthreadCancelWorkSync' | 'kthreadFlushWorker', outside: boolean) => (m: M) => {
  const [x, k] = [m.mutex('x'), m.kthreadWorker('k')]
  const w = m.kthreadWorkItem(k, 'w', (t) => (t.lock(x), t.unlock(x)))
  m.thread('a', (t) => {
    t.kthreadQueueWork(w)
    if (!outside) t.lock(x)
    if (op === 'kthreadFlushWorker') t.kthreadFlushWorker(k)
    else t[op](w)
    if (!outside) t.unlock(x)
  })
}

export const kthreadFacts: readonly Fact[] = [
  {
    name: 'a worker runs first what was queued first',
    build: worker(['u', 'v'], (t, items) => queueAll(t, items.toReversed())),
    after: queued('v', 'u'),
    enabled: ['k: startKthreadWork v'],
  },
  {
    name: 'and one item at a time',
    build: worker(['u', 'v'], queueAll),
    after: [...queued('u', 'v'), 'k: startKthreadWork u'],
    enabled: ['k: u'],
  },
  {
    name: 'then the next',
    build: worker(['u', 'v'], queueAll),
    after: [...queued('u', 'v'), ...ran('u')],
    enabled: ['k: startKthreadWork v'],
  },
  {
    name: 'queueing a pending item does nothing',
    build: worker(['u'], (t, [u]) => (t.kthreadQueueWork(u!), t.kthreadQueueWork(u!, { already: () => {} }))),
    after: [...queued('u'), 'a: kthreadQueueWork u -> already', ...ran('u')],
    enabled: [],
  },
  {
    name: 'a running item can be queued again',
    build: worker(['u'], (t, [u]) => queueAll(t, [u!, u!])),
    after: [...queued('u'), 'k: startKthreadWork u', ...queued('u'), 'k: u', 'k: finishKthreadWork u'],
    enabled: ['k: startKthreadWork u'],
  },
  {
    name: 'kthread_flush_work() waits for what was queued',
    build: worker(['u'], (t, [u]) => (t.kthreadQueueWork(u!), t.kthreadFlushWork(u!))),
    after: [...queued('u'), 'a: kthreadFlushWork u -> flushing', 'k: startKthreadWork u', 'k: u'],
    enabled: ['k: finishKthreadWork u'],
  },
  {
    name: 'and goes on when it has finished',
    build: worker(['u'], (t, [u]) => (t.kthreadQueueWork(u!), t.kthreadFlushWork(u!))),
    after: [...queued('u'), 'a: kthreadFlushWork u -> flushing', ...ran('u')],
    enabled: ['a: kthreadFlushWork u'],
  },
  {
    name: 'kthread_flush_work() does not wait for other items behind it',
    build: worker(['u', 'v'], (t, [u, v]) => (queueAll(t, [u!, v!]), t.kthreadFlushWork(u!))),
    after: [...queued('u', 'v'), 'a: kthreadFlushWork u -> flushing', ...ran('u')],
    enabled: ['a: kthreadFlushWork u', 'k: startKthreadWork v'],
  },
  {
    name: 'kthread_flush_worker() waits for all of them',
    build: worker(['u', 'v'], (t, items, k) => (queueAll(t, items), t.kthreadFlushWorker(k))),
    after: [...queued('u', 'v'), 'a: kthreadFlushWorker k -> flushing', ...ran('u')],
    enabled: ['k: startKthreadWork v'],
  },
  {
    name: 'kthread_cancel_work_sync() takes a pending item off',
    build: worker(['u', 'v'], (t, [u, v]) => (queueAll(t, [u!, v!]), t.kthreadCancelWorkSync(u!))),
    after: [...queued('u', 'v'), 'a: kthreadCancelWorkSync u'],
    enabled: ['k: startKthreadWork v'],
  },
  {
    name: 'kthread_cancel_work_sync() waits for a running one',
    build: worker(['u'], (t, [u]) => (t.kthreadQueueWork(u!), t.kthreadCancelWorkSync(u!))),
    after: [...queued('u'), 'k: startKthreadWork u', 'a: kthreadCancelWorkSync u -> cancelling'],
    enabled: ['k: u'],
  },
  ...(['kthreadFlushWork', 'kthreadCancelWorkSync', 'kthreadFlushWorker'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} under a lock that the item takes deadlocks`,
      build: held(op, false),
      expected: { verdict: 'violated', kind: 'deadlock', processes: ['a', 'k'] },
    },
    { name: `${op} outside the lock does not`, build: held(op, true), expected: holds },
    {
      name: `${op} from the item itself waits for itself`,
      build: own((t, w, k) => (op === 'kthreadFlushWorker' ? t.kthreadFlushWorker(k) : t[op](w))),
      expected: deadlock('self', ['k'], [op === 'kthreadFlushWorker' ? 'k' : 'w']),
    },
    {
      name: `${op} in atomic context is misuse`,
      build: worker(['w'], (t, [w], k) => {
        t.preemptDisable()
        if (op === 'kthreadFlushWorker') t.kthreadFlushWorker(k)
        else t[op](w!)
        t.preemptEnable()
      }),
      expected: misuse('sleep-in-atomic', 'a', op === 'kthreadFlushWorker' ? 'k' : 'w'),
    },
  ]),
  {
    name: 'an item that waits for one behind it keeps that from starting',
    build: (m) => {
      const [f, k] = [m.fence('f', { published: true }), m.kthreadWorker('k')]
      const u = m.kthreadWorkItem(k, 'u', (t) => t.wait(f))
      const v = m.kthreadWorkItem(k, 'v', (t) => t.signal(f))
      m.thread('a', (t) => queueAll(t, [u, v]))
    },
    expected: { verdict: 'violated', processes: ['k'], objects: ['f'] },
  },
  {
    name: 'the thread is there: no reclaim runs before an item starts',
    build: (m) => {
      const [f, k] = [m.fence('f', { published: true }), m.kthreadWorker('k')]
      m.shrinker('s', (t) => t.wait(f))
      const w = m.kthreadWorkItem(k, 'w', (t) => t.signal(f))
      m.thread('a', (t) => (t.kthreadQueueWork(w), t.wait(f)))
    },
    expected: holds,
  },
  {
    name: 'an item may sleep, and may be queued from a handler',
    build: (m) => {
      const [x, k] = [m.mutex('x'), m.kthreadWorker('k')]
      const w = m.kthreadWorkItem(k, 'w', (t) => (t.lock(x), t.unlock(x)))
      m.irq('h', (t) => t.kthreadQueueWork(w, { already: () => {} }), { when: true })
    },
    expected: holds,
  },
  {
    name: 'finishing an item that does not run is misuse',
    build: (m) => {
      const w = m.kthreadWork('w', { queue: m.kthreadWorker('k') })
      m.thread('a', (t) => t.finishKthreadWork(w))
    },
    expected: misuse('finish-not-running', 'a', 'w'),
  },
]
