// SPDX-License-Identifier: Apache-2.0
import { eq, field } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { Random } from '#base/random'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import type { Model } from '#ir/model'
import { repeatable, type Attempt } from '#property/attempt'
import { fairRetries, getsOn } from '#property/fair-cycles'
import type { Evidence } from '#property/property'
import { lower } from '#semantics/lower/lower'
import { moversOf } from '#system/moves'
import { evidenceFrom } from '#trace/from-state'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomRetries } from '../fixtures/random-retries.ts'

type Lock = ReturnType<M['mutex']>

/** Tries again and again until it gets the lock. */
const spin = (t: T, lock: Lock): void => {
  t.loop(() => t.trylock(lock, { got: () => t.break(), missed: () => {} }))
  t.unlock(lock)
}

const cases: readonly (readonly [string, string, (m: M) => void])[] = [
  [
    'who always comes when the lock is taken',
    'violated no-forward-progress a l',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) => spin(t, l))
      m.thread('b', (t) =>
        t.loop(() => {
          t.lock(l)
          t.unlock(l)
        }),
      )
    },
  ],
  [
    'who only has to wait until everybody else has come to an end gets on',
    'holds',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) => spin(t, l))
      m.thread('b', (t) => {
        t.lock(l)
        t.unlock(l)
      })
    },
  ],
  [
    'two of whom each has what the other tries for, and lets go of it before it tries again',
    'violated no-forward-progress a y',
    (m) => {
      const [x, y] = [m.mutex('x'), m.mutex('y')]
      const both = (t: T, first: Lock, second: Lock): void =>
        t.loop(() => {
          t.lock(first)
          t.trylock(second, {
            got: () => {
              t.unlock(second)
              t.unlock(first)
              t.break()
            },
            missed: () => t.unlock(first),
          })
        })
      m.thread('a', (t) => both(t, x, y))
      m.thread('b', (t) => both(t, y, x))
    },
  ],
  [
    'where only timeouts keep others in the way, it is not known',
    'unknown retry-loop',
    (m) => {
      const [l, f] = [m.mutex('l'), m.fence('f')]
      m.thread('a', (t) => spin(t, l))
      m.thread('b', (t) =>
        t.loop(() => {
          t.lock(l)
          t.unlock(l)
          t.waitTimeout(f, { ok: () => t.break(), timeout: () => {} })
        }),
      )
    },
  ],
  [
    'who may be kept from running by nobody',
    'holds',
    (m) => {
      const [l, x] = [m.mutex('l'), m.flag('x')]
      m.thread('a', (t) => spin(t, l))
      m.thread('b', (t) => {
        t.lock(l)
        t.while(eq(x, 0), () => t.local())
        t.unlock(l)
      })
      m.thread('c', (t) => t.set(x, 1))
    },
  ],
  [
    'who keeps a waiter in the queue for a lock from getting it is not known to go on so',
    'unknown retry-loop',
    (m) => {
      const [outer, inner] = [m.mutex('outer'), m.mutex('inner')]
      m.thread('a', (t) => {
        t.lock(outer)
        t.lock(inner)
        t.unlock(inner)
        t.unlock(outer)
      })
      m.thread('b', (t) =>
        t.loop(() => {
          t.lock(inner)
          t.trylock(outer, { got: () => (t.unlock(outer), t.unlock(inner), t.end()), missed: () => t.unlock(inner) })
        }),
      )
    },
  ],
  [
    'who could as well give up is not known to go on',
    'unknown retry-loop',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) =>
        t.loop(() =>
          t.trylock(l, {
            got: () => (t.unlock(l), t.break()),
            missed: () => t.either({ again: () => {}, stop: () => t.break() }),
          }),
        ),
      )
      m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
    },
  ],
  [
    'who falls back on a wait gets on, for ever',
    'holds',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) =>
        t.loop(() => {
          t.trylock(l, { got: () => {}, missed: () => t.lock(l) })
          t.unlock(l)
        }),
      )
      m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
    },
  ],
  [
    'a slow path with code of its own is taken for a retry (docs/limits.md)',
    'violated no-forward-progress a l',
    (m) => {
      const l = m.mutex('l')
      const use = (t: T): void => (t.local('use'), t.unlock(l))
      m.thread('a', (t) => t.loop(() => t.trylock(l, { got: () => use(t), missed: () => (t.lock(l), use(t)) })))
      m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
    },
  ],
  [
    'a consumer that polls gets on where somebody produces',
    'holds',
    (m) => {
      const [full, free] = [m.semaphore('full', { count: 0 }), m.semaphore('free', { count: 1 })]
      m.thread('a', (t) => t.loop(() => t.downTrylock(full, { got: () => t.up(free), missed: () => {} })))
      m.thread('b', (t) => t.loop(() => (t.down(free), t.up(full))))
    },
  ],
  [
    'who tries again right after a success, and has one in each round',
    'holds',
    (m) => {
      const s = m.semaphore('s', { count: 0 })
      m.thread('a', (t) => t.loop(() => t.downTrylock(s, { got: () => {}, missed: () => {} })))
      m.thread('b', (t) => t.loop(() => (t.await(eq(field(s, 'count'), 0)), t.up(s))))
    },
  ],
  [
    'two who take ww locks for ever, in opposite orders, with the usual back-off',
    'holds',
    (m) => {
      const ww = m.wwClass('ww', { waitDie: true })
      const locks = [m.wwMutex('x', { class: ww }), m.wwMutex('y', { class: ww })] as const
      const both = (t: T, [first, second]: readonly [(typeof locks)[0], (typeof locks)[0]]): void =>
        t.loop(() => {
          t.wwAcquireInit(ww)
          t.wwLock(first, { edeadlk: () => t.unreachable('nothing is held') })
          t.loop(() => {
            t.wwLock(second, { ok: () => t.break(), edeadlk: () => {} })
            t.wwUnlock(first)
            t.wwLockSlow(second)
            t.wwLock(first, { ok: () => t.break(), edeadlk: () => {} })
            t.wwUnlock(second)
            t.wwLockSlow(first)
          })
          t.wwUnlock(first)
          t.wwUnlock(second)
          t.wwAcquireFini(ww)
        })
      m.thread('a', (t) => both(t, locks))
      m.thread('b', (t) => both(t, [locks[1], locks[0]]))
    },
  ],
  [
    'a server that never gets what it tries for, and does nothing else',
    'violated no-forward-progress a l',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) => {
        t.lock(l)
        t.loop(() => t.loop(() => t.trylock(l, { got: () => t.break(), missed: () => {} })))
      })
    },
  ],
  [
    'who waits for somebody whose timeout comes in the end gets on',
    'holds',
    (m) => {
      const [s, f] = [m.semaphore('s', { count: 1 }), m.fence('f')]
      m.thread('a', (t) => {
        t.loop(() => t.downTrylock(s, { got: () => t.break(), missed: () => {} }))
        t.up(s)
      })
      m.thread('b', (t) => {
        t.down(s)
        t.waitTimeout(f, { ok: () => {}, timeout: () => {} })
        t.up(s)
      })
    },
  ],
  [
    'a worker that has come to rest and then retries',
    'violated no-forward-progress a l',
    (m) => {
      const l = m.mutex('l')
      m.worker('a', (t) =>
        t.loop(() => {
          t.idle()
          spin(t, l)
        }),
      )
      m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
    },
  ],
  [
    'a livelock is told as that',
    'violated livelock a l',
    (m) => {
      const l = m.mutex('l')
      m.thread('a', (t) => {
        t.lock(l)
        spin(t, l)
      })
    },
  ],
]

