// SPDX-License-Identifier: Apache-2.0
import {
  add,
  and,
  defineModels,
  eq,
  field,
  ge,
  gt,
  ifElse,
  kernelPrimitives,
  lt,
  mul,
  not,
  primitive,
  sub,
  vocabulary,
} from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import type { Model } from '#ir/model'
import { Registry } from '#semantics/registry'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

// What some way to search once told wrong. The smallest models that showed it.
const ways: readonly CheckOptions[] = [
  { reduction: 'none' },
  { reduction: 'none', order: 'depth-first' },
  { reduction: 'stubborn' },
  { reduction: 'full' },
  { reduction: 'full', order: 'depth-first' },
]

async function toldOf(model: Model, registry: Registry = kernelRegistry): Promise<readonly string[]> {
  const told = new Set<string>()
  for (const way of ways) {
    const { verdict, violation } = await check(model, registry, { ...way, symmetry: 'off', expect: false })
    told.add([verdict, violation?.kind ?? [], violation?.code ?? []].flat().join(' '))
  }
  return [...told]
}

const { all, bit, mine, my, no, set, the } = vocabulary

describe('numbers that need more digits than a number has', () => {
  test('the weight of an invariant: what leaves its range still does', async () => {
    const build = (m: M): void => {
      const v = m.int('v', { min: -5, max: 2 ** 30, init: 2 ** 30 - 1 })
      const w = m.int('w', { min: -(2 ** 31), max: 2 ** 31 - 1, init: -1 })
      m.worker('q', (t) =>
        t.loop(() => {
          t.idle()
          t.step({
            set: [
              [v, add(v, 1)],
              [w, sub(w, 2 ** 24 + 1)],
            ],
          })
        }),
      )
      m.thread('p', (t) => t.local())
    }
    expect(await toldOf(instance(build))).toEqual(['violated range out-of-range'])
  })

  test('the bound of an invariant: what is waited for never comes', async () => {
    const build = (m: M): void => {
      const [most, many] = [2 ** 31 - 3, 6_000_001]
      const x = m.int('x', { max: 2 ** 31 - 1, init: most })
      const y = m.int('y', { max: many })
      const [flag, go] = [m.flag('flag', true), m.flag('go')]
      m.worker('p', (t) => {
        t.idle()
        t.await(go)
        t.step({
          when: and(eq(y, 0), gt(x, 0)),
          set: [
            [x, sub(x, 1)],
            [y, ifElse(flag, many, 0)],
          ],
        })
        t.step({
          when: eq(y, many),
          set: [
            [x, add(x, 1)],
            [y, 0],
          ],
        })
      })
      m.thread('q', (t) => (t.await(lt(x, most)), t.set(flag, 1)))
      m.thread('r', (t) => t.either({ yes: () => t.set(go, 1), no: () => {} }))
    }
    expect(await toldOf(instance(build))).toEqual(['violated deadlock'])
  })

  test('what one step makes of several: they stay several', async () => {
    const build = (m: M): void => {
      const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => m.int(name, { max: 2 ** 26 }))
      const l = m.spinlock('l')
      m.thread('p', (t) => {
        for (const x of [b!, c!]) t.either({ two: () => t.set(x, 2), three: () => t.set(x, 3) })
        t.set(e!, 2)
        t.spinLock(l)
        t.set(a!, mul(b!, c!))
        t.set(d!, mul(a!, e!))
        t.spinUnlock(l)
      })
      m.thread('q', (t) => (t.spinLock(l), t.local(), t.spinUnlock(l)))
      m.thread('r', (t) => t.await(gt(d!, 7)))
    }
    expect(await toldOf(instance(build))).toEqual(['holds'])
  })
})

