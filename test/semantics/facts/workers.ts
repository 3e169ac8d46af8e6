// SPDX-License-Identifier: Apache-2.0
import { field, not } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, type Fact } from './fact.ts'

// Ordered queues, workers that must be made first, and cancelling, beyond `workqueue.ts`.

type Item = ObjectHandle<'work'>
interface QueueOptions {
  readonly ordered?: boolean
  readonly maxActive?: number
  readonly memReclaim?: boolean
}

/** A queue `q` with items of these names; a thread `a` does something with them. */
const queue =
  (options: QueueOptions, names: readonly string[], write: (t: T, items: readonly Item[]) => void) =>
  (m: M): void => {
    const q = m.workqueue('q', options)
    const items = names.map((name) => m.workItem(q, name, (t) => t.local(name)))
    m.thread('a', (t) => write(t, items))
  }
const queueAll = (t: T, items: readonly Item[]): void => items.forEach((item) => t.queueWork(item))
const queued = (...names: string[]): readonly string[] => names.map((name) => `a: queueWork ${name} -> ok`)
const ran = (...names: string[]): readonly string[] =>
  names.flatMap((name) => [`q/0: startWork ${name}`, `q/0: ${name}`, `q/0: finishWork ${name}`])
const ordered = { ordered: true } as const
const three = ['u', 'v', 'w'] as const

const order: readonly Fact[] = [
  {
    name: 'an ordered queue starts first what was queued first',
    build: queue(ordered, three, queueAll),
    after: queued(...three),
    enabled: ['q/0: startWork u'],
  },
  {
    name: 'then the second, then the third',
    build: queue(ordered, three, queueAll),
    after: [...queued(...three), ...ran('u')],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'and the third last',
    build: queue(ordered, three, queueAll),
    after: [...queued(...three), ...ran('u', 'v')],
    enabled: ['q/0: startWork w'],
  },
  {
    name: 'the order is that of queueing, not of declaring',
    build: queue(ordered, three, (t, items) => queueAll(t, items.toReversed())),
    after: queued('w', 'v', 'u'),
    enabled: ['q/0: startWork w'],
  },
  {
    name: 'an item queued again goes behind those that are pending',
    build: queue(ordered, three, (t, [u, v]) => queueAll(t, [u!, v!, u!])),
    after: [...queued('u', 'v'), 'q/0: startWork u', ...queued('u'), 'q/0: u', 'q/0: finishWork u'],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'queueing a pending item leaves it where it is',
    build: queue(ordered, three, (t, [u, v]) => {
      queueAll(t, [u!, v!])
      t.queueWork(u!, { already: () => {} })
    }),
    after: [...queued('u', 'v'), 'a: queueWork u -> already'],
    enabled: ['q/0: startWork u'],
  },
  {
    name: 'an ordered queue runs one item at a time, whatever maxActive says',
    build: queue({ ordered: true, maxActive: 3 }, three, queueAll),
    after: [...queued(...three), 'q/0: startWork u'],
    enabled: ['q/0: u'],
  },
  {
    name: 'an ordered queue has one slot, whatever maxActive says and whoever starts its items',
    build: (m) => {
      const q = m.workqueue('q', { ordered: true, maxActive: 3 })
      const [v, w] = [m.work('v', { queue: q }), m.work('w', { queue: q })]
      m.thread('a', (t) => queueAll(t, [v, w]))
      m.worker('b', (t) => (t.startWork(v), t.finishWork(v)))
      m.worker('c', (t) => (t.startWork(w), t.finishWork(w)))
    },
    after: [...queued('v', 'w'), 'b: startWork v'],
    enabled: ['b: finishWork v'],
  },
  {
    name: 'a queue that is not ordered starts any item first',
    build: queue({}, three, queueAll),
    after: queued(...three),
    enabled: ['q/0', 'q/1', 'q/2'].flatMap((by) => three.map((name) => `${by}: startWork ${name}`)),
  },
  {
    name: 'nor does one that is not ordered and has one slot',
    build: queue({ maxActive: 1 }, three, queueAll),
    after: queued(...three),
    enabled: three.map((name) => `q/0: startWork ${name}`),
  },
  {
    name: 'an ordered queue has one worker, however many items',
    build: queue(ordered, three, queueAll),
    after: [...queued(...three), ...ran('u')],
    enabled: ['q/0: startWork v'],
  },
  ...(
    [
      ['first', 'u', 'v', 'w'],
      ['middle', 'v', 'u', 'w'],
      ['last', 'w', 'u', 'v'],
    ] as const
  ).map(([which, cancelled, first, second]): Fact => ({
    name: `cancelling the ${which} of three moves up those behind it`,
    build: queue(ordered, three, (t, items) => {
      queueAll(t, items)
      t.cancelWorkSync(items[three.indexOf(cancelled)]!)
    }),
    after: [...queued(...three), `a: cancelWorkSync ${cancelled}`, ...ran(first)],
    enabled: [`q/0: startWork ${second}`],
  })),
  {
    name: 'what is queued after a cancel goes behind the others',
    build: queue(ordered, three, (t, items) => {
      queueAll(t, items)
      t.cancelWorkSync(items[1]!)
      t.queueWork(items[1]!)
    }),
    after: [...queued(...three), 'a: cancelWorkSync v', ...queued('v'), ...ran('u', 'w')],
    enabled: ['q/0: startWork v'],
  },
  {
    name: 'cancelling a running item that is pending again moves up those behind it',
    build: queue(ordered, three, (t, [u, v]) => {
      queueAll(t, [u!, u!, v!])
      t.cancelWorkSync(u!)
    }),
    after: [
      ...queued('u'),
      'q/0: startWork u',
      ...queued('u', 'v'),
      'a: cancelWorkSync u -> cancelling',
      'q/0: u',
      'q/0: finishWork u',
    ],
    enabled: ['a: cancelWorkSync u', 'q/0: startWork v'],
  },
]

