// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

type Queue = ObjectHandle<'workqueue'>
type Item = ObjectHandle<'work'>

/** One queue `q` with an item `w` that does something, and a thread. */
const one =
  (thread: (t: T, w: Item, q: Queue) => void, item: (t: T) => void = (t) => t.local('work')) =>
  (m: M): void => {
    const q = m.workqueue('q')
    const w = m.workItem(q, 'w', item)
    m.thread('a', (t) => thread(t, w, q))
  }
/** A queue with two items, both queued by `a`. */
const two =
  (maxActive?: number, v: (t: T, m: M) => void = (t) => t.local(), w: (t: T, m: M) => void = (t) => t.local()) =>
  (m: M): void => {
    const q = m.workqueue('q', maxActive === undefined ? {} : { maxActive })
    const items = [m.workItem(q, 'v', (t) => v(t, m)), m.workItem(q, 'w', (t) => w(t, m))]
    m.thread('a', (t) => items.forEach((item) => t.queueWork(item)))
  }
/** `v` waits for what `w` signals. */
const slots =
  (maxActive?: number) =>
  (m: M): void => {
    const f = m.fence('f', { published: true })
    const q = m.workqueue('q', maxActive === undefined ? {} : { maxActive })
    const v = m.workItem(q, 'v', (t) => t.wait(f))
    const w = m.workItem(q, 'w', (t) => t.signal(f))
    m.thread('a', (t) => (t.queueWork(v), t.queueWork(w)))
  }
/** `free` blocks on a lock that a waiter for the fence holds, which `run` signals: on one queue, or on two. */
const freeJob =
  (queues: 1 | 2, options: { readonly maxActive?: number } = { maxActive: 1 }) =>
  (m: M): void => {
    const [x, f] = [m.mutex('x'), m.fence('f', { published: true })]
    const q = m.workqueue('q', options)
    const free = m.workItem(q, 'free', (t) => (t.lock(x), t.unlock(x)))
    const run = m.workItem(queues === 1 ? q : m.workqueue('p'), 'run', (t) => t.signal(f))
    m.thread('a', (t) => {
      t.lock(x)
      t.queueWork(free)
      t.queueWork(run)
      t.wait(f)
      t.unlock(x)
    })
  }
const held =
  (op: 'flushWork' | 'cancelWorkSync') =>
  (m: M): void => {
    const x = m.mutex('x')
    const q = m.workqueue('q')
    const w = m.workItem(q, 'w', (t) => (t.lock(x), t.unlock(x)))
    m.thread('a', (t) => {
      t.queueWork(w)
      t.lock(x)
      t[op](w)
      t.unlock(x)
    })
  }
const own =
  (write: (t: T, w: () => Item, q: Queue) => void) =>
  (m: M): void => {
    const q = m.workqueue('q')
    const w: Item = m.workItem(q, 'w', (t) => write(t, () => w, q))
    m.thread('a', (t) => t.queueWork(w))
  }
const [queue, start, finish] = ['a: queueWork w -> ok', 'q/0: startWork w', 'q/0: finishWork w']