describe('a debt of a primitive of one’s own', () => {
  const operations = {
    take: { does: 'owes it', arrows: [{ set: [set(the('out'), 1)] }] },
    giveBack: { does: 'pays', arrows: [{ when: the('out'), set: [set(the('out'), 0)] }] },
    arm: { does: 'makes it possible to pay', arrows: [{ set: [set(the('ready'), 1)] }] },
    tryGiveBack: {
      does: 'pays if it can',
      arrows: [
        { when: the('ready'), set: [set(the('out'), 0)], to: 'got' },
        { when: no(the('ready')), to: 'missed' },
      ],
    },
  } as const
  const token = primitive({
    name: 'token',
    source: 'none',
    limits: [],
    fields: { out: bit, ready: bit },
    debt: { owed: the('out'), paidBy: ['giveBack', 'tryGiveBack'] },
    operations,
  })
  const define = defineModels({ token })
  const registry = new Registry({ token })

  test('is not paid by what misses each time', async () => {
    const source = define('t/missed', { summary: 'A payment that misses each time.' }, (m) => {
      const [k, x] = [m.token('k'), m.flag('x')]
      m.worker('w', (t) => {
        t.take(k)
        t.loop(() => {
          t.idle()
          t.await(eq(x, 0))
          t.set(x, 1)
          t.tryGiveBack(k, { got: () => {}, missed: () => {} })
          t.set(x, 0)
        })
      })
      m.thread('q', (t) => t.either({ arms: () => t.arm(k), ends: () => {} }))
    })
    expect(await toldOf(source.instantiate(undefined, {}), registry)).toEqual(['violated unsignalled-fence'])
  })

  test('is paid although it is owed again at once', async () => {
    const source = define('t/again', { summary: 'A debt that is paid and made again.' }, (m) => {
      const k = m.token('k')
      m.worker('w', (t) => (t.take(k), t.loop(() => (t.idle(), t.giveBack(k), t.take(k)))))
      m.thread('q', (t) => t.local())
    })
    expect(await toldOf(source.instantiate(undefined, {}), registry)).toEqual(['holds'])
  })
})

test('a debt that two pay together, who may never come to do so at once, is not lost for that', async () => {
  const to = (field: 'a' | 'b', value: number) => ({
    does: `sets ${field}`,
    arrows: [{ set: [set(the(field), value)] }],
  })
  const pair = primitive({
    name: 'pair',
    source: 'none',
    limits: [],
    fields: { a: bit, b: bit },
    debt: { owed: no(all(the('a'), the('b'))), paidBy: ['raiseA', 'raiseB'] },
    operations: { raiseA: to('a', 1), lowerA: to('a', 0), raiseB: to('b', 1), lowerB: to('b', 0) },
  })
  const source = defineModels({ pair })('t/pair', { summary: 'A debt paid by two at once.' }, (m) => {
    const p = m.pair('p')
    m.worker('q', (t) =>
      t.loop(() => (t.idle(), t.either({ x: () => (t.raiseB(p), t.lowerB(p)), y: () => t.local() }))),
    )
    m.worker('r', (t) => t.loop(() => (t.idle(), t.raiseA(p), t.lowerA(p))))
  })
  expect(await toldOf(source.instantiate(undefined, {}), new Registry({ pair }))).toEqual(['holds'])
})

test('who may retry for ever may also where what is simplified is a net', async () => {
  const counts = primitive({
    name: 'counts',
    source: 'none',
    limits: [],
    fields: { x: { max: 2, init: 2 }, y: { max: 2 } },
    operations: { nothing: { does: 'nothing', arrows: [{}] } },
  })
  const arrows = [0, 1, 2].flatMap((i) => {
    const next = (i + 1) % 3
    return [
      {
        when: all(no(the('locked')), ['==', the('y', 'counts'), i]),
        set: [set(the('locked'), 1), set(the('y', 'counts'), next)],
        to: 'got',
      },
      { when: ['==', the('x', 'counts'), i], set: [set(the('x', 'counts'), next)], to: 'missed', retry: true },
    ] as const
  })
  const flaky = primitive({
    name: 'flaky',
    source: 'none',
    limits: [],
    refs: { counts: 'counts' },
    fields: { locked: bit },
    operations: {
      attempt: { does: 'takes it, or misses for no reason', arrows },
      giveBack: { does: 'gives it back', arrows: [{ set: [set(the('locked'), 0)] }] },
    },
  })
  const source = defineModels({ counts, flaky })('t/flaky', { summary: 'A lock that may miss.' }, (m) => {
    const l = m.flaky('l', { counts: m.counts('n') })
    m.thread('p', (t) => t.loop(() => t.attempt(l, { got: () => t.giveBack(l), missed: () => t.local() })))
    m.thread('q', (t) => t.local())
  })
  expect(await toldOf(source.instantiate(undefined, {}), new Registry({ counts, flaky }))).toEqual(['unknown'])
})

