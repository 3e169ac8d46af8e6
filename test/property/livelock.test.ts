// SPDX-License-Identifier: Apache-2.0
import { eq, ne } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import { Engine } from '#engine/engine'
import type { Model } from '#ir/model'
import { livelockedIn } from '#property/livelocked'
import { faultsInPlace } from '#reduce/faults-in-place'
import { lower } from '#semantics/lower/lower'
import { evidenceFrom } from '#trace/from-state'
import { replay } from '#trace/replay'
import type { Trace } from '#trace/trace'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomRetries } from '../fixtures/random-retries.ts'
import { plainlyLivelocked } from './plainly-livelocked.ts'

const ways: readonly CheckOptions[] = [
  { reduction: 'none', machine: 'interpreter' },
  { reduction: 'none', order: 'depth-first' },
  { reduction: 'none', symmetry: 'on' },
  { reduction: 'stubborn', symmetry: 'off' },
  { reduction: 'full', symmetry: 'off', checkReduction: true },
  { reduction: 'full', symmetry: 'on' },
]

/** Kind, processes and objects of the violation, told in each way to search that differs from another one. */
async function told(model: Model, only: Pick<CheckOptions, 'kinds'> = {}): Promise<string> {
  const all = new Set<string>()
  for (const options of ways) {
    const { verdict, violation } = await check(model, kernelRegistry, { ...options, ...only })
    const { kind = verdict, processes = [], objects = [] } = violation ?? {}
    all.add([kind, processes.join(' '), objects.join(' ')].join(': '))
  }
  return [...all].join(' | ')
}

test('with symmetry another copy may be named than without (docs/limits.md)', async () => {
  const model = instance((m) => {
    const l = m.mutex('l')
    m.copies('c', 3, (c) => {
      const own = c.mutex('own')
      c.thread('p', (t) => {
        t.lock(own)
        t.trylock(l, {
          got: () => t.unlock(l),
          missed: () => t.loop(() => t.trylock(own, { got: () => t.break(), missed: () => {} })),
        })
        t.unlock(own)
      })
    })
  })
  const named = async (symmetry: 'on' | 'off'): Promise<readonly string[]> =>
    (await check(model, kernelRegistry, { reduction: 'none', symmetry })).violation!.processes
  expect(await named('off')).toEqual(['c[0].p'])
  expect(await named('on')).toEqual([expect.stringMatching(/^c\[[012]\]\.p$/)])
})

test('nor is a resting place where something could go wrong one that somebody comes back to', async () => {
  const server = instance((m) => {
    const k = m.mutex('k')
    m.worker('a', (t) => {
      t.idle()
      t.lock(k)
      t.unlock(k)
      t.loop(() => t.local())
    })
  })
  for (const options of ways) {
    const { verdict, findings } = await check(server, kernelRegistry, options)
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['holds', []])
  }
})

test('stubborn sets leave faults in place, which makes nobody livelocked before it is', () => {
  const system = lower(
    instance((m) => {
      const [k, x] = [m.mutex('k'), m.flag('x')]
      m.thread('a', (t) => {
        t.lock(k)
        t.unlock(k)
        t.while(eq(x, 0), () => t.local())
      })
    }),
    kernelRegistry,
  )
  const livelockedAtFirst = [system, faultsInPlace(system)].map((one) => {
    const machine = new Engine(one)
    const evidence = evidenceFrom(machine, machine.initial(), 100)!
    const { is } = livelockedIn(evidence)
    return [...Array(evidence.graph.states).keys()].filter((state) => is(state, 0))
  })
  // The lock and the unlock lead to the circle: two states before it, and two on it.
  expect(livelockedAtFirst).toEqual([
    [2, 3],
    [2, 3],
  ])
})

