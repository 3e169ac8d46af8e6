// SPDX-License-Identifier: Apache-2.0
import { not } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, hazard, holds, misuse, type Fact } from './fact.ts'

interface Objects {
  readonly mm: ObjectHandle<'mmNotifiers'>
  readonly n: ObjectHandle<'interval'>
  readonly o: ObjectHandle<'interval'>
}
type Script = (t: T, objects: Objects) => void

const over =
  (threads: Readonly<Record<string, Script>>, init: object = {}) =>
  (m: M): void => {
    const mm = m.mmNotifiers('mm')
    const objects = { mm, n: m.interval('n', { mm, ...init }), o: m.interval('o', { mm }) }
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, objects))
  }
const begins: Script = (t, { n }) => t.intervalReadBegin(n)
const retries: Script = (t, { n }) => t.intervalReadRetry(n, { collided: () => {} })
const reads: Script = (t, o) => (begins(t, o), retries(t, o))
const invalidates: Script = (t, { mm, n }) => (t.invalidateStart(mm), t.intervalSetSeq(n), t.invalidateEnd(mm))
const removes: Script = (t, { n }) => t.intervalNotifierRemove(n)
const [start, seq, end] = ['i: invalidateStart mm', 'i: intervalSetSeq n', 'i: invalidateEnd mm']
/** Of an invalidation that is not the last, and of one whose number is written already. */
const [inner, again] = ['i: invalidateEnd mm #2', 'j: intervalSetSeq n #2']
const begun = 'r: intervalReadBegin n'
const waits = 'r: intervalReadBegin n -> invalidating'
const [valid, collided] = ['r: intervalReadRetry n -> ok', 'r: intervalReadRetry n -> collided']
/** What the reader may do after these steps. */
const reader = (name: string, after: readonly string[], enabled: readonly string[], write: Script = reads): Fact => ({
  name,
  build: over({ r: write, i: invalidates, j: invalidates }),
  after,
  enabled,
  enabledOf: ['r'],
})
const second = (step: string): string => step.replace('i:', 'j:')

/**
 * A job reads user memory: pages are collected, checked under the lock of the driver, and the fence is published. The
 * callback writes the number under that lock, waits for what was published, and then the pages go.
 */
const userptr =
  ({ recheck = true, locked = true }: { readonly recheck?: boolean; readonly locked?: boolean }) =>
  (m: M): void => {
    const [mm, pages, driver] = [m.mmNotifiers('mm'), m.buffer('pages'), m.rwsem('driver')]
    const [n, v] = [m.interval('n', { mm }), m.mapping('v', { buffer: pages })]
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    const [f, pushed, collected, gone] = [m.fence('f'), m.flag('pushed'), m.flag('collected'), m.flag('gone')]
    m.intervalCallback(n, 'invalidate', (t) => {
      t.downWrite(driver)
      t.intervalSetSeq(n)
      t.upWrite(driver)
      t.waitFences(r)
      t.select({
        first: () => (t.step({ when: not(gone), set: [[gone, 1]] }), t.freeBuffer(pages)),
        later: () => t.await(gone),
      })
    })
    m.thread('exec', (t) => {
      t.intervalReadBegin(n)
      t.mapBuffer(v)
      t.set(collected, true)
      t.wwLockPlain(r)
      t.reserveFences(r)
      const publishes = (): void => {
        t.addFence(r, { fence: f })
        t.set(pushed, true)
      }
      if (locked) t.downRead(driver)
      if (recheck)
        // An attempt that collided is given up; going round would be a retry loop.
        t.intervalReadRetry(n, { ok: publishes, collided: () => {} })
      else publishes()
      if (locked) t.upRead(driver)
      t.wwUnlock(r)
    })
    m.hardware('gpu', (t) => (t.idle(), t.await(pushed), t.readMapped(v), t.signal(f)))
    // Before that it would collect other pages, or none.
    m.thread('munmap', (t) => (t.await(collected), t.invalidateRange()))
  }