test('who holds something by what others do holds it also where no reduced search looks', async () => {
  const gate = primitive({
    name: 'gate',
    source: 'none',
    limits: [],
    fields: { hot: bit, inside: mine },
    holds: { gate: all(my('inside'), the('hot')) },
    operations: {
      enter: { does: 'is inside', arrows: [{ set: [set(my('inside'), 1)] }] },
      leave: { does: 'is outside', arrows: [{ set: [set(my('inside'), 0)] }] },
      heat: { does: 'makes it hot', arrows: [{ set: [set(the('hot'), 1)] }] },
      cool: { does: 'makes it cold', arrows: [{ set: [set(the('hot'), 0)] }] },
    },
  })
  const all_ = { ...kernelPrimitives, gate }
  const source = defineModels(all_)('t/gate', { summary: 'What is held comes and goes.' }, (m) => {
    const [g, f] = [m.gate('g'), m.fence('f')]
    m.worker('z', (t) => t.loop(() => (t.idle(), t.heat(g), t.cool(g))))
    m.thread('p', (t) => (t.enter(g), t.waitTimeout(f, { timeout: () => {} }), t.leave(g)))
    m.thread('r', (t) => t.either({ no: () => {}, yes: () => t.signal(f) }))
  })
  expect(await toldOf(source.instantiate(undefined, {}), new Registry(all_))).toEqual(['violated masked'])
})

describe('what a lost fence is told for', () => {
  test('a conjunct whose contrary is a fault is no condition to wait for', async () => {
    const build = (m: M): void => {
      const f = m.fence('f', { published: true })
      const [x, free] = [m.int('x', { max: 3 }), m.int('free', { max: 3, init: 3 })]
      const [flag, go] = [m.flag('flag'), m.flag('go')]
      const take = [
        [x, add(x, 1)],
        [free, sub(free, 1)],
      ] as const
      m.thread('a', (t) => t.step({ when: and(not(flag), gt(free, 0)), set: [[flag, 1], ...take] }))
      m.thread('p', (t) => {
        t.step({
          when: and(field(f, 'signalled'), flag),
          set: [
            [flag, 0],
            [x, sub(x, 1)],
          ],
        })
        t.set(go, 1)
      })
      m.thread('q', (t) => (t.await(go), t.step({ when: gt(free, 0), set: take })))
      m.thread('r', (t) => t.either({ no: () => {}, yes: () => t.signal(f) }))
    }
    expect(await toldOf(instance(build))).toEqual(['violated unsignalled-fence'])
  })

  test('even where it does not hold', async () => {
    const build = (m: M): void => {
      const [f, x, go] = [m.fence('f', { published: true }), m.int('x', { max: 1 }), m.flag('go')]
      m.thread('p', (t) => (t.step({ when: field(f, 'signalled'), set: [[x, sub(x, 1)]] }), t.set(go, 1)))
      m.thread('q', (t) => (t.await(go), t.set(x, 1)))
      m.thread('r', (t) => t.either({ no: () => {}, yes: () => (t.set(x, 1), t.signal(f)) }))
    }
    expect(await toldOf(instance(build))).toEqual(['violated unsignalled-fence'])
  })

  test('nor one that always holds, as is seen once a lock is gone', async () => {
    const build = (m: M): void => {
      const [f, l] = [m.fence('f', { published: true }), m.spinlock('l')]
      const [shared, y] = [m.int('shared', { max: 1 }), m.int('y', { max: 2 })]
      m.thread('p', (t) =>
        t.loop(() => {
          t.spinLock(l)
          t.set(shared, 1)
          t.when(
            eq(shared, 0),
            () => {},
            () => t.set(y, 2),
          )
          t.spinUnlock(l)
          t.await(and(eq(y, 2), field(f, 'signalled')))
        }),
      )
      m.thread('q', (t) => (t.spinLock(l), t.set(shared, 0), t.spinUnlock(l)))
      m.thread('r', (t) => t.either({ no: () => {}, yes: () => t.signal(f) }))
    }
    expect(await toldOf(instance(build))).toEqual(['violated unsignalled-fence'])
  })

  test('of thousands of ends that nobody stuck looks at, none hides another', async () => {
    const most = 6_000
    const build = (m: M): void => {
      const [f, n] = [m.fence('f', { published: true }), m.int('n', { max: most })]
      const [u, go] = [m.flag('u'), m.flag('go')]
      m.thread('p', (t) => (t.await(and(field(f, 'signalled'), not(u))), t.set(go, 1)))
      m.thread('q', (t) => (t.await(go), t.set(u, 0)))
      m.thread('z', (t) => {
        t.either({
          down() {
            t.set(n, most)
            t.loop(() =>
              t.either({ more: () => t.step({ when: gt(n, 0), set: [[n, sub(n, 1)]] }), stop: () => t.break() }),
            )
          },
          up: () =>
            t.loop(() =>
              t.either({ more: () => t.step({ when: lt(n, most), set: [[n, add(n, 1)]] }), stop: () => t.break() }),
            ),
          signals: () => t.signal(f),
        })
        t.set(u, ge(n, most - 500))
      })
    }
    expect(await toldOf(instance(build))).toEqual(['violated deadlock'])
  })

  test('beside what comes and goes for ever, a lost fence may be told as a deadlock, by what has been stored', async () => {
    const build = (m: M): void => {
      const [f, u, go] = [m.fence('f', { published: true }), m.flag('u'), m.flag('go')]
      m.thread('p', (t) => (t.await(and(field(f, 'signalled'), not(u))), t.set(go, 1)))
      m.thread('q', (t) => (t.await(go), t.set(u, 0)))
      m.worker('z', (t) => t.loop(() => (t.idle(), t.set(u, 1), t.set(u, 0))))
      m.thread('r', (t) => t.either({ no: () => {}, yes: () => t.signal(f) }))
    }
    const told = await toldOf(instance(build))
    expect(told.toSorted()).toEqual(['violated partial-deadlock', 'violated unsignalled-fence'])
  })
})