/** An item that signals, a shrinker that waits for that, and a waiter. */
const worker =
  (options: QueueOptions, hook: 'shrinker' | 'mmuNotifier' | 'none' = 'shrinker', waits = true) =>
  (m: M): void => {
    const f = m.fence('f', { published: true })
    if (hook !== 'none') m[hook]('hook', (t) => (waits ? t.wait(f) : t.local()))
    const w = m.workItem(m.workqueue('q', options), 'w', (t) => t.signal(f))
    m.thread('a', (t) => {
      t.queueWork(w)
      t.wait(f)
    })
  }
const stuckWorker = deadlock('self', ['q/0'], ['f'])

const making: readonly Fact[] = [
  ...(['shrinker', 'mmuNotifier'] as const).flatMap((hook): Fact[] => [
    {
      name: `making the worker of an item may run the ${hook} that waits for what the item signals`,
      build: worker({}, hook),
      expected: { ...stuckWorker, processes: ['q/0'] },
    },
    {
      name: `WQ_MEM_RECLAIM has a rescuer: the ${hook} runs in nobody’s way`,
      build: worker({ memReclaim: true }, hook),
      expected: holds,
    },
  ]),
  { name: 'on an ordered queue it is the same', build: worker(ordered), expected: stuckWorker },
  {
    name: 'and an ordered queue with WQ_MEM_RECLAIM has a rescuer too',
    build: worker({ ordered: true, memReclaim: true }),
    expected: holds,
  },
  { name: 'reclaim that waits for nothing may run', build: worker({}, 'shrinker', false), expected: holds },
  { name: 'without anything in reclaim a worker is simply there', build: worker({}, 'none'), expected: holds },
  {
    name: 'a worker is made only when an item needs it',
    build: (m) => {
      m.shrinker('hook', (t) => t.local())
      const w = m.workItem(m.workqueue('q'), 'w', (t) => t.local())
      m.thread('a', (t) => t.queueWork(w))
    },
    after: [],
    enabled: ['a: queueWork w -> ok'],
  },
  {
    name: 'an item starts only after its worker was made',
    build: (m) => {
      m.shrinker('hook', (t) => t.local())
      const w = m.workItem(m.workqueue('q'), 'w', (t) => t.local())
      m.thread('a', (t) => t.queueWork(w))
    },
    after: ['a: queueWork w -> ok'],
    enabled: ['q/0: createWorker q'],
  },
  {
    name: 'of two workers of a queue with WQ_MEM_RECLAIM one has to be made, the rescuer not',
    build: (m) => {
      m.shrinker('hook', (t) => t.local())
      const q = m.workqueue('q', { memReclaim: true, maxActive: 2 })
      const w = m.workItem(q, 'w', (t) => t.local())
      m.workItem(q, 'v', (t) => t.local())
      m.thread('a', (t) => t.queueWork(w))
    },
    after: ['a: queueWork w -> ok'],
    enabled: ['q/0: startWork w', 'q/1: createWorker q'],
  },
]

