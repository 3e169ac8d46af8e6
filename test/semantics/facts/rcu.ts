// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

/** RCU, or SRCU on a domain `s`: what they do alike, by the names that the steps have. */
interface Flavour {
  readonly name: string
  readonly lock: string
  readonly unlock: string
  readonly sync: string
  readonly over: (threads: Readonly<Record<string, (t: T, r: Reads) => void>>) => (m: M) => void
}
interface Reads {
  readonly lock: (t: T) => void
  readonly unlock: (t: T) => void
  readonly sync: (t: T) => void
}
const rcu: Reads = {
  lock: (t) => t.rcuReadLock(),
  unlock: (t) => t.rcuReadUnlock(),
  sync: (t) => t.synchronizeRcu(),
}
const srcu = (s: ObjectHandle<'srcu'>): Reads => ({
  lock: (t) => t.srcuReadLock(s),
  unlock: (t) => t.srcuReadUnlock(s),
  sync: (t) => t.synchronizeSrcu(s),
})
const over =
  (reads: (m: M) => Reads): Flavour['over'] =>
  (threads) =>
  (m) => {
    const r = reads(m)
    for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, r))
  }
const ofRcu: Flavour = {
  name: 'synchronize_rcu()',
  lock: 'rcuReadLock',
  unlock: 'rcuReadUnlock',
  sync: 'synchronizeRcu',
  over: over(() => rcu),
}
const ofSrcu: Flavour = {
  name: 'synchronize_srcu()',
  lock: 'srcuReadLock s',
  unlock: 'srcuReadUnlock s',
  sync: 'synchronizeSrcu s',
  over: over((m) => srcu(m.srcu('s'))),
}
const reads = (t: T, { lock, unlock }: Reads): void => (lock(t), unlock(t))
const nests = (t: T, r: Reads): void => (r.lock(t), reads(t, r), r.unlock(t))
const twice = (t: T, r: Reads): void => (reads(t, r), reads(t, r))
const syncs = (t: T, { sync }: Reads): void => sync(t)