test('what a lock is called says nothing: not even cpu, on which handlers come', async () => {
  const toldWith = async (name: string): Promise<unknown> => {
    const build = (m: M): void => {
      const lock = m.spinlock(name)
      const f = m.fence('f', { lock, published: true })
      m.thread('p', (t) => (t.spinLock(lock), t.loop(() => t.local())))
      m.thread('r', (t) => t.signal(f))
      m.irq('irq', (t) => t.local())
    }
    const { violation } = await check(instance(build), kernelRegistry, { expect: false })
    const objects = violation!.objects?.map((object) => (object === name ? 'lock' : object))
    return { kind: violation!.kind, shape: violation!.shape, processes: violation!.processes, objects }
  }
  expect(await toldWith('cpu')).toEqual(await toldWith('lock'))
  expect(await toldWith('lock')).toMatchObject({ kind: 'partial-deadlock', processes: ['r'], objects: ['lock'] })
})

test('who waits at once for what never comes and for what comes and goes is stuck; for which of them hangs on what is stored', async () => {
  const build = (m: M): void => {
    const [x, c] = [m.int('x', { max: 1, init: 1 }), m.completion('c')]
    m.worker('p', (t) => t.loop(() => (t.idle(), t.set(x, 0), t.set(x, 1))))
    m.thread('q', (t) => (t.await(and(eq(x, 0), eq(field(c, 'done'), 1))), t.set(x, 0)))
    m.thread('r', (t) => t.either({ yes: () => t.completeAll(c), no: () => {} }))
  }
  expect(await toldOf(instance(build))).toEqual(['violated partial-deadlock'])
  const shapes = await Promise.all(
    (['none', 'full'] as const).map(async (reduction) => {
      const { violation } = await check(instance(build), kernelRegistry, { reduction, expect: false })
      return violation!.shape
    }),
  )
  expect(shapes).toEqual(['none', 'self'])
})