describe('no forward progress', () => {
  test.each(cases)('%s', async (_, expected, build) => {
    const { verdict, violation, findings } = await check(instance(build), kernelRegistry)
    const codes = findings.map(({ code }) => code)
    const because = verdict === 'unknown' && codes.includes('retry-loop') ? ['retry-loop'] : []
    const { kind, processes = [], objects = [] } = violation ?? {}
    expect([verdict, kind ?? [], ...because, ...processes, ...objects].flat().join(' ')).toBe(expected)
  })

  test.each(['stubborn', 'full'] as const)('is judged by a search in full after one with %s', async (reduction) => {
    const { verdict, findings } = await check(instance(cases[0]![2]), kernelRegistry, { reduction })
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['violated', ['not-reduced']])
  })

  test('also after one up to symmetry; where a limit was hit it is not known', async () => {
    const copies = instance((m) => {
      const l = m.mutex('l')
      m.copies('c', 2, (c) =>
        c.thread('p', (t) => t.loop(() => t.trylock(l, { got: () => (t.unlock(l), t.end()), missed: () => {} }))),
      )
      m.thread('b', (t) =>
        t.loop(() => {
          t.lock(l)
          t.unlock(l)
        }),
      )
    })
    const how = async (options: Parameters<typeof check>[2]): Promise<string> => {
      const { verdict, violation } = await check(copies, kernelRegistry, options)
      return violation?.kind ?? verdict
    }
    expect(await how({ reduction: 'none', symmetry: 'off' })).toBe('no-forward-progress')
    expect(await how({ reduction: 'none', symmetry: 'on' })).toBe('no-forward-progress')
    expect(await how({ reduction: 'none', maxStates: 4 })).toBe('unknown')
  })

  test('of several is told once each, and of nobody who is livelocked', async () => {
    const all = instance((m) => {
      const [x, y, z] = [m.mutex('x'), m.mutex('y'), m.mutex('z')]
      m.thread('a', (t) => spin(t, x))
      m.thread('b', (t) => spin(t, y))
      m.thread('c', (t) => {
        t.lock(z)
        spin(t, z)
      })
      m.thread('busy', (t) => t.loop(() => (t.lock(x), t.unlock(x), t.lock(y), t.unlock(y))))
    })
    const { violation, others } = await check(all, kernelRegistry, { all: true, reduction: 'none' })
    expect([violation!, ...others!].map(({ kind, processes }) => [kind, ...processes].join(' '))).toEqual([
      'livelock c',
      'no-forward-progress a',
      'no-forward-progress b',
    ])
  })

  test('leads to an attempt that failed, and is told in words', async () => {
    const { violation } = await check(instance(cases[0]![2]), kernelRegistry)
    const { steps, backTo } = violation!.trace
    expect(steps.slice(0, backTo).map(({ process, step }) => `${process}: ${step}`)).toEqual([
      'b: lock l',
      'a: trylock l -> missed',
    ])
    expect(violation!.explanation.headline).toMatch(/^'a' can try again and again for l, in vain for ever/)
    expect(violation!.explanation.pointOfNoReturn).toBeUndefined()
  })
})