/** Rules R36 to R38 (docs/contract.md). */
export const mmuIntervalFacts: readonly Fact[] = [
  reader('a reader begins at once where nothing is invalidated', [], [begun]),
  reader('without an invalidation it need not retry', [begun], [valid]),
  reader('while an invalidation has begun but not written the number, a reader still begins at once', [start], [begun]),
  reader('a reader that has begun before the number was written has to retry', [begun, start, seq], [collided]),
  reader('also one that has begun after the invalidation has', [start, begun, seq], [collided]),
  reader('and when the invalidation is over', [begun, start, seq, end], [collided]),
  reader('until the number is written it need not', [begun, start], [valid]),
  reader('while the number written is the one under way a reader waits', [start, seq], [waits]),
  reader('and goes on waiting', [start, seq, waits], []),
  reader('until the invalidation is over', [start, seq, waits, end], [begun]),
  reader('having waited it need not retry', [start, seq, waits, end, begun], [valid]),
  reader('after the invalidation a new reader begins at once', [start, seq, end], [begun]),
  reader('and need not retry', [start, seq, end, begun], [valid]),
  reader('a reader waits for the last of two invalidations', [start, second(start), seq, waits, inner], []),
  reader('and until that is over', [start, second(start), seq, waits, inner, again, second(end)], [begun]),
  reader(
    'a second invalidation under the same number does not make it retry',
    [start, second(start), seq, waits, again, inner, second(end), begun],
    [valid],
  ),
  reader(
    'one that begins before it has woken does not keep it, but makes it retry',
    [start, seq, waits, end, second(start), second(seq), begun],
    [collided],
  ),
  reader(
    'that there was one is forgotten with the next read',
    [begun, start, seq, end, collided, begun],
    [valid],
    (t, o) => (reads(t, o), reads(t, o)),
  ),
  {
    name: 'one of two invalidations that ends is not the last',
    build: over({ i: invalidates, j: invalidates }),
    after: [start, second(start), seq],
    enabled: [inner, again],
  },
  {
    name: 'a reader of another range of the mm waits for the last invalidation too',
    build: over({
      r: reads,
      i: invalidates,
      j: (t, { mm, o }) => (t.invalidateStart(mm), t.intervalSetSeq(o), t.invalidateEnd(mm)),
    }),
    after: [start, seq, waits, 'j: invalidateStart mm', 'j: intervalSetSeq o', inner],
    enabled: ['j: invalidateEnd mm'],
  },
  {
    name: 'a reader of a range that is not invalidated does not wait for others',
    build: over({ r: (t, { o }) => t.intervalReadBegin(o), i: invalidates }),
    after: [start, seq],
    enabled: [end, 'r: intervalReadBegin o'],
  },
  {
    name: 'the number is the notifier’s own: another range need not retry',
    build: over({
      r: (t, { o }) => (t.intervalReadBegin(o), t.intervalReadRetry(o, { collided: () => {} })),
      i: invalidates,
    }),
    after: ['r: intervalReadBegin o', start, seq, end],
    enabled: ['r: intervalReadRetry o -> ok'],
  },
  {
    name: 'each reader has a number of its own',
    build: over({ r: reads, q: reads, i: invalidates }),
    after: [begun, start, seq, end, 'q: intervalReadBegin n'],
    enabled: ['q: intervalReadRetry n -> ok', collided],
  },
  {
    name: 'asking whether to retry without having begun is misuse',
    build: over({ r: retries }),
    expected: misuse('read-retry-without-begin', 'r', 'n'),
  },
  {
    name: 'a stored number may be asked for again and again',
    build: over({ r: (t, o) => (reads(t, o), retries(t, o)) }),
    expected: holds,
  },
  {
    name: 'writing the number outside an invalidation is misuse',
    build: over({ r: (t, { n }) => t.intervalSetSeq(n) }),
    expected: misuse('set-seq-outside-invalidation', 'r', 'n'),
  },
  {
    name: 'ending an invalidation that one has not begun is misuse',
    build: over({ i: (t, { mm }) => (t.invalidateStart(mm), t.invalidateEnd(mm), t.invalidateEnd(mm)) }),
    expected: misuse('invalidate-end-without-start', 'i', 'mm'),
  },
  {
    name: 'ending inside an invalidation is misuse',
    build: over({ i: (t, { mm }) => t.invalidateStart(mm) }),
    expected: misuse('rest-while-holding', 'i', 'mm'),
  },
  {
    name: 'invalidations nest',
    build: over({
      i: (t, o) => (t.invalidateStart(o.mm), invalidates(t, o), invalidates(t, o), t.invalidateEnd(o.mm)),
      r: reads,
    }),
    expected: holds,
  },
  {
    name: 'an inner one that ends wakes nobody',
    build: over({ i: (t, o) => (t.invalidateStart(o.mm), invalidates(t, o), t.invalidateEnd(o.mm)), r: reads }),
    after: [start, start, seq, waits, inner],
    enabled: [end],
  },
  {
    name: 'a read that begins in the callback, after the number was written, waits for itself',
    build: over({ i: (t, o) => (t.invalidateStart(o.mm), t.intervalSetSeq(o.n), begins(t, o), t.invalidateEnd(o.mm)) }),
    expected: deadlock('self', ['i'], ['n']),
  },
  {
    name: 'a reader that waits with what the callback takes deadlocks with it',
    build: (m) => {
      const [mm, x] = [m.mmNotifiers('mm'), m.mutex('x')]
      const n = m.interval('n', { mm })
      m.thread('r', (t) => (t.lock(x), t.intervalReadBegin(n), t.unlock(x)))
      m.thread('i', (t) => {
        t.invalidateStart(mm)
        t.intervalSetSeq(n)
        t.lock(x)
        t.unlock(x)
        t.invalidateEnd(mm)
      })
    },
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'cycle', processes: ['i', 'r'] },
  },
  {
    name: 'a reader that goes round until nothing collides can do so for ever',
    build: over({
      r: (t, o) =>
        t.loop(() => {
          begins(t, o)
          t.intervalReadRetry(o.n, { ok: () => t.break(), collided: () => {} })
        }),
      i: (t, o) => t.loop(() => (t.idle(), invalidates(t, o))),
    }),
    expected: starved('r', 'n'),
  },
  {
    name: 'removing a notifier where nothing is invalidated is immediate',
    build: over({ r: removes, i: invalidates }),
    after: ['r: intervalNotifierRemove n'],
    enabled: [start],
  },
  {
    name: 'otherwise it waits, also for an invalidation that has not come to its callback',
    build: over({ r: removes, i: invalidates }),
    after: [start, 'r: intervalNotifierRemove n -> leaving'],
    enabled: [seq],
  },
  {
    name: 'until the invalidation is over',
    build: over({ r: removes, i: invalidates }),
    after: [start, 'r: intervalNotifierRemove n -> leaving', seq, end],
    enabled: ['r: intervalNotifierRemove n'],
  },
  {
    name: 'removing in the callback waits for itself',
    build: over({ i: (t, o) => (t.invalidateStart(o.mm), removes(t, o), t.invalidateEnd(o.mm)) }),
    expected: deadlock('self', ['i'], ['n']),
  },
  {
    name: 'removing twice is misuse',
    build: over({ r: (t, o) => (removes(t, o), removes(t, o)) }),
    expected: misuse('remove-twice', 'r', 'n'),
  },
  ...([true, false] as const).map((inserted): Fact => ({
    name: `a callback ${inserted ? 'runs' : 'does not run'} where its notifier ${inserted ? 'is there' : 'was never inserted'}`,
    build: (m) => {
      const mm = m.mmNotifiers('mm')
      const n = m.interval('n', { mm, inserted })
      m.intervalCallback(n, 'invalidate', (t) => t.unreachable('called'))
      m.thread('a', (t) => t.invalidateRange())
      // Somebody removes it some day, or may have to.
      m.thread('b', (t) => t.when(0, () => t.intervalNotifierRemove(n)))
    },
    expected: inserted ? { verdict: 'violated', kind: 'assertion' } : holds,
  })),
  {
    name: 'after its removal a callback does not run',
    build: (m) => {
      const [mm, gone] = [m.mmNotifiers('mm'), m.flag('gone')]
      const n = m.interval('n', { mm })
      m.intervalCallback(n, 'invalidate', (t) => t.assert(not(gone)))
      m.thread('a', (t) => t.invalidateRange())
      m.thread('b', (t) => (t.intervalNotifierRemove(n), t.set(gone, true)))
    },
    expected: holds,
  },
  {
    name: 'a removal in an invalidation takes effect with its end, whoever is served first',
    build: (m) => {
      const mm = m.mmNotifiers('mm')
      const n = m.interval('n', { mm })
      m.intervalCallback(n, 'invalidate', (t) => t.local('called'))
      m.thread('a', (t) => (t.invalidateRange(), t.invalidateRange()))
      m.thread('b', (t) => t.intervalNotifierRemove(n))
    },
    after: [
      'a: invalidateRange',
      'a: invalidateStart mm',
      'b: intervalNotifierRemove n -> leaving',
      'a: [n.inserted]',
      'a: called',
      'a: invalidateEnd mm',
      'a: invalidateRange',
      'a: invalidateStart mm',
    ],
    enabled: ['a: [!n.inserted]'],
    enabledOf: ['a'],
  },
  {
    name: 'the callbacks of one mm run one after another inside one invalidation, those of another mm in their own',
    build: (m) => {
      const [mm, other] = [m.mmNotifiers('mm'), m.mmNotifiers('other')]
      for (const [name, of] of [
        ['n', mm],
        ['o', mm],
        ['p', other],
      ] as const)
        m.intervalCallback(m.interval(name, { mm: of }), `of ${name}`, (t) => t.local(name))
      m.thread('a', (t) => t.invalidateRange())
    },
    after: [
      'a: invalidateRange',
      'a: invalidateStart mm',
      'a: n',
      'a: o',
      'a: invalidateEnd mm',
      'a: invalidateStart other',
      'a: p',
      'a: invalidateEnd other',
    ],
    enabled: [],
  },
  {
    name: 'an allocation may run the callbacks',
    build: (m) => {
      const [mm, x] = [m.mmNotifiers('mm'), m.mutex('x')]
      m.intervalCallback(m.interval('n', { mm }), 'invalidate', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => (t.lock(x), t.allocNoio(), t.unlock(x)))
    },
    expected: deadlock('self', ['a'], ['x']),
  },
  {
    name: 'user pages that are checked under the lock of the driver, before the fence is published, are safe',
    build: userptr({}),
    expected: holds,
  },
  ...([{ recheck: false }, { locked: false }] as const).map((how): Fact => ({
    name: `user pages that are ${'recheck' in how ? 'not checked' : 'checked without that lock'} are used after they are gone`,
    build: userptr(how),
    expected: hazard('use-after-free', 'access-after-free', 'gpu', 'v'),
  })),
  {
    name: 'called non-blockable a callback must not sleep',
    build: (m) => {
      const [mm, x] = [m.mmNotifiers('mm'), m.mutex('x')]
      m.intervalCallback(m.interval('n', { mm }), 'invalidate', (t) => (t.lock(x), t.unlock(x)))
      m.worker('oom', (t) => t.oomReap())
    },
    expected: misuse('sleep-in-atomic', 'oom', 'x'),
  },
  {
    name: 'one that answers -EAGAIN instead is fine, and the readers get on',
    build: (m) => {
      const [mm, x] = [m.mmNotifiers('mm'), m.mutex('x')]
      const n = m.interval('n', { mm })
      const works = (t: T): void => (t.intervalSetSeq(n), t.unlock(x))
      m.intervalCallback(n, 'invalidate', (t) =>
        t.rangeBlockable({
          yes: () => (t.lock(x), works(t)),
          no: () => t.trylock(x, { got: () => works(t), missed: () => t.local('-EAGAIN') }),
        }),
      )
      m.worker('oom', (t) => t.oomReap())
      m.thread(
        'r',
        (t) => (t.intervalReadBegin(n), t.lock(x), t.intervalReadRetry(n, { collided: () => {} }), t.unlock(x)),
      )
    },
    expected: holds,
  },
  {
    name: 'nothing but beginning to read and removing sleeps',
    build: (m) => {
      const [mm, l] = [m.mmNotifiers('mm'), m.spinlock('l')]
      const n = m.interval('n', { mm })
      m.thread('a', (t) => {
        t.intervalReadBegin(n)
        t.spinLock(l)
        t.invalidateStart(mm)
        t.intervalSetSeq(n)
        t.invalidateEnd(mm)
        t.intervalReadRetry(n, { collided: () => {} })
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
]