const alike = ({ name, lock, unlock, sync, over: all }: Flavour): readonly Fact[] => [
  { name: `${name} without readers returns at once`, build: all({ s: syncs }), after: [], enabled: [`s: ${sync}`] },
  {
    name: `${name} waits for a section that has begun`,
    build: all({ r: reads, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`],
    enabled: [`r: ${unlock}`],
  },
  {
    name: `${name} cannot but wait for it`,
    build: all({ r: reads, s: syncs }),
    after: [`r: ${lock}`],
    enabled: [`r: ${unlock}`, `s: ${sync} -> waiting`],
  },
  {
    name: `${name} goes on when it has ended`,
    build: all({ r: reads, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `r: ${unlock}`],
    enabled: [`s: ${sync}`],
  },
  {
    name: `${name} does not wait for the next section of the same reader`,
    build: all({ r: twice, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `r: ${unlock}`, `r: ${lock}`],
    enabled: [`r: ${unlock}`, `s: ${sync}`],
  },
  {
    name: `${name} does not wait for a section that begins later`,
    build: all({ q: reads, r: reads, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `q: ${lock}`, `r: ${unlock}`],
    enabled: [`q: ${unlock}`, `s: ${sync}`],
  },
  {
    name: `${name} waits for the outermost of nested sections`,
    build: all({ r: nests, s: syncs }),
    after: [`r: ${lock}`, `r: ${lock}`, `s: ${sync} -> waiting`, `r: ${unlock}`],
    enabled: [`r: ${unlock}`],
  },
  {
    name: `${name} waits for the outermost section also if an inner one begins later`,
    build: all({ r: nests, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `r: ${lock}`],
    enabled: [`r: ${unlock}`],
  },
  {
    name: `${name} waits for it also when that inner one has ended`,
    build: all({ r: nests, s: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `r: ${lock}`, `r: ${unlock}`],
    enabled: [`r: ${unlock}`],
  },
  {
    name: `${name} called while another waits waits for the readers in between, the first does not`,
    build: all({ q: reads, r: reads, s: syncs, u: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `q: ${lock}`, `u: ${sync} -> waiting`, `r: ${unlock}`],
    enabled: [`q: ${unlock}`, `s: ${sync}`],
  },
  {
    name: `the second ${name} still waits for them when the first is done`,
    build: all({ q: reads, r: reads, s: syncs, u: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `q: ${lock}`, `u: ${sync} -> waiting`, `r: ${unlock}`, `s: ${sync}`],
    enabled: [`q: ${unlock}`],
  },
  {
    name: `the second ${name} goes on when they have ended`,
    build: all({ q: reads, r: reads, s: syncs, u: syncs }),
    after: [
      `r: ${lock}`,
      `s: ${sync} -> waiting`,
      `q: ${lock}`,
      `u: ${sync} -> waiting`,
      `r: ${unlock}`,
      `s: ${sync}`,
      `q: ${unlock}`,
    ],
    enabled: [`u: ${sync}`],
  },
  {
    name: `a reader that began after both calls of ${name} keeps neither, in any order`,
    build: all({ q: reads, r: reads, s: syncs, u: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `u: ${sync} -> waiting`, `q: ${lock}`, `r: ${unlock}`, `s: ${sync}`],
    enabled: [`q: ${unlock}`, `u: ${sync}`],
  },
  {
    name: `nor if the second call of ${name} is done first`,
    build: all({ q: reads, r: reads, s: syncs, u: syncs }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `u: ${sync} -> waiting`, `q: ${lock}`, `r: ${unlock}`, `u: ${sync}`],
    enabled: [`q: ${unlock}`, `s: ${sync}`],
  },
  {
    name: `${name} that is called when others have waited and gone takes the first place again`,
    build: all({ q: reads, r: twice, s: (t, r) => (r.sync(t), r.sync(t)) }),
    after: [
      `r: ${lock}`,
      `s: ${sync} -> waiting`,
      `r: ${unlock}`,
      `s: ${sync}`,
      `r: ${lock}`,
      `s: ${sync} -> waiting`,
      `q: ${lock}`,
      `r: ${unlock}`,
    ],
    enabled: [`q: ${unlock}`, `s: ${sync}`],
  },
  {
    name: `a section that a place was given back in still keeps who comes after it from ${name}`,
    build: all({ q: reads, r: reads, s: (t, r) => (r.sync(t), r.sync(t)) }),
    after: [`r: ${lock}`, `s: ${sync} -> waiting`, `q: ${lock}`, `r: ${unlock}`, `s: ${sync}`, `s: ${sync} -> waiting`],
    enabled: [`q: ${unlock}`],
  },
  {
    name: `a section begun while somebody waits keeps who comes later from ${name}, also the second time`,
    build: all({ q: twice, r: reads, s: syncs, u: syncs }),
    after: [
      `r: ${lock}`,
      `s: ${sync} -> waiting`,
      `q: ${lock}`,
      `q: ${unlock}`,
      `r: ${unlock}`,
      `s: ${sync}`,
      `q: ${lock}`,
      `u: ${sync} -> waiting`,
    ],
    enabled: [`q: ${unlock}`],
  },
  {
    name: `${name} can be called again and again`,
    build: all({ r: (t, r) => t.repeat(4, () => reads(t, r)), s: (t, r) => t.repeat(4, () => r.sync(t)) }),
    expected: holds,
  },
  {
    name: `readers and ${name} cannot deadlock`,
    build: all({ q: nests, r: twice, s: syncs, u: syncs }),
    expected: holds,
  },
]

const asleep = (m: M): void => {
  const x = m.mutex('x')
  m.thread('r', (t) => (t.rcuReadLock(), t.lock(x), t.unlock(x), t.rcuReadUnlock()))
}
/** A reader takes a lock that is held over the wait for it. */
const locked =
  (outside: boolean) =>
  (m: M): void => {
    const [s, x] = [m.srcu('s'), m.mutex('x')]
    m.thread('r', (t) => (t.srcuReadLock(s), t.lock(x), t.unlock(x), t.srcuReadUnlock(s)))
    m.thread('u', (t) => {
      t.lock(x)
      if (outside) t.unlock(x)
      t.synchronizeSrcu(s)
      if (!outside) t.unlock(x)
    })
  }
/** As mmu notifiers run: in reclaim, inside a section, and somebody unregisters one under what it waits for. */
const notifier = (m: M): void => {
  const [s, f] = [m.srcu('s'), m.fence('f', { published: true })]
  m.mmuNotifier('n', (t) => (t.srcuReadLock(s), t.wait(f), t.srcuReadUnlock(s)))
  m.thread('a', (t) => t.allocKernel())
  m.worker('w', (t) => (t.synchronizeSrcu(s), t.signal(f)))
}

export const rcuFacts: readonly Fact[] = [
  ...alike(ofRcu),
  { name: 'sleeping in an RCU read section is misuse', build: asleep, expected: misuse('sleep-in-atomic', 'r', 'x') },
  {
    name: 'after the section it is not',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('r', (t) => (nests(t, rcu), t.lock(x), t.unlock(x)))
    },
    expected: holds,
  },
  {
    name: 'between the ends of nested sections it still is',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('r', (t) => (t.rcuReadLock(), reads(t, rcu), t.lock(x), t.unlock(x), t.rcuReadUnlock()))
    },
    expected: misuse('sleep-in-atomic', 'r', 'x'),
  },
  {
    name: 'synchronize_rcu() inside a read section is misuse',
    build: (m) => m.thread('r', (t) => (t.rcuReadLock(), t.synchronizeRcu(), t.rcuReadUnlock())),
    expected: misuse('sleep-in-atomic', 'r', ''),
  },
  {
    name: 'rcu_read_unlock() without a section is misuse',
    build: (m) => m.thread('r', (t) => (reads(t, rcu), t.rcuReadUnlock())),
    expected: misuse('rcu-unlock-unbalanced', 'r', ''),
  },
  {
    name: 'going to rest inside a section is misuse',
    build: (m) => m.thread('r', (t) => t.rcuReadLock()),
    expected: misuse('rest-while-holding', 'r'),
  },
  {
    name: 'read sections are fine in atomic context and in handlers',
    build: (m) => {
      m.thread('r', (t) => (t.localIrqSave(), reads(t, rcu), t.localIrqRestore()))
      m.irq('h', (t) => reads(t, rcu), { on: ['r'] })
      m.thread('s', (t) => t.synchronizeRcu())
    },
    expected: holds,
  },
  {
    name: 'a spinlock in a section whose holder does not wait for it is fine',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('r', (t) => (t.rcuReadLock(), t.spinLock(l), t.spinUnlock(l), t.rcuReadUnlock()))
      m.thread('s', (t) => (t.spinLock(l), t.spinUnlock(l), t.synchronizeRcu()))
    },
    expected: holds,
  },
]

export const srcuFacts: readonly Fact[] = [
  ...alike(ofSrcu),
  {
    name: 'one may sleep in an SRCU read section',
    build: (m) => {
      const [s, x] = [m.srcu('s'), m.mutex('x')]
      m.thread('r', (t) => (t.srcuReadLock(s), t.lock(x), t.unlock(x), t.srcuReadUnlock(s)))
    },
    expected: holds,
  },
  {
    name: 'SRCU sections are fine in atomic context',
    build: (m) => {
      const s = m.srcu('s')
      m.thread('r', (t) => (t.preemptDisable(), reads(t, srcu(s)), t.preemptEnable()))
    },
    expected: holds,
  },
  {
    name: 'synchronize_srcu() inside a section of its domain waits for itself',
    build: (m) => {
      const s = m.srcu('s')
      m.thread('r', (t) => (t.srcuReadLock(s), t.synchronizeSrcu(s), t.srcuReadUnlock(s)))
    },
    expected: deadlock('self', ['r'], ['s']),
  },
  {
    name: 'inside a section of another domain it does not',
    build: (m) => {
      const [s, r] = [m.srcu('s'), m.srcu('r')]
      m.thread('r', (t) => (t.srcuReadLock(s), t.synchronizeSrcu(r), t.srcuReadUnlock(s)))
    },
    expected: holds,
  },
  {
    name: 'two that wait for each other’s domain inside their own deadlock',
    build: (m) => {
      const [s, r] = [m.srcu('s'), m.srcu('r')]
      m.thread('a', (t) => (t.srcuReadLock(s), t.synchronizeSrcu(r), t.srcuReadUnlock(s)))
      m.thread('b', (t) => (t.srcuReadLock(r), t.synchronizeSrcu(s), t.srcuReadUnlock(r)))
    },
    expected: deadlock('cycle', ['a', 'b'], ['r', 's']),
  },
  {
    name: 'synchronize_srcu() under a lock that a reader takes deadlocks',
    build: locked(false),
    expected: deadlock('cycle', ['r', 'u'], ['s', 'x']),
  },
  { name: 'outside the lock it does not', build: locked(true), expected: holds },
  {
    name: 'whoever signals what a notifier waits for must not wait for notifiers',
    build: notifier,
    expected: deadlock('cycle', ['a', 'w'], ['f', 's']),
  },
  {
    name: 'srcu_read_unlock() without a section is misuse',
    build: (m) => {
      const s = m.srcu('s')
      m.thread('r', (t) => (reads(t, srcu(s)), t.srcuReadUnlock(s)))
    },
    expected: misuse('unlock-not-held', 'r', 's'),
  },
  {
    name: 'going to rest inside an SRCU section is misuse',
    build: (m) => {
      const s = m.srcu('s')
      m.thread('r', (t) => t.srcuReadLock(s))
    },
    expected: misuse('rest-while-holding', 'r', 's'),
  },
]