const cases: readonly (readonly [string, string, (m: M) => void])[] = [
  [
    'who tries for what it holds itself',
    'livelock: a: l',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) => {
        t.lock(l)
        t.loop(() => t.trylock(l, { got: () => t.break(), missed: () => {} }))
        t.unlock(l)
      })
    },
  ],
  [
    'who polls for what nobody does',
    'livelock: a: ',
    (m) => {
      const [x, y] = [m.flag('x'), m.int('y', { max: 1 })]
      m.thread('a', (t) => t.while(eq(x, 0), () => t.set(y, 0)))
    },
  ],
  [
    'two who poll for each other',
    'livelock: a b: ',
    (m) => {
      const [x, y] = [m.flag('x'), m.flag('y')]
      const spin = (t: Parameters<Parameters<M['thread']>[1]>[0], wanted: typeof x, mine: typeof x): void => {
        t.while(eq(wanted, 0), () => t.local())
        t.set(mine, 1)
      }
      m.thread('a', (t) => spin(t, x, y))
      m.thread('b', (t) => spin(t, y, x))
    },
  ],
  [
    'one who is so at once, and one who will be',
    'livelock: a b: ',
    (m) => {
      const [x, y] = [m.flag('x'), m.flag('y')]
      m.thread('a', (t) => t.while(eq(x, 0), () => t.local()))
      m.thread('b', (t) => {
        t.local()
        t.while(eq(y, 0), () => t.local())
      })
    },
  ],
  [
    'who polls for what somebody does in the end is not',
    'holds: : ',
    (m) => {
      const x = m.flag('x')
      m.thread('a', (t) => t.while(eq(x, 0), () => t.local()))
      m.thread('b', (t) => t.set(x, 1))
    },
  ],
  [
    'who polls for what somebody merely may do',
    'livelock: a: ',
    (m) => {
      const x = m.flag('x')
      m.thread('a', (t) => t.while(eq(x, 0), () => t.local()))
      m.thread('b', (t) => {
        t.idle()
        t.may('user', () => t.set(x, 1))
      })
    },
  ],
  [
    'who goes round, and merely may leave to rest',
    'livelock: a: ',
    (m) => {
      const x = m.flag('x')
      m.thread('a', (t) =>
        t.loop(() =>
          t.select({
            round: () => t.local(),
            may: () => (t.may('environment', () => t.set(x, 1)), t.end()),
          }),
        ),
      )
      m.thread('b', (t) => t.local())
    },
  ],
  [
    'a worker that rests on its way round is not, nor who has nowhere to rest',
    'holds: : ',
    (m) => {
      const x = m.flag('x')
      m.worker('w', (t) => {
        t.await(eq(x, 1))
        t.set(x, 0)
      })
      m.thread('client', (t) => t.loop(() => t.when(eq(x, 0), () => t.set(x, 1))))
    },
  ],
  [
    'who may yet be stuck is not; that is a partial deadlock',
    'partial-deadlock: a: l',
    (m) => {
      const [l, x] = [m.mutex('l'), m.flag('x')]
      m.thread('a', (t) => {
        t.lock(l)
        t.loop(() => {
          t.set(x, 1)
          t.lock(l)
        })
      })
      m.thread('b', (t) => t.loop(() => t.local()))
    },
  ],
  [
    'who has rested before, and polls in a loop that begins right there',
    'livelock: a: ',
    (m) => {
      const x = m.flag('x')
      m.worker('a', (t) => {
        t.idle()
        t.while(eq(x, 0), () => t.local())
      })
    },
  ],
  [
    'a place at which something could go wrong is no circle, for who goes round there without end anyway',
    'holds: : ',
    (m) => {
      const [k, x] = [m.mutex('k'), m.flag('x')]
      m.thread('a', (t) => {
        t.lock(k)
        t.unlock(k)
        t.when(eq(x, 1), () => t.end())
        t.loop(() => t.local())
      })
      m.thread('b', (t) => (t.lock(k), t.unlock(k)))
    },
  ],
  [
    'nor for whoever is to come to a circle after it',
    'livelock: a: ',
    (m) => {
      const [k, x] = [m.mutex('k'), m.flag('x')]
      m.thread('a', (t) => {
        t.lock(k)
        t.unlock(k)
        t.while(eq(x, 0), () => t.local())
      })
      m.thread('b', (t) => (t.lock(k), t.unlock(k)))
    },
  ],
  [
    'who is on a circle in passing, bound for where nothing leads to rest, is not',
    'holds: : ',
    (m) => {
      const [x, y] = [m.flag('x'), m.flag('y')]
      m.thread('a', (t) => {
        t.loop(() => {
          t.local()
          t.when(eq(y, 0), () => t.break())
        })
        t.when(eq(x, 0), () => t.end())
        t.loop(() => t.local())
      })
      m.thread('b', (t) => t.set(x, 1))
    },
  ],
  [
    'a wait that is given up again and again is not',
    'holds: : ',
    (m) => {
      const f = m.fence('f')
      m.thread('a', (t) => t.loop(() => t.waitTimeout(f, { ok: () => t.break(), timeout: () => {} })))
    },
  ],
  [
    'what is masked comes first',
    'masked: b: f',
    (m) => {
      const [l, f, x] = [m.mutex('l'), m.fence('f', { published: true }), m.flag('x')]
      m.thread('a', (t) => t.while(eq(x, 0), () => t.local()))
      m.thread('b', (t) => {
        t.lock(l)
        t.waitInterruptible(f, { erestartsys: () => t.signal(f) })
        t.unlock(l)
      })
    },
  ],
  [
    'one of several copies',
    'livelock: c[0].p: ',
    (m) => {
      const turn = m.int('turn', { max: 1 })
      m.copies('c', 3, (c) => {
        const x = c.flag('x')
        c.thread('p', (t) => {
          t.either({
            first: () =>
              t.when(eq(turn, 0), () => {
                t.set(turn, 1)
                t.while(ne(x, 1), () => t.local())
              }),
            other: () => t.local(),
          })
        })
      })
    },
  ],
]