const running = ['a: queueWork w -> ok', 'q/0: startWork w']
/** `w` is cancelled while it runs, and `b` queues it. */
const cancelled = (m: M): void => {
  const w = m.workItem(m.workqueue('q'), 'w', (t) => t.local('work'))
  m.thread('a', (t) => (t.queueWork(w), t.cancelWorkSync(w), t.local('cancelled')))
  m.thread('b', (t) => (t.queueWork(w, { already: () => {} }), t.queueWork(w, { already: () => {} })))
}
const cancelling: readonly Fact[] = [
  {
    name: 'while cancel_work_sync() waits nobody can queue the item',
    build: cancelled,
    after: [...running, 'a: cancelWorkSync w -> cancelling'],
    enabled: ['b: queueWork w -> already'],
    enabledOf: ['b'],
  },
  {
    name: 'nor when it has ended and cancel_work_sync() has not yet noticed',
    build: cancelled,
    after: [...running, 'a: cancelWorkSync w -> cancelling', 'q/0: work', 'q/0: finishWork w'],
    enabled: ['a: cancelWorkSync w', 'b: queueWork w -> already'],
  },
  {
    name: 'afterwards somebody can',
    build: cancelled,
    after: [...running, 'a: cancelWorkSync w -> cancelling', 'q/0: work', 'q/0: finishWork w', 'a: cancelWorkSync w'],
    enabled: ['b: queueWork w -> ok'],
    enabledOf: ['b'],
  },
  {
    name: 'cancelling what does not run blocks nobody',
    build: cancelled,
    after: ['a: queueWork w -> ok', 'a: cancelWorkSync w'],
    enabled: ['b: queueWork w -> ok'],
    enabledOf: ['b'],
  },
  {
    name: 'of two who cancel the last one lets it be queued again',
    build: (m) => {
      const w = m.workItem(m.workqueue('q'), 'w', (t) => t.local('work'))
      m.thread('a', (t) => (t.queueWork(w), t.cancelWorkSync(w)))
      m.thread('c', (t) => t.cancelWorkSync(w))
      m.thread('b', (t) => t.queueWork(w, { already: () => {} }))
    },
    after: [
      ...running,
      'a: cancelWorkSync w -> cancelling',
      'c: cancelWorkSync w -> cancelling',
      'q/0: work',
      'q/0: finishWork w',
      'a: cancelWorkSync w',
    ],
    enabled: ['b: queueWork w -> already'],
    enabledOf: ['b'],
  },
  {
    name: 'an item that queues itself for ever is stopped by cancel_work_sync()',
    build: (m) => {
      const q = m.workqueue('q')
      const w: Item = m.workItem(q, 'w', (t) => t.queueWork(w))
      m.thread('a', (t) => (t.queueWork(w), t.cancelWorkSync(w), t.assert(not(field(w, 'pending')))))
    },
    expected: holds,
  },
  {
    name: 'queueing a pending item is ok where nobody handles already',
    build: (m) => {
      const w = m.workItem(m.workqueue('q'), 'w', (t) => t.local())
      m.thread('a', (t) => (t.queueWork(w), t.queueWork(w, { ok: () => t.local('queued') })))
    },
    after: ['a: queueWork w -> ok', 'a: queueWork w -> already'],
    enabled: ['a: queued', 'q/0: startWork w'],
  },
]

export const workerFacts: readonly Fact[] = [...order, ...making, ...cancelling]