/**
 * The states from which a weakly fair run goes on in which the process retries for ever: the greatest set from each of whose
 * states, within the set, every condition can be met on a step (Emerson and Lei 1986).
 */
function weaklyFairStates<S>(evidence: Evidence<S>, attempt: Attempt): ReadonlySet<number> {
  const { processes } = evidence.machine.system
  const conditions: ((state: number, id: number) => boolean)[] = [
    (_, id) => attempt.failures.has(id),
    ...[...processes.keys()].map(
      (p) =>
        (state: number, id: number): boolean =>
          moves(evidence, id, p) || !isAble(evidence, state, p),
    ),
  ]
  let left = new Set(inVain(evidence, attempt))
  const edgesIn = (state: number): readonly { readonly id: number; readonly to: number }[] =>
    edges(evidence, state).filter(({ id, to }) => left.has(to) && !attempt.successes.has(id))
  for (let before = -1; before !== left.size;) {
    before = left.size
    for (const isMet of conditions) {
      const good = new Set([...left].filter((state) => edgesIn(state).some(({ id }) => isMet(state, id))))
      for (let grown = -1; grown !== good.size;) {
        grown = good.size
        for (const state of left) if (edgesIn(state).some(({ to }) => good.has(to))) good.add(state)
      }
      left = good
    }
  }
  return left
}

/** Whether some set of states is what a strongly fair run comes back to, by trying all sets; undefined if they are too many. */
function isStronglyStarved<S>(evidence: Evidence<S>, attempt: Attempt): boolean | undefined {
  const { process, failures, successes } = attempt
  const { processes, transitions } = evidence.machine.system
  const states = inVain(evidence, attempt)
  if (states.length > 12) return undefined
  const isOrdinary = (id: number): boolean => transitions[id]!.tag === undefined
  for (let chosen = 1; chosen < 2 ** states.length; chosen++) {
    const set = new Set(states.filter((_, i) => ((chosen >> i) & 1) === 1))
    const ordinary = (state: number) => edges(evidence, state).filter(({ id }) => isOrdinary(id))
    const isIn = ({ id, to }: Edge): boolean => set.has(to) && !successes.has(id)
    const stay = (state: number) => {
      const own = ordinary(state).filter(({ id }) => moves(evidence, id, process))
      const hasWayOut = own.some((edge) => !isIn(edge))
      return ordinary(state).filter((edge) => isIn(edge) && !(hasWayOut && moves(evidence, edge.id, process)))
    }
    const reaches = (from: number): Set<number> => {
      const reached = new Set(stay(from).map(({ to }) => to))
      for (const at of reached) for (const { to } of stay(at)) reached.add(to)
      return reached
    }
    const fired = [...set].flatMap((state) => stay(state).map(({ id }) => id))
    const isFair = [...processes.keys()].every(
      (p) => fired.some((id) => moves(evidence, id, p)) || ![...set].some((state) => isAble(evidence, state, p)),
    )
    const retries = fired.some((id) => failures.has(id))
    if (isFair && retries && [...set].every((state) => reaches(state).size === set.size)) return true
  }
  return false
}

