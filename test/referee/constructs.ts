// SPDX-License-Identifier: Apache-2.0
import {
  add,
  and,
  at,
  bitAnd,
  bitNot,
  bitOr,
  bitXor,
  div,
  eq,
  ge,
  gt,
  ifElse,
  le,
  lt,
  mod,
  mul,
  ne,
  neg,
  not,
  or,
  shiftLeft,
  shiftRight,
  sub,
  type Expression,
} from 'fencecheck'
import { applyOperator } from '#system/expression'
import type { M } from '../fixtures/models.ts'

/** Small models, each for one construct of the exported text that random models have seldom or never. */
export const constructs: Readonly<Record<string, (m: M) => void>> = {
  'a swap': (m) => {
    const [x, y, z] = [
      m.int('x', { max: 3, init: 1 }),
      m.int('y', { max: 3, init: 2 }),
      m.int('z', { max: 3, init: 3 }),
    ]
    m.thread('swaps', (t) =>
      t.loop(() =>
        t.step({
          set: [
            [x, y],
            [y, x],
          ],
        }),
      ),
    )
    m.thread('rotates', (t) =>
      t.loop(() =>
        t.step({
          set: [
            [x, y],
            [y, z],
            [z, x],
          ],
        }),
      ),
    )
  },

  'two elements of an array exchanged, or one written twice': (m) => {
    const a = m.array('a', 3, { max: 3, init: [1, 2, 3] })
    const [i, j] = [m.int('i', { max: 2 }), m.int('j', { max: 2, init: 1 })]
    m.thread('chooses', (t) =>
      t.loop(() =>
        t.step({
          set: [
            [i, j],
            [j, mod(add(i, 2), 3)],
          ],
        }),
      ),
    )
    m.thread('exchanges', (t) =>
      t.loop(() =>
        t.step({
          set: [
            [a.at(i), a.at(j)],
            [a.at(j), a.at(i)],
          ],
        }),
      ),
    )
    m.thread('mixes', (t) =>
      t.loop(() =>
        t.step({
          set: [
            [a.at(i), a.at(a.at(0))],
            [a.at(2), i],
          ],
        }),
      ),
    )
  },

  'locations of processes declared before and after': (m) => {
    m.thread('first', (t) => {
      t.label('begin')
      t.await(at('third', 'begin', 'middle'))
      t.label('middle')
      t.await(not(at('second', 'begin')))
    })
    m.thread('second', (t) => {
      t.label('begin')
      t.await(at('first', 'middle'))
      t.await(at('third', 'end'))
    })
    m.thread('third', (t) => {
      t.label('begin')
      t.local()
      t.label('middle')
      t.when(at('first', 'end'), () => t.assert(0))
    })
  },

  'variables that nobody reads': (m) => {
    const x = m.int('x', { min: -1, max: 1 })
    m.thread('writes', (t) => t.either({ up: () => t.set(x, 1), down: () => t.set(x, -1), not: () => t.local() }))
  },

  'no variable at all': (m) => {
    m.thread('a', (t) => t.repeat(3, () => t.local()))
    m.thread('b', (t) => t.repeat(3, () => t.local()))
  },

  'ranges up to the ends of each type': (m) => {
    const ranges = [255, 256, 2 ** 15 - 1, 2 ** 15, 2 ** 31 - 1].flatMap((max) => [
      [0, max],
      [-max - 1, max],
    ])
    m.thread('writes', (t) => {
      for (const [i, range] of ranges.entries()) {
        const [min, max] = range as [number, number]
        const x = m.int(`x${i}`, { min, max, init: max })
        t.assert(eq(x, max))
        t.set(x, min)
        t.assert(eq(x, min))
      }
    })
  },

  'every operator': (m) => {
    const values = [-7, -2, -1, 0, 1, 2, 3, 7]
    const [x, y] = [m.int('x', { min: -7, max: 7 }), m.int('y', { min: -7, max: 7 })]
    m.thread('calculates', (t) => {
      for (const a of values)
        for (const b of values) {
          t.step({
            set: [
              [x, a],
              [y, b],
            ],
          })
          t.assert(and(...results(x, y, a, b)))
        }
    })
  },

  'a rendezvous that can be missed': (m) => {
    const [x, y] = [m.int('x', { max: 3 }), m.int('y', { max: 3, init: 2 })]
    for (const name of ['sender0', 'sender1'])
      m.thread(name, (t) => t.step({ when: lt(x, 3), set: [[x, y]], sync: { channel: 'c', role: 'send' } }))
    m.thread('receiver', (t) => {
      t.either({ once: () => t.local(), twice: () => t.step({ sync: { channel: 'c', role: 'receive' } }) })
      t.step({ set: [[y, x]], sync: { channel: 'c', role: 'receive' } })
    })
  },

  'a rendezvous that leaves a range, if the receiver comes': (m) => {
    const [x, come] = [m.int('x', { max: 1 }), m.int('come', { max: 1 })]
    m.thread('sender', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
    m.thread('receiver', (t) => {
      t.await(come)
      t.step({ set: [[x, 2]], sync: { channel: 'c', role: 'receive' } })
    })
  },

  'a rendezvous after which all rest': (m) => {
    m.thread('sender', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
    m.worker('receiver', (t) =>
      t.loop(() => {
        t.idle()
        t.step({ sync: { channel: 'c', role: 'receive' } })
      }),
    )
  },

  'a rendezvous with somebody on whom a handler runs': (m) => {
    const x = m.flag('x')
    m.thread('sender', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
    m.thread('receiver', (t) => {
      t.step({ set: [[x, 1]], sync: { channel: 'c', role: 'receive' } })
      t.assert(not(at('handler', 'begin')))
    })
    m.irq('handler', (t) => {
      t.label('begin')
      t.local()
      t.assert(not(x))
    })
  },

  'a fault while all others rest': (m) => {
    m.thread('wrong', (t) => t.assert(0))
    m.thread('ends', (t) => t.local())
  },

  'a wait that nothing ends': (m) => {
    m.thread('waits', (t) => t.await(0))
    m.thread('ends', (t) => t.local())
  },

  'fences of a context, in an array and in a chain': (m) => {
    const ring = m.fenceContext('ring')
    const [f, g] = [m.fence('f', { context: ring, seqno: 1 }), m.fence('g', { context: ring, seqno: 2 })]
    const [array, chain] = [m.fenceArrayOf('array', [f, g]), m.fenceChain('chain')]
    m.thread('links', (t) => (t.chainInit(chain, { fence: f, point: 2 }), t.chainInit(chain, { fence: g, point: 5 })))
    m.hardware('gpu', (t) => (t.completeSeqno(ring, { fence: g }), t.signal(g), t.signal(f)))
    m.thread('waits', (t) => {
      t.wait(array)
      t.chainFindSeqno(chain, { point: 3, ok: () => t.chainWait(chain, { point: 3 }), einval: () => {} })
    })
  },

  'a syncobj that is waited for before it is filled': (m) => {
    const [s, f, g] = [m.syncobj('s'), m.fence('f'), m.fence('g')]
    m.thread('early', (t) => t.waitSyncobjForSubmit(s, { point: 2, erestartsys: () => {} }))
    m.thread('finds', (t) => t.findFenceForSubmit(s, { erestartsys: () => {}, etime: () => {} }))
    m.thread(
      'submits',
      (t) => (t.replaceFence(s, { fence: f }), t.addPoint(s, { fence: g, point: 3 }), t.resetSyncobj(s)),
    )
    m.hardware('gpu', (t) => (t.signal(g), t.signal(f)))
  },

  'a pool that two paths use up': (m) => {
    const pool = m.mempool('pool', { min: 2 })
    m.shrinker('hook', (t) => t.local())
    for (const name of ['r0', 'r1'])
      m.thread(name, (t) => (t.repeat(2, () => t.mempoolAlloc(pool)), t.repeat(2, () => t.mempoolFree(pool))))
  },

  'invalidations that nest and readers that retry': (m) => {
    const [mm, x, u] = [m.mmNotifiers('mm'), m.rwsem('x'), m.userFence('u')]
    const [n, o] = [m.interval('n', { mm }), m.interval('o', { mm })]
    for (const each of [n, o])
      m.intervalCallback(each, `of ${each.name}`, (t) => (t.downWrite(x), t.intervalSetSeq(each), t.upWrite(x)))
    m.thread('munmap', (t) => (t.invalidateRange(), t.writeUserFence(u)))
    m.thread('reads', (t) => {
      t.intervalReadBegin(n)
      t.downRead(x)
      t.intervalReadRetry(n, { collided: () => {} })
      t.upRead(x)
      t.waitUserFence(u, { erestartsys: () => {} })
      t.intervalNotifierRemove(o)
    })
  },

  'a semaphore that is handed over, one that is given up, and console_lock': (m) => {
    const [s, c] = [m.semaphore('s', { count: 1 }), m.console('c')]
    m.thread('a', (t) => (t.down(s), t.consoleLock(c), t.consoleUnlock(c), t.up(s)))
    m.thread('b', (t) => t.downInterruptible(s, { ok: () => t.up(s), eintr: () => {} }))
    m.thread('d', (t) => (t.consoleLock(c), t.down(s), t.up(s), t.consoleUnlock(c)))
  },

  'a wait queue with a lost wake-up': (m) => {
    const [q, x] = [m.waitQueue('q'), m.flag('x')]
    m.thread('v', (t) => t.waitEvent(q, x))
    m.thread('w', (t) => t.waitEventInterruptibleTimeout(q, x, { erestartsys: () => {}, timeout: () => {} }))
    m.thread('s', (t) => t.either({ right: () => (t.set(x, 1), t.wakeUp(q)), wrong: () => (t.wakeUp(q), t.set(x, 1)) }))
  },

  'grace periods of RCU and SRCU': (m) => {
    const s = m.srcu('s')
    for (const name of ['q', 'r'])
      m.thread(name, (t) => {
        t.srcuReadLock(s)
        t.rcuReadLock()
        t.rcuReadUnlock()
        t.srcuReadUnlock(s)
      })
    m.thread('a', (t) => (t.synchronizeSrcu(s), t.synchronizeRcu()))
    m.thread('b', (t) => (t.srcuReadLock(s), t.synchronizeRcu(), t.synchronizeSrcu(s)))
  },

  'a timer, a tasklet and an irq_work that wait for each other': (m) => {
    const l = m.spinlock('l')
    const f = m.irqWorkCallback('f', (t) => t.taskletSchedule(k))
    const k = m.taskletCallback('k', (t) => (t.spinLock(l), t.spinUnlock(l)))
    const x = m.timerCallback('x', (t) => t.irqWorkQueue(f))
    m.thread('a', (t) => (t.modTimer(x), t.spinLock(l), t.timerDeleteSync(x), t.spinUnlock(l), t.taskletKill(k)))
  },

  'runtime PM with a kthread_worker': (m) => {
    const [d, l, w] = [m.runtimePm('d', { usage: 1 }), m.mutex('l'), m.kthreadWorker('w')]
    const item = m.kthreadWorkItem(w, 'item', (t) => (t.pmRuntimeGetSync(d), t.pmRuntimePut(d)))
    m.runtimeSuspend(d, 'suspend', (t) => (t.lock(l), t.kthreadFlushWork(item), t.unlock(l)))
    m.runtimeResume(d, 'resume', (t) => (t.lock(l), t.unlock(l)))
    m.pmWorker('pm', [d])
    m.thread('a', (t) => (t.kthreadQueueWork(item), t.pmRuntimePut(d)))
  },

  'names that look like code': (m) => {
    const x = m.int('*/ byte v9; /*\n#define v0 1\n', { max: 2 })
    m.thread('*/ } active proctype Q() { skip } /*\\', (t) => {
      t.step({ set: [[x, 2]], label: '\n*/ assert(false); /*' })
      t.assert(eq(x, 2), '??/\n*/ goto L0; /*')
    })
  },
}

/** What each operator yields for `a` and `b`, claimed of the variables that hold them. */
function results(x: Expression, y: Expression, a: number, b: number): Expression[] {
  const binary = [
    [add, '+'],
    [sub, '-'],
    [mul, '*'],
    [bitAnd, '&'],
    [bitOr, '|'],
    [bitXor, '^'],
    [eq, '=='],
    [ne, '!='],
    [lt, '<'],
    [le, '<='],
    ...(b === 0
      ? []
      : ([
          [div, '/'],
          [mod, '%'],
        ] as const)),
    ...(b < 0
      ? []
      : ([
          [shiftLeft, '<<'],
          [shiftRight, '>>'],
        ] as const)),
  ] as const
  const unary = [
    [neg, 'neg'],
    [bitNot, '~'],
    [not, '!'],
  ] as const
  return [
    ...binary.map(([build, op]) => eq(build(x, y), applyOperator(op, a, b))),
    ...unary.map(([build, op]) => eq(build(x), applyOperator(op, a))),
    eq(gt(x, y), Number(a > b)),
    eq(ge(x, y), Number(a >= b)),
    eq(and(x, y), Number(a !== 0 && b !== 0)),
    eq(or(x, y), Number(a !== 0 || b !== 0)),
    eq(ifElse(x, y, 5), a === 0 ? 5 : b),
  ]
}
