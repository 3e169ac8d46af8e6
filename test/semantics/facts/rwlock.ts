// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, unknown, type Fact } from './fact.ts'
import { lockOf, rwlockSections, sectionFacts } from './spinning.ts'

type Lock = ObjectHandle<'rwlock'>
const over = (threads: Readonly<Record<string, (t: T, l: Lock) => void>>, more?: (m: M, l: Lock) => void) => (m: M) => {
  const l = m.rwlock('l')
  for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, l))
  more?.(m, l)
}
const reads = (t: T, l: Lock): void => {
  t.readLock(l)
  t.readUnlock(l)
}
const writes = (t: T, l: Lock): void => {
  t.writeLock(l)
  t.writeUnlock(l)
}
const triesRead = (t: T, l: Lock): void => t.readTrylock(l, { got: () => t.readUnlock(l), missed: () => {} })
const triesWrite = (t: T, l: Lock): void => t.writeTrylock(l, { got: () => t.writeUnlock(l), missed: () => {} })
const queued = 'w: writeLock l -> queued'
const onTop = { on: ['r'], idleCpu: false, when: true } as const

const readers = rwlockSections.filter(({ mode }) => mode === 'read')
const writers = rwlockSections.filter(({ mode }) => mode === 'write')

export const rwlockFacts: readonly Fact[] = [
  ...sectionFacts(rwlockSections),
  ...readers.flatMap(({ lock, unlock, phase }): Fact[] => {
    const build = (m: M): void => {
      const on = lockOf(m, 'rwlock')
      for (const name of ['r', 'q'])
        m.thread(name, (t) => {
          on(t)(lock)
          on(t)(unlock)
        })
      m.thread('w', (t) => {
        on(t)('writeLock')
        on(t)('writeUnlock')
      })
    }
    return [
      {
        name: `${lock} joins readers while no writer waits`,
        build,
        after: [`r: ${lock} l`],
        enabled: [`q: ${lock} l`, `r: ${unlock} l`, queued],
      },
      ...(lock === 'readLockBh'
        ? [
            {
              name: 'readLockBh by a task does not wait for a writer that merely waits: bottom halves are off',
              build,
              after: [`r: ${lock} l`, queued],
              enabled: [`q: ${lock} l`, `r: ${unlock} l`],
            },
          ]
        : [
            {
              name: `${lock} by a task waits behind a waiting writer`,
              build,
              after: [`r: ${lock} l`, queued, ...(phase === undefined ? [] : [`q: ${lock} l -> ${phase}`])],
              enabled: [`r: ${unlock} l`],
            },
          ]),
      {
        name: `${lock} waits for a writer that holds the lock`,
        build,
        after: ['w: writeLock l', ...(phase === undefined ? [] : [`q: ${lock} l -> ${phase}`])],
        enabled: ['w: writeUnlock l'],
        enabledOf: ['q', 'w'],
      },
      ...(['localBhDisable', 'spinLockBh', 'readLockBh', 'writeLockBh'] as const).map((off): Fact => ({
        name: `${lock} after ${off} does not wait for a writer that merely waits`,
        build: (m) => {
          const [on, o, s] = [lockOf(m, 'rwlock'), m.rwlock('o'), m.spinlock('s')]
          m.thread('r', (t) => {
            on(t)('readLock')
            on(t)('readUnlock')
          })
          m.thread('q', (t) => {
            if (off === 'localBhDisable') t.localBhDisable()
            else if (off === 'spinLockBh') t.spinLockBh(s)
            else t[off](o)
            on(t)(lock)
            on(t)(unlock)
          })
          m.thread('w', (t) => {
            on(t)('writeLock')
            on(t)('writeUnlock')
          })
        },
        after: [
          'r: readLock l',
          queued,
          off === 'localBhDisable' ? 'q: localBhDisable' : `q: ${off} ${off === 'spinLockBh' ? 's' : 'o'}`,
        ],
        enabled: [`q: ${lock} l`],
        enabledOf: ['q'],
      })),
      {
        name: `${lock} that joined has to be given back before a writer gets in`,
        build,
        after: [`r: ${lock} l`, `q: ${lock} l`, queued, `r: ${unlock} l`],
        enabled: [`q: ${unlock} l`],
      },
      {
        name: `${unlock} by the last reader lets the writer in`,
        build,
        after: [`r: ${lock} l`, `q: ${lock} l`, queued, `r: ${unlock} l`, `q: ${unlock} l`],
        enabled: ['w: writeLock l'],
      },
      ...(phase === undefined
        ? []
        : [
            {
              name: `${lock} that spun is a reader like any other`,
              build,
              after: ['w: writeLock l', `q: ${lock} l -> ${phase}`, 'w: writeUnlock l', `q: ${lock} l`],
              enabled: [`q: ${unlock} l`, `r: ${lock} l`],
            },
          ]),
    ]
  }),
  ...writers.flatMap(({ lock, unlock }): Fact[] => {
    const build = (m: M): void => {
      const on = lockOf(m, 'rwlock')
      m.thread('w', (t) => {
        on(t)(lock)
        on(t)(unlock)
      })
      for (const name of ['r', 'q'])
        m.thread(name, (t) => {
          on(t)('readLock')
          on(t)('readUnlock')
        })
    }
    return [
      {
        name: `${lock}: a waiting writer stops new readers of task context`,
        build,
        after: ['r: readLock l', `w: ${lock} l -> queued`],
        enabled: ['r: readUnlock l'],
      },
      {
        name: `${lock}: a writer that got in waits no longer`,
        build,
        after: ['r: readLock l', `w: ${lock} l -> queued`, 'r: readUnlock l', `w: ${lock} l`, `w: ${unlock} l`],
        enabled: ['q: readLock l'],
      },
      {
        name: `${lock}: ${unlock} lets readers in`,
        build,
        after: [`w: ${lock} l`, `w: ${unlock} l`],
        enabled: ['q: readLock l', 'r: readLock l'],
      },
      {
        name: `${lock} waits for a reader: a reader that wants to write deadlocks on itself`,
        build: (m) => {
          const on = lockOf(m, 'rwlock')
          m.thread('a', (t) => {
            on(t)('readLock')
            on(t)(lock)
          })
        },
        expected: deadlock('self', ['a'], ['l']),
      },
    ]
  }),
  {
    name: 'a handler that reads does not wait for a writer that merely waits',
    build: over({ r: reads, w: writes }, (m, l) => m.irq('irq', (t) => reads(t, l), onTop)),
    after: ['r: readLock l', queued, 'irq: irq on r'],
    enabled: ['irq: readLock l'],
  },
  {
    name: 'a handler that reads waits for a writer that holds the lock',
    build: over({ r: reads, w: writes }, (m, l) => m.irq('irq', (t) => reads(t, l), onTop)),
    after: ['w: writeLock l', 'irq: irq on r'],
    enabled: ['w: writeUnlock l'],
  },
  {
    name: 'read recursion of a task deadlocks on itself behind a waiting writer',
    build: over({
      r: (t, l) => {
        t.readLock(l)
        t.readLock(l)
        t.readUnlock(l)
        t.readUnlock(l)
      },
      w: writes,
    }),
    expected: deadlock('self', ['r', 'w'], ['l']),
  },
  ...([true, false] as const).map((bh): Fact => ({
    name: `${bh ? 'read recursion of a task in read_lock_bh() is safe' : 'with interrupts off instead it deadlocks'}`,
    build: over({
      r: (t, l) => {
        if (bh) t.readLockBh(l)
        else t.readLockIrqsave(l)
        t.readLock(l)
        t.readUnlock(l)
        if (bh) t.readUnlockBh(l)
        else t.readUnlockIrqrestore(l)
      },
      w: writes,
    }),
    expected: bh ? holds : deadlock('self', ['r', 'w'], ['l']),
  })),
  {
    name: 'once bottom halves are on again a task waits behind a waiting writer as before',
    build: over({
      r: reads,
      w: writes,
      q: (t, l) => {
        t.localBhDisable()
        t.localBhEnable()
        reads(t, l)
      },
    }),
    after: ['r: readLock l', queued, 'q: localBhDisable', 'q: localBhEnable'],
    enabled: ['r: readUnlock l'],
  },
  {
    name: 'read recursion through a handler is safe while the writer disables interrupts',
    build: over({ r: reads }, (m, l) => {
      m.irq('irq', (t) => reads(t, l), { when: true })
      m.thread('w', (t) => {
        t.writeLockIrq(l)
        t.writeUnlockIrq(l)
      })
    }),
    expected: holds,
  },
  {
    name: 'read recursion through a softirq handler is safe while the writer disables softirqs',
    build: over({ r: reads }, (m, l) => {
      m.softirq('timer', (t) => reads(t, l), { when: true })
      m.thread('w', (t) => {
        t.writeLockBh(l)
        t.writeUnlockBh(l)
      })
    }),
    expected: holds,
  },
  {
    name: 'a writer with interrupts on deadlocks with a handler that reads on top of it',
    build: over({ w: writes }, (m, l) => m.irq('irq', (t) => reads(t, l), { on: ['w'], idleCpu: false, when: true })),
    expected: deadlock('irq', ['irq', 'w'], ['l']),
  },
  {
    name: 'read_trylock() joins readers',
    build: over({ r: reads, q: triesRead }),
    after: ['r: readLock l'],
    enabled: ['q: readTrylock l -> got', 'r: readUnlock l'],
  },
  {
    name: 'read_trylock() that got in keeps writers out',
    build: over({ q: triesRead, w: writes }),
    after: ['q: readTrylock l -> got'],
    enabled: ['q: readUnlock l', queued],
  },
  {
    name: 'read_trylock() fails behind a waiting writer',
    build: over({ r: reads, q: triesRead, w: writes }),
    after: ['r: readLock l', queued],
    enabled: ['q: readTrylock l -> missed', 'r: readUnlock l'],
  },
  {
    name: 'read_trylock() fails behind a holding writer',
    build: over({ q: triesRead, w: writes }),
    after: ['w: writeLock l'],
    enabled: ['q: readTrylock l -> missed', 'w: writeUnlock l'],
  },
  {
    name: 'read_trylock() and write_trylock() get a free lock and do not miss it',
    build: over({ q: triesRead, v: triesWrite }),
    after: [],
    enabled: ['q: readTrylock l -> got', 'v: writeTrylock l -> got'],
  },
  {
    name: 'write_trylock() gets a free lock and excludes',
    build: over({ v: triesWrite, w: writes }),
    after: ['v: writeTrylock l -> got'],
    enabled: ['v: writeUnlock l', queued],
  },
  {
    name: 'write_trylock() fails while anybody reads',
    build: over({ r: reads, v: triesWrite }),
    after: ['r: readLock l'],
    enabled: ['r: readUnlock l', 'v: writeTrylock l -> missed'],
  },
  {
    name: 'write_trylock() fails while anybody writes',
    build: over({ w: writes, v: triesWrite }),
    after: ['w: writeLock l'],
    enabled: ['v: writeTrylock l -> missed', 'w: writeUnlock l'],
  },
  {
    name: 'write_trylock() fails on a free lock that a writer waits for',
    build: over({ r: reads, v: triesWrite, w: writes }),
    after: ['r: readLock l', queued, 'r: readUnlock l'],
    enabled: ['v: writeTrylock l -> missed', 'w: writeLock l'],
  },
  ...(['readTrylock', 'writeTrylock'] as const).flatMap((op): Fact[] => [
    {
      name: `${op} is allowed in a handler, also on top of a process that holds the lock`,
      build: over({ r: reads, w: writes }, (m, l) =>
        m.irq('irq', (t) => (op === 'readTrylock' ? triesRead : triesWrite)(t, l), { when: true }),
      ),
      expected: holds,
    },
    {
      name: `${op} that got in makes the process atomic`,
      build: (m) => {
        const [l, x] = [m.rwlock('l'), m.mutex('x')]
        m.thread('a', (t) => t[op](l, { got: () => t.lock(x), missed: () => {} }))
      },
      expected: misuse('sleep-in-atomic', 'a', 'x'),
    },
    {
      name: `${op} can miss for ever where others write again and again`,
      build: (m) => {
        const l = m.rwlock('l')
        m.thread('a', (t) => {
          t.loop(() => t[op](l, { got: () => t.break(), missed: () => {} }))
          if (op === 'readTrylock') t.readUnlock(l)
          else t.writeUnlock(l)
        })
        m.thread('w', (t) => t.loop(() => writes(t, l)))
      },
      expected: starved('a', 'l'),
    },
  ]),
  {
    name: 'a reader cannot release as a writer',
    build: over({
      r: (t, l) => {
        t.readLock(l)
        t.writeUnlock(l)
      },
    }),
    expected: misuse('unlock-not-held', 'r', 'l'),
  },
  {
    name: 'a writer cannot release as a reader',
    build: over({
      w: (t, l) => {
        t.writeLock(l)
        t.readUnlock(l)
      },
    }),
    expected: misuse('unlock-not-held', 'w', 'l'),
  },
  {
    name: 'a fourth read-hold of one process makes the verdict unknown',
    build: over({
      r: (t, l) => {
        t.repeat(4, () => t.readLock(l))
        t.repeat(4, () => t.readUnlock(l))
      },
    }),
    expected: unknown('bound-hit'),
  },
  ...(
    [
      ['readLock', 'readUnlock'],
      ['readLockIrq', 'readUnlockIrq'],
      ['readLockIrqsave', 'readUnlockIrqrestore'],
      ['readLockBh', 'readUnlockBh'],
      ['writeLock', 'writeUnlock'],
      ['writeLockIrq', 'writeUnlockIrq'],
      ['writeLockIrqsave', 'writeUnlockIrqrestore'],
      ['writeLockBh', 'writeUnlockBh'],
    ] as const
  ).map(([lock, unlock]): Fact => ({
    name: `${unlock} after the preempt count was given back is misuse`,
    build: (m) => {
      const o = m.rwlock('o')
      m.thread('a', (t) => {
        t[lock](o)
        t.preemptEnable()
        t[unlock](o)
      })
    },
    expected: misuse('preempt-enable-unbalanced', 'a', 'o'),
  })),
]