describe('livelock', () => {
  test.each(cases)('%s', async (_, expected, build) => {
    expect(await told(instance(build))).toBe(expected)
  })

  test('is confirmed by a replay, of nobody else, and nowhere else', async () => {
    const model = instance((m) => {
      const [l, x] = [m.mutex('l'), m.flag('x')]
      m.thread('a', (t) => {
        t.lock(l)
        t.loop(() => t.trylock(l, { got: () => t.break(), missed: () => {} }))
        t.unlock(l)
      })
      m.thread('b', (t) => t.set(x, 1))
    })
    const { trace } = (await check(model, kernelRegistry)).violation!
    const replayed = (changed: Partial<Trace>): boolean => {
      const again = replay(new Engine(lower(model, kernelRegistry)), { ...trace, ...changed })
      return again.reproduces && again.confirmed
    }
    expect(replayed({})).toBe(true)
    expect(replayed({ steps: [] })).toBe(false)
    for (const processes of [['b'], ['a', 'b'], ['nobody'], []])
      expect(replayed({ outcome: { ...trace.outcome, processes } }), processes.join()).toBe(false)
  })

  test('is told of every way to search alike, on random models', { timeout: 300_000 }, async () => {
    let livelocks = 0
    for (let seed = 1; seed <= 150; seed++) {
      const all = (await told(randomRetries(seed), { kinds: ['livelock'] })).split(' | ')
      if (!all.some((what) => what.startsWith('livelock'))) continue
      expect(all, `seed ${seed}`).toHaveLength(1)
      livelocks++
    }
    expect(livelocks).toBeGreaterThan(5)
  })
})

test('who is livelocked in which state is what the definition says', () => {
  const seen = { some: 0, none: 0 }
  for (const build of [randomModel, randomRetries])
    for (let seed = 1; seed <= 150; seed++) {
      const machine = new Engine(lower(build(seed), kernelRegistry))
      const evidence = evidenceFrom(machine, machine.initial(), 250)
      if (evidence === undefined) continue
      const livelocked = livelockedIn(evidence)
      for (const state of evidence.soundStates()) {
        const is = livelocked.candidates.filter((p) => livelocked.is(state, p))
        expect(is, `seed ${seed}, state ${state}`).toEqual(plainlyLivelocked(evidence, state))
        seen[is.length > 0 ? 'some' : 'none']++
      }
    }
  expect(seen.some).toBeGreaterThan(200)
  expect(seen.none).toBeGreaterThan(1000)
})