export const workqueueFacts: readonly Fact[] = [
  { name: 'a queued item runs once', build: one((t, w) => t.queueWork(w)), expected: holds },
  {
    name: 'queueing a pending item is false and does nothing',
    build: one((t, w) => (t.queueWork(w), t.queueWork(w, { already: () => t.local('said so') }))),
    after: [queue, 'a: queueWork w -> already', start, 'q/0: work', finish],
    enabled: ['a: said so'],
  },
  {
    name: 'queueing a pending item is no misuse where nobody tells it apart',
    build: one((t, w) => (t.queueWork(w), t.queueWork(w), t.local('queued'))),
    after: [queue, 'a: queueWork w -> already'],
    enabled: ['a: queued', start],
  },
  {
    name: 'a running item can be queued again, and runs again',
    build: one((t, w) => (t.queueWork(w), t.queueWork(w, { already: () => {} }))),
    after: [queue, start, queue, 'q/0: work', finish],
    enabled: [start],
  },
  {
    name: 'an item never runs concurrently with itself, however many workers there are',
    build: (m) => {
      const q = m.workqueue('q', { maxActive: 2 })
      const w = m.workItem(q, 'w', (t) => t.local('work'))
      m.workItem(q, 'v', (t) => t.local('other work'))
      m.thread('a', (t) => (t.queueWork(w), t.queueWork(w, { already: () => {} })))
    },
    after: [queue, start, queue],
    enabled: ['q/0: work'],
  },
  {
    name: 'a queue with one slot runs one item at a time',
    build: two(1),
    after: ['a: queueWork v -> ok', queue, 'q/0: startWork v'],
    enabled: ['q/0: local step'],
  },
  {
    name: 'a queue with two slots runs two items at a time',
    build: two(2),
    after: ['a: queueWork v -> ok', queue, 'q/0: startWork v'],
    enabled: ['q/0: local step', 'q/1: startWork w'],
  },
  {
    name: 'with all slots taken by waiters the item that would wake them never starts',
    build: slots(1),
    expected: { verdict: 'violated', processes: ['q/0'], objects: ['f'] },
  },
  { name: 'with a slot more it does', build: slots(2), expected: holds },
  { name: 'a queue that says nothing has slots for all its items', build: slots(), expected: holds },
  {
    name: 'a queue that says nothing has a worker for every item of it, and no more',
    build: two(),
    after: ['a: queueWork v -> ok', queue],
    enabled: ['q/0: startWork v', 'q/0: startWork w', 'q/1: startWork v', 'q/1: startWork w'],
  },
  {
    name: 'more slots than items give no more workers',
    build: two(5),
    after: ['a: queueWork v -> ok', queue],
    enabled: ['q/0: startWork v', 'q/0: startWork w', 'q/1: startWork v', 'q/1: startWork w'],
  },
  {
    name: 'items of a queue that says nothing run at the same time',
    build: two(),
    after: ['a: queueWork v -> ok', queue, 'q/1: startWork w'],
    enabled: ['q/0: startWork v', 'q/1: local step'],
  },
  {
    name: 'a free job that blocks keeps the run job behind it from signalling, on one queue with one slot',
    build: freeJob(1),
    expected: { verdict: 'violated', processes: ['a', 'q/0'], objects: ['f', 'x'] },
  },
  { name: 'on queues of their own it does not', build: freeJob(2), expected: holds },
  { name: 'nor on one queue that says nothing', build: freeJob(1, {}), expected: holds },
  {
    name: 'flush_work() of an idle item returns at once',
    build: one((t, w) => t.flushWork(w)),
    after: [],
    enabled: ['a: flushWork w'],
  },
  {
    name: 'flush_work() waits for a pending item to finish',
    build: one((t, w) => (t.queueWork(w), t.flushWork(w))),
    after: [queue, 'a: flushWork w -> flushing', start, 'q/0: work'],
    enabled: [finish],
  },
  {
    name: 'flush_work() goes on once it has finished',
    build: one((t, w) => (t.queueWork(w), t.flushWork(w))),
    after: [queue, 'a: flushWork w -> flushing', start, 'q/0: work', finish],
    enabled: ['a: flushWork w'],
  },
  {
    name: 'flush_work() of a running and pending item waits for both',
    build: one((t, w) => (t.queueWork(w), t.queueWork(w, { already: () => {} }), t.flushWork(w))),
    after: [queue, start, queue, 'a: flushWork w -> flushing', 'q/0: work', finish],
    enabled: [start],
  },
  {
    name: 'flush_work() does not wait for what is queued later',
    build: (m) => {
      const q = m.workqueue('q')
      const w = m.workItem(q, 'w', (t) => t.local('work'))
      m.thread('a', (t) => (t.queueWork(w), t.flushWork(w)))
      m.thread('b', (t) => t.queueWork(w, { already: () => {} }))
    },
    after: [queue, start, 'a: flushWork w -> flushing', 'b: queueWork w -> ok', 'q/0: work', finish],
    enabled: ['a: flushWork w', start],
  },
  {
    name: 'flush_workqueue() waits for every item of it, also for unrelated ones',
    build: (m) => {
      const q = m.workqueue('q', { maxActive: 1 })
      const [v, w] = [m.workItem(q, 'v', (t) => t.local()), m.workItem(q, 'w', (t) => t.local())]
      m.thread('a', (t) => (t.queueWork(v), t.queueWork(w), t.flushWorkqueue(q)))
    },
    after: [
      'a: queueWork v -> ok',
      queue,
      'a: flushWorkqueue q -> flushing',
      'q/0: startWork v',
      'q/0: local step',
      'q/0: finishWork v',
    ],
    enabled: [start],
  },
  {
    name: 'flush_workqueue() does not wait for what is queued later',
    build: (m) => {
      const q = m.workqueue('q')
      const w = m.workItem(q, 'w', (t) => t.local('work'))
      m.thread('a', (t) => t.flushWorkqueue(q))
      m.thread('b', (t) => t.queueWork(w))
    },
    after: ['a: flushWorkqueue q -> flushing', 'b: queueWork w -> ok'],
    enabled: ['a: flushWorkqueue q', start],
  },
  {
    name: 'cancel_work_sync() takes a pending item off the queue',
    build: one((t, w) => (t.queueWork(w), t.cancelWorkSync(w))),
    after: [queue, 'a: cancelWorkSync w'],
    enabled: [],
  },
  {
    name: 'cancel_work_sync() waits for a running item, and takes it off if it is pending again',
    build: one((t, w) => (t.queueWork(w), t.queueWork(w, { already: () => {} }), t.cancelWorkSync(w))),
    after: [queue, start, queue, 'a: cancelWorkSync w -> cancelling', 'q/0: work', finish],
    enabled: ['a: cancelWorkSync w'],
  },
  {
    name: 'flush_work() from the item itself deadlocks on itself',
    build: own((t, w) => t.flushWork(w())),
    expected: deadlock('self', ['q/0'], ['w']),
  },
  {
    name: 'cancel_work_sync() from the item itself deadlocks on itself',
    build: own((t, w) => t.cancelWorkSync(w())),
    expected: deadlock('self', ['q/0'], ['w']),
  },
  {
    name: 'flush_workqueue() from an item of it deadlocks on itself',
    build: own((t, _, q) => t.flushWorkqueue(q)),
    expected: deadlock('self', ['q/0'], ['q']),
  },
  {
    name: 'flushing under a lock that the item takes deadlocks',
    build: held('flushWork'),
    expected: deadlock('cycle', ['a', 'q/0'], ['w', 'x']),
  },
  {
    name: 'cancelling under a lock that the item takes deadlocks',
    build: held('cancelWorkSync'),
    expected: deadlock('cycle', ['a', 'q/0'], ['w', 'x']),
  },
  {
    name: 'an item may be queued by a handler',
    build: (m) => {
      const q = m.workqueue('q')
      const w = m.workItem(q, 'w', (t) => t.local())
      m.irq('h', (t) => t.queueWork(w, { already: () => {} }), { when: true })
    },
    expected: holds,
  },
  {
    name: 'finishing what does not run is misuse',
    build: (m) => {
      const w = m.work('w', { queue: m.workqueue('q') })
      m.thread('a', (t) => t.finishWork(w))
    },
    expected: misuse('finish-not-running', 'a', 'w'),
  },
]
