// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { starved, deadlock, holds, misuse, stuck, unknown, type Fact } from './fact.ts'

type Sem = ObjectHandle<'rwsem'>

/** Threads of these names over one rw_semaphore `s`. */
const over = (threads: Readonly<Record<string, (t: T, s: Sem) => void>>) => (m: M) => {
  const s = m.rwsem('s')
  for (const [name, write] of Object.entries(threads)) m.thread(name, (t) => write(t, s))
}

const reads = (t: T, s: Sem): void => {
  t.downRead(s)
  t.upRead(s)
}
const writes = (t: T, s: Sem): void => {
  t.downWrite(s)
  t.upWrite(s)
}
const triesRead = (t: T, s: Sem): void => t.downReadTrylock(s, { got: () => t.upRead(s), missed: () => {} })
const triesWrite = (t: T, s: Sem): void => t.downWriteTrylock(s, { got: () => t.upWrite(s), missed: () => {} })
const interruptible = (t: T, s: Sem): void => t.downReadInterruptible(s, { ok: () => t.upRead(s), eintr: () => {} })
const killable = (t: T, s: Sem): void => t.downWriteKillable(s, { ok: () => t.upWrite(s), eintr: () => {} })
const queued = 'w: downWrite s -> queued'

export const rwSemaphoreFacts: readonly Fact[] = [
  {
    name: 'readers and writers of one semaphore cannot deadlock',
    build: over({ r: reads, w: writes, v: writes }),
    expected: { ...holds, without: ['never-taken', 'never-reached'] },
  },
  {
    name: 'a reader joins a reader while no writer queues; only the writer must wait',
    build: over({ r: reads, q: reads, w: writes }),
    after: ['r: downRead s'],
    enabled: ['q: downRead s', 'r: upRead s', queued],
  },
  {
    name: 'a new reader is blocked by a queued writer while others read',
    build: over({ r: reads, q: reads, w: writes }),
    after: ['r: downRead s', queued],
    enabled: ['r: upRead s'],
  },
  {
    name: 'an interruptible reader, too, is blocked by a queued writer, but may give up',
    build: over({ r: reads, q: interruptible, w: writes }),
    after: ['r: downRead s', queued],
    enabled: ['q: downReadInterruptible s -> eintr', 'r: upRead s'],
  },
  {
    name: 'an interruptible reader that can get in does not give up',
    build: over({ r: reads, q: interruptible, w: writes }),
    after: ['r: downRead s'],
    enabled: ['q: downReadInterruptible s -> ok'],
    enabledOf: ['q'],
  },
  {
    name: 'an interruptible reader that got in reads',
    build: over({ q: interruptible, w: writes }),
    after: ['q: downReadInterruptible s -> ok'],
    enabled: ['q: upRead s', queued],
  },
  {
    name: 'a free semaphore may be stolen from a queued writer, by a reader or another writer',
    build: over({ r: reads, q: reads, w: writes, v: writes }),
    after: ['r: downRead s', queued, 'r: upRead s'],
    enabled: ['q: downRead s', 'v: downWrite s', 'w: downWrite s'],
  },
  {
    name: 'after a steal the next reader is blocked by the writer that still queues',
    build: over({ r: reads, q: reads, p: reads, w: writes }),
    after: ['r: downRead s', queued, 'r: upRead s', 'q: downRead s'],
    enabled: ['q: upRead s'],
  },
  {
    name: 'a writer that got in from the queue queues no longer and excludes everybody',
    build: over({ r: reads, q: reads, w: writes, v: writes }),
    after: ['r: downRead s', queued, 'r: upRead s', 'w: downWrite s'],
    enabled: ['v: downWrite s -> queued', 'w: upWrite s'],
  },
  {
    name: 'readers are admitted again after the queued writer has come and gone',
    build: over({ r: reads, q: reads, p: reads, w: writes }),
    after: ['r: downRead s', queued, 'r: upRead s', 'w: downWrite s', 'w: upWrite s', 'q: downRead s'],
    enabled: ['p: downRead s', 'q: upRead s'],
  },
  {
    name: 'a writer excludes readers and writers',
    build: over({ w: writes, r: reads, v: writes }),
    after: ['w: downWrite s'],
    enabled: ['v: downWrite s -> queued', 'w: upWrite s'],
  },
  {
    name: 'a second down_read() of one task deadlocks on itself behind a queued writer',
    build: over({
      reader: (t, s) => {
        t.downRead(s)
        t.downRead(s)
        t.upRead(s)
        t.upRead(s)
      },
      writer: writes,
    }),
    expected: deadlock('self', ['reader', 'writer'], ['s']),
  },
  {
    name: 'a second down_read() of one task is harmless if nobody ever writes',
    build: over({
      reader: (t, s) => {
        t.downRead(s)
        t.downRead(s)
        t.upRead(s)
        t.upRead(s)
      },
      other: reads,
    }),
    expected: holds,
  },
  {
    name: 'a queued writer closes a cycle between two readers: three parties deadlock',
    build: (m) => {
      const [s, x] = [m.rwsem('s'), m.mutex('x')]
      m.thread('r', (t) => {
        t.downRead(s)
        t.lock(x)
        t.unlock(x)
        t.upRead(s)
      })
      m.thread('q', (t) => {
        t.lock(x)
        t.downRead(s)
        t.upRead(s)
        t.unlock(x)
      })
      m.thread('w', (t) => writes(t, s))
    },
    expected: deadlock('cycle', ['q', 'r', 'w'], ['s', 'x']),
  },
  {
    name: 'the same two readers without a writer cannot deadlock',
    build: (m) => {
      const [s, x] = [m.rwsem('s'), m.mutex('x')]
      m.thread('r', (t) => {
        t.downRead(s)
        t.lock(x)
        t.unlock(x)
        t.upRead(s)
      })
      m.thread('q', (t) => {
        t.lock(x)
        t.downRead(s)
        t.upRead(s)
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'there is no upgrade: down_write() by a reader deadlocks on itself',
    build: over({
      a: (t, s) => {
        t.downRead(s)
        t.downWrite(s)
      },
    }),
    expected: deadlock('self', ['a'], ['s']),
  },
  {
    name: 'down_write() twice deadlocks on itself',
    build: over({
      a: (t, s) => {
        t.downWrite(s)
        t.downWrite(s)
      },
    }),
    expected: deadlock('self', ['a'], ['s']),
  },
  {
    name: 'down_read() by the writer deadlocks on itself',
    build: over({
      a: (t, s) => {
        t.downWrite(s)
        t.downRead(s)
      },
    }),
    expected: deadlock('self', ['a'], ['s']),
  },
  {
    name: 'down_read_trylock() joins readers',
    build: over({ r: reads, q: triesRead }),
    after: ['r: downRead s'],
    enabled: ['q: downReadTrylock s -> got'],
    enabledOf: ['q'],
  },
  {
    name: 'down_read_trylock() that got in keeps writers out',
    build: over({ q: triesRead, w: writes }),
    after: ['q: downReadTrylock s -> got'],
    enabled: ['q: upRead s', queued],
  },
  {
    name: 'down_read_trylock() fails when a writer merely queues',
    build: over({ r: reads, q: triesRead, w: writes }),
    after: ['r: downRead s', queued],
    enabled: ['q: downReadTrylock s -> missed'],
    enabledOf: ['q'],
  },
  {
    name: 'down_read_trylock() fails on a free semaphore that a writer queues for',
    build: over({ r: reads, q: triesRead, w: writes }),
    after: ['r: downRead s', queued, 'r: upRead s'],
    enabled: ['q: downReadTrylock s -> missed'],
    enabledOf: ['q'],
  },
  {
    name: 'down_read_trylock() fails while a writer holds it',
    build: over({ w: writes, q: triesRead }),
    after: ['w: downWrite s'],
    enabled: ['q: downReadTrylock s -> missed'],
    enabledOf: ['q'],
  },
  {
    name: 'down_read_trylock() and down_write_trylock() get a free semaphore and do not miss it',
    build: over({ q: triesRead, v: triesWrite }),
    after: [],
    enabled: ['q: downReadTrylock s -> got', 'v: downWriteTrylock s -> got'],
  },
  {
    name: 'downgrade_write() never sleeps: it is allowed in a handler',
    build: (m) => {
      const s = m.rwsem('s')
      m.irq('irq', (t) =>
        t.downWriteTrylock(s, {
          got: () => {
            t.downgradeWrite(s)
            t.upRead(s)
          },
          missed: () => {},
        }),
      )
    },
    expected: holds,
  },
  {
    name: 'down_write_trylock() gets a free semaphore and then excludes',
    build: over({ v: triesWrite, r: reads, w: writes }),
    after: ['v: downWriteTrylock s -> got'],
    enabled: ['v: upWrite s', queued],
  },
  {
    name: 'down_write_trylock() fails while anybody reads',
    build: over({ r: reads, v: triesWrite }),
    after: ['r: downRead s'],
    enabled: ['v: downWriteTrylock s -> missed'],
    enabledOf: ['v'],
  },
  {
    name: 'down_write_trylock() fails while anybody writes',
    build: over({ w: writes, v: triesWrite }),
    after: ['w: downWrite s'],
    enabled: ['v: downWriteTrylock s -> missed'],
    enabledOf: ['v'],
  },
  {
    name: 'down_write_trylock() fails on a free semaphore that a writer queues for',
    build: over({ r: reads, v: triesWrite, w: writes }),
    after: ['r: downRead s', queued, 'r: upRead s'],
    enabled: ['v: downWriteTrylock s -> missed'],
    enabledOf: ['v'],
  },
  ...(
    [
      ['downReadTrylock', triesRead],
      ['downWriteTrylock', triesWrite],
    ] as const
  ).flatMap(([op, tries]): Fact[] => [
    {
      name: `${op} is allowed in a handler`,
      build: (m) => {
        const s = m.rwsem('s')
        m.irq('irq', (t) => tries(t, s))
      },
      expected: holds,
    },
    {
      name: `${op} can miss for ever where others write again and again`,
      build: over({
        w: (t, s) => t.loop(() => writes(t, s)),
        a: (t, s) =>
          t.loop(() => {
            if (op === 'downReadTrylock')
              t.downReadTrylock(s, {
                got: () => {
                  t.upRead(s)
                  t.break()
                },
                missed: () => {},
              })
            else
              t.downWriteTrylock(s, {
                got: () => {
                  t.upWrite(s)
                  t.break()
                },
                missed: () => {},
              })
          }),
      }),
      expected: starved('a', 's'),
    },
  ]),
  {
    name: 'downgrade_write() admits readers at once and no writer in between',
    build: over({
      w: (t, s) => {
        t.downWrite(s)
        t.downgradeWrite(s)
        t.upRead(s)
      },
      r: reads,
      v: triesWrite,
    }),
    after: ['w: downWrite s', 'w: downgradeWrite s'],
    enabled: ['r: downRead s', 'v: downWriteTrylock s -> missed', 'w: upRead s'],
  },
  {
    name: 'downgrade_write() and up_read() leave it free',
    build: over({
      w: (t, s) => {
        t.downWrite(s)
        t.downgradeWrite(s)
        t.upRead(s)
      },
      v: writes,
    }),
    expected: { ...holds, without: ['never-taken'] },
  },
  {
    name: 'up_write() after downgrade_write() is misuse',
    build: over({
      w: (t, s) => {
        t.downWrite(s)
        t.downgradeWrite(s)
        t.upWrite(s)
      },
    }),
    expected: misuse('up-not-held', 'w', 's'),
  },
  {
    name: 'downgrade_write() by a reader is misuse',
    build: over({
      r: (t, s) => {
        t.downRead(s)
        t.downgradeWrite(s)
      },
    }),
    expected: misuse('downgrade-not-held', 'r', 's'),
  },
  {
    name: 'up_read() by nobody, by the writer, and once too often is misuse',
    build: over({
      r: (t, s) => {
        t.downRead(s)
        t.upRead(s)
        t.upRead(s)
      },
    }),
    expected: misuse('up-not-held', 'r', 's'),
  },
  {
    name: 'up_read() by another task than the reader is misuse',
    build: (m) => {
      const [s, held] = [m.rwsem('s'), m.flag('held')]
      m.thread('r', (t) => {
        t.downRead(s)
        t.set(held, 1)
        t.await(false)
      })
      m.thread('o', (t) => {
        t.await(held)
        t.upRead(s)
      })
      m.thread('never', (t) => {
        t.await(false)
        t.downWrite(s)
      })
    },
    expected: misuse('up-not-held', 'o', 's'),
  },
  {
    name: 'up_read() by the writer is misuse',
    build: over({
      w: (t, s) => {
        t.downWrite(s)
        t.upRead(s)
      },
    }),
    expected: misuse('up-not-held', 'w', 's'),
  },
  {
    name: 'up_write() by a reader is misuse',
    build: over({
      r: (t, s) => {
        t.downRead(s)
        t.upWrite(s)
      },
    }),
    expected: misuse('up-not-held', 'r', 's'),
  },
  {
    name: 'ending while reading is misuse',
    build: over({ r: (t, s) => t.downRead(s) }),
    expected: misuse('rest-while-holding', 'r', 's'),
  },
  {
    name: 'ending while writing is misuse',
    build: over({ w: (t, s) => t.downWrite(s) }),
    expected: misuse('rest-while-holding', 'w', 's'),
  },
  {
    name: 'down_write_killable() takes a free semaphore and is not killed then',
    build: over({ k: killable }),
    after: [],
    enabled: ['k: downWriteKillable s -> ok'],
  },
  {
    name: 'down_write_killable() does not get in while anybody reads',
    build: over({ r: reads, k: killable }),
    after: ['r: downRead s'],
    enabled: ['k: downWriteKillable s -> queued', 'r: upRead s'],
  },
  {
    name: 'down_write_killable() that got in excludes',
    build: over({ k: killable, r: reads, w: writes }),
    after: ['k: downWriteKillable s -> ok'],
    enabled: ['k: upWrite s', queued],
  },
  {
    name: 'down_write_killable() queues, blocks new readers, and may give up',
    build: over({ r: reads, q: reads, k: killable }),
    after: ['r: downRead s', 'k: downWriteKillable s -> queued'],
    enabled: ['k: downWriteKillable s -> eintr', 'r: upRead s'],
  },
  {
    name: 'down_write_killable() that gave up is in nobody’s way',
    build: over({ r: reads, q: reads, k: killable }),
    after: ['r: downRead s', 'k: downWriteKillable s -> queued', 'k: downWriteKillable s -> eintr'],
    enabled: ['q: downRead s', 'r: upRead s'],
  },
  {
    name: 'down_write_killable() gets in from the queue and is not killed then',
    build: over({ r: reads, k: killable, q: reads }),
    after: ['r: downRead s', 'k: downWriteKillable s -> queued', 'r: upRead s'],
    enabled: ['k: downWriteKillable s -> ok', 'q: downRead s'],
  },
  {
    name: 'down_write_killable() from the queue holds it and queues no longer',
    build: over({ r: reads, k: killable, q: reads, p: reads }),
    after: [
      'r: downRead s',
      'k: downWriteKillable s -> queued',
      'r: upRead s',
      'k: downWriteKillable s -> ok',
      'k: upWrite s',
      'q: downRead s',
    ],
    enabled: ['p: downRead s', 'q: upRead s'],
  },
  {
    name: 'down_write_killable() from the queue excludes',
    build: over({ r: reads, k: killable, q: reads }),
    after: ['r: downRead s', 'k: downWriteKillable s -> queued', 'r: upRead s', 'k: downWriteKillable s -> ok'],
    enabled: ['k: upWrite s'],
  },
  {
    name: 'a wait that only killing a writer ends is masked',
    build: (m) => {
      const [s, c] = [m.rwsem('s'), m.completion('c')]
      m.thread('k', (t) => {
        killable(t, s)
        t.complete(c)
      })
      m.thread('r', (t) => {
        t.downRead(s)
        t.waitForCompletion(c)
        t.upRead(s)
      })
    },
    expected: { verdict: 'violated', kind: 'masked' },
  },
  {
    name: 'a cycle that only a killable writer can leave is masked',
    build: (m) => {
      const [s, x] = [m.rwsem('s'), m.mutex('x')]
      m.thread('k', (t) => {
        t.lock(x)
        killable(t, s)
        t.unlock(x)
      })
      m.thread('r', (t) => {
        t.downRead(s)
        t.lock(x)
        t.unlock(x)
        t.upRead(s)
      })
    },
    expected: stuck('masked', 'cycle', ['k', 'r'], ['s', 'x']),
  },
  {
    name: 'a cycle that only an interruptible reader can leave is masked',
    build: (m) => {
      const [s, x] = [m.rwsem('s'), m.mutex('x')]
      m.thread('i', (t) => {
        t.lock(x)
        interruptible(t, s)
        t.unlock(x)
      })
      m.thread('w', (t) => {
        t.downWrite(s)
        t.lock(x)
        t.unlock(x)
        t.upWrite(s)
      })
    },
    expected: stuck('masked', 'cycle', ['i', 'w'], ['s', 'x']),
  },
  {
    name: 'three read-holds of one process are counted',
    build: over({
      r: (t, s) => {
        t.repeat(3, () => t.downRead(s))
        t.repeat(3, () => t.upRead(s))
      },
      w: writes,
      v: triesWrite,
    }),
    after: ['r: downRead s', 'r: downRead s', 'r: downRead s', 'r: upRead s', 'r: upRead s'],
    enabled: ['r: upRead s', 'v: downWriteTrylock s -> missed', queued],
  },
  {
    name: 'a fourth read-hold of one process makes the verdict unknown',
    build: over({
      r: (t, s) => {
        t.repeat(4, () => t.downRead(s))
        t.repeat(4, () => t.upRead(s))
      },
    }),
    expected: unknown('bound-hit'),
  },
]