interface Edge {
  readonly id: number
  readonly to: number
}

const edges = <S>({ graph }: Evidence<S>, state: number): readonly Edge[] =>
  Array.from({ length: graph.degree(state) }, (_, edge) => ({
    id: graph.transition(state, edge),
    to: graph.target(state, edge),
  }))
const moves = <S>({ machine }: Evidence<S>, id: number, p: number): boolean =>
  moversOf(machine.system.transitions[id]!).includes(p)
const isAble = <S>(evidence: Evidence<S>, state: number, p: number): boolean =>
  edges(evidence, state).some(
    ({ id }) => [undefined, 'timeout'].includes(evidence.machine.system.transitions[id]!.tag) && moves(evidence, id, p),
  )
const inVain = <S>({ graph, facts, machine, store }: Evidence<S>, { process, got }: Attempt): readonly number[] =>
  Array.from({ length: graph.states }, (_, state) => state).filter(
    (state) =>
      graph.expanded(state) &&
      !facts.faulted.any(state) &&
      !facts.resting.has(state, process) &&
      !got.has(machine.location(store.get(state), process)),
  )

/** One who tries for a lock, perhaps with another one held, and somebody who takes locks in turn, once or again and again. */
const smallRetries = (seed: number): Model =>
  instance((m) => {
    const random = new Random(seed)
    const chance = (n: number): boolean => random.below(n) === 0
    const locks = [m.mutex('x'), m.mutex('y')] as const
    const [wanted, held] = chance(2) ? locks : ([locks[1], locks[0]] as const)
    const fence = m.fence('f')
    const [holds, chooses, isBusy, isNested, isTimed] = [chance(2), chance(4), !chance(3), chance(2), chance(3)]
    const [fallsBack, serves] = [!holds && chance(3), chance(3)]
    m.thread('a', (t) =>
      t.loop(() => {
        if (holds) t.lock(held)
        t.trylock(wanted, {
          got: () => {
            t.unlock(wanted)
            if (holds) t.unlock(held)
            if (!serves) t.break()
          },
          missed: () => {
            if (fallsBack) t.lock(wanted)
            if (fallsBack) t.unlock(wanted)
            if (holds) t.unlock(held)
            if (chooses) t.either({ again: () => {}, stop: () => t.break() })
          },
        })
      }),
    )
    m.thread('b', (t) => {
      const round = (): void => {
        t.lock(locks[0])
        if (isNested) t.lock(locks[1])
        if (isNested) t.unlock(locks[1])
        t.unlock(locks[0])
        if (isTimed) t.waitTimeout(fence, { ok: () => {}, timeout: () => {} })
      }
      if (isBusy) t.loop(round)
      else round()
    })
  })

test('a fair cycle is found where there is one, on random models', { timeout: 120_000 }, () => {
  const weak = { not: 0, some: 0 }
  const strong = { not: 0, some: 0 }
  for (const build of [randomModel, randomRetries, smallRetries])
    for (let seed = 1; seed <= 300; seed++) {
      const machine = new Engine(lower(build(seed), kernelRegistry))
      const evidence = evidenceFrom(machine, machine.initial(), 300)
      if (evidence === undefined) continue
      for (const attempt of repeatable(evidence)) {
        const isWeakly = weaklyFairStates(evidence, attempt).size > 0
        expect(getsOn(evidence, attempt), `seed ${seed}`).toBe(!isWeakly)
        weak[isWeakly ? 'some' : 'not']++
        const isStrongly = isStronglyStarved(evidence, attempt)
        if (isStrongly === undefined) continue
        expect(fairRetries(evidence, attempt, 'strongly').attempts.size > 0, `seed ${seed}`).toBe(isStrongly)
        strong[isStrongly ? 'some' : 'not']++
      }
    }
  for (const { not, some } of [weak, strong]) {
    expect(not).toBeGreaterThan(20)
    expect(some).toBeGreaterThan(20)
  }
})
