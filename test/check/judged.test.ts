// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test, vi } from 'vitest'
import { check } from '#check/check'
import { qualify, type CheckOptions } from '#check/options'
import { kinds } from '#ir/model'
import { searchAsAsked } from '#check/reduced-search'
import { lower } from '#semantics/lower/lower'
import fenceFarm from '../../models/bench/fence-farm.ts'
import globalLock from '../../models/bench/global-lock.ts'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'

const checked = (build: (m: M) => void, options: CheckOptions = {}) =>
  check(instance(build), kernelRegistry, { expect: false, reduction: 'full', ...options })

/** `a` holds a lock over a wait for a fence that `b` signals under the lock. */
const held =
  (wait: (t: T, f: ReturnType<M['fence']>) => void) =>
  (m: M): void => {
    const lock = m.mutex('lock')
    const f = m.fence('f', { published: true })
    m.thread('a', (t) => {
      t.lock(lock)
      wait(t, f)
      t.unlock(lock)
    })
    m.thread('b', (t) => {
      t.lock(lock)
      t.signal(f)
      t.unlock(lock)
    })
  }
/** Only the timeout ends it. */
const hidden = held((t, f) => t.waitTimeout(f, { timeout: () => {} }))
const plain = held((t, f) => t.wait(f))

/** `a` waits, interruptibly and with nothing in hand, for a fence that nobody has published. */
const unbounded = (m: M): void => {
  const f = m.fence('f')
  m.thread('a', (t) => t.waitInterruptible(f, { erestartsys: () => {} }))
  m.thread('b', (t) => t.local('is busy'))
}

describe('a reduced search of waits that may be given up', () => {
  test('finds what only that ends, by a second search', async () => {
    const [full, reduced] = [await checked(hidden, { reduction: 'none' }), await checked(hidden)]
    expect(reduced.statistics.reductions).toContain('stubborn sets')
    expect(reduced.violation).toMatchObject({ kind: 'masked', processes: ['a', 'b'] })
    expect(reduced.violation!.trace.outcome).toEqual(full.violation!.trace.outcome)
    expect(reduced.violation!.explanation.headline).toBe(full.violation!.explanation.headline)
    const alone = await checked(plain)
    expect(alone.violation).toMatchObject({ kind: 'deadlock', processes: ['a', 'b'] })
  })

  test('says which waits are legal and unbounded', async () => {
    for (const reduction of ['none', 'stubborn', 'full'] as const) {
      const { verdict, findings } = await checked(unbounded, { reduction })
      expect(verdict).toBe('holds')
      expect(findings.filter(({ code }) => code === 'unbounded-wait')).toHaveLength(1)
    }
  })

  test('counts the states of both, and a limit ends both', async () => {
    const { statistics } = await checked(unbounded, { reduction: 'stubborn' })
    // First a gives up, then b: three. With its adversary a is not alone any more, so b goes first; then a gives up, or
    // its adversary strikes, which it also may do after that: five.
    const reductions = ['stubborn sets', 'a second search without escapes']
    expect(statistics).toMatchObject({ states: 3 + 5, complete: true, reductions })
    for (let maxStates = 1; maxStates <= 8; maxStates++) {
      const { verdict, because } = await checked(unbounded, { reduction: 'stubborn', maxStates })
      expect(verdict, String(maxStates)).toBe('unknown')
      expect(because).toContain('limit')
    }
    expect((await checked(unbounded, { reduction: 'stubborn', maxStates: 9 })).verdict).toBe('holds')
  })

  test('is refused where what is masked is told beside what is stuck anyway', async () => {
    const both = (m: M): void => {
      hidden(m)
      const never = m.completion('never')
      m.thread('c', (t) => t.waitForCompletion(never))
    }
    const asked = [{ all: true }, { kinds: ['masked'] }, { kinds: ['misuse', 'deadlock', 'masked'] }] as const
    for (const options of asked) {
      const reduced = await checked(both, options)
      expect(reduced.statistics.reductions).not.toContain('stubborn sets')
      expect(reduced.findings).toContainEqual(expect.objectContaining({ code: 'not-reduced' }))
      const full = await checked(both, { ...options, reduction: 'none' })
      expect(reduced.violation?.kind).toBe(full.violation?.kind)
      expect(reduced.others?.map(({ kind }) => kind)).toEqual(full.others?.map(({ kind }) => kind))
    }
    expect((await checked(both, { all: true })).others!.map(({ kind }) => kind)).toContain('masked')
    expect((await checked(both, { kinds: ['masked'] })).violation!.kind).toBe('masked')
  })
})

test('every hang that differs is told, also of those that are only masked', async () => {
  const two = (m: M): void => {
    for (const of of ['x', 'y']) {
      const [lock, done] = [m.mutex(`lock_${of}`), m.completion(`done_${of}`)]
      m.thread(`wait_${of}`, (t) => {
        t.lock(lock)
        t.waitForCompletionTimeout(done, { timeout: () => {} })
        t.unlock(lock)
      })
      m.worker(`work_${of}`, (t) => {
        t.lock(lock)
        t.complete(done)
        t.unlock(lock)
      })
    }
  }
  const { violation, others } = await checked(two, { all: true })
  expect([violation!, ...others!].map(({ kind, shape, objects }) => [kind, shape, objects])).toEqual([
    ['masked', 'cycle', ['done_x', 'lock_x']],
    ['masked', 'cycle', ['done_y', 'lock_y']],
  ])
})

describe('a reduced search of loops that retry', () => {
  const others = kinds.filter((kind) => kind !== 'no-forward-progress')
  const contended = (m: M, back: 'rest' | 'again'): void => {
    const lock = m.mutex('lock')
    m.thread('holder', (t) =>
      t.loop(() => {
        t.idle()
        t.lock(lock)
        t.unlock(lock)
      }),
    )
    m.thread('eager', (t) =>
      t.loop(() =>
        t.trylock(lock, {
          got: () => {
            t.unlock(lock)
            t.break()
          },
          missed: () => {
            if (back === 'rest') t.idle()
            t.local('counts its failures')
          },
        }),
      ),
    )
  }

  test.each(['none', 'stubborn', 'full'] as const)('finds them (%s)', async (reduction) => {
    const { verdict, findings } = await checked((m) => contended(m, 'again'), { reduction, kinds: others })
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['unknown', ['retry-loop']])
  })

  test.each(['none', 'stubborn', 'full'] as const)('has them judged by a search in full (%s)', async (reduction) => {
    const { verdict, violation, findings, statistics } = await checked((m) => contended(m, 'again'), { reduction })
    expect([verdict, violation?.kind, statistics.reductions]).toEqual(['violated', 'no-forward-progress', []])
    expect(findings.map(({ code }) => code)).toEqual(reduction === 'none' ? [] : ['not-reduced'])
  })

  test('does not where they are found not to be: one search is enough', async () => {
    const { verdict, statistics } = await checked((m) => contended(m, 'rest'))
    expect([verdict, statistics.reductions]).toEqual(['holds', expect.arrayContaining(['stubborn sets'])])
  })

  test.each(['none', 'stubborn', 'full'] as const)('sees where they rest, also in passing (%s)', async (reduction) => {
    const { verdict, findings } = await checked((m) => contended(m, 'rest'), { reduction })
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['holds', []])
  })

  // Without (S) the one that goes round alone would hide the other.
  test.each(['stubborn', 'full'] as const)('beside one that goes round for ever (%s)', async (reduction) => {
    const { findings } = await checked(
      (m) => {
        const turns = m.int('turns', { max: 1 })
        m.thread('a busy one', (t) => t.loop(() => t.set(turns, 1)))
        contended(m, 'again')
      },
      { reduction, kinds: others },
    )
    expect(findings.map(({ code }) => code)).toContain('retry-loop')
  })
})

describe('what is said of how much was seen', () => {
  const seen = async (options: CheckOptions): Promise<string> => {
    const { assumptions } = await checked(plain, { kinds: ['misuse'], ...options })
    return assumptions[1]!
  }
  test('is true of a search that a limit has ended', async () => {
    expect(await seen({})).toBe('complete search of exactly these processes and objects')
    expect(await seen({ maxStates: 2 })).toBe('part of the states of exactly these processes and objects')
  })
})

describe('a search that is begun again with less', () => {
  const system = (N: number) => lower(globalLock.instantiate(undefined, { N }), globalLock.registry)
  const options = qualify({ machine: 'interpreter', symmetry: 'off', maxMemoryBytes: 2 ** 40 })

  test('takes the time of both', async () => {
    const start = performance.now()
    const { searched } = await searchAsAsked(system(20), options)
    const wall = (performance.now() - start) / 1000
    expect(searched.limit).toBeUndefined()
    expect(searched.seconds).toBeGreaterThan(wall / 2)
  })

  test('ends by the clock that the first one started, which leaves it most of the time', async () => {
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000))
    const farm = lower(fenceFarm.instantiate('in-turn', { N: 9 }), fenceFarm.registry)
    const { searched, reductions } = await searchAsAsked(farm, {
      ...options,
      maxMemoryBytes: Infinity,
      timeoutSeconds: 200,
    })
    clock.mockRestore()
    expect(searched.limit).toBe('the time limit of 200 s was hit')
    expect(reductions).not.toEqual([])
    // Each look at the clock takes some of these seconds, so that it ends a little late.
    expect(searched.seconds).toBeGreaterThanOrEqual(200)
    expect(searched.seconds).toBeLessThan(220)
    // It is looked at it after sixteen states, which is all there would be if nothing were left.
    expect(searched.search.store.size).toBeGreaterThan(10 * 16)
  })
})

describe('where everything is to be told, who retries in vain is too, beside somebody who is stuck', () => {
  const build = (m: M): void => {
    const [a, b] = [m.mutex('a'), m.mutex('b')]
    m.thread('taker', (t) => t.loop(() => (t.lock(a), t.unlock(a))))
    m.thread('tries', (t) => t.loop(() => t.trylock(a, { got: () => (t.unlock(a), t.break()), missed: () => {} })))
    m.thread('stuck', (t) => (t.lock(b), t.lock(b)))
  }
  const told = async (options: CheckOptions): Promise<readonly unknown[]> => {
    const { violation, others = [], findings } = await checked(build, { all: true, ...options })
    const isOpen = findings.some(({ code }) => code === 'retry-loop')
    return [violation!.kind, ...others.map(({ kind }) => kind), ...(isOpen ? ['left open'] : [])]
  }

  test.each(['none', 'stubborn', 'full'] as const)('with reduction %s', async (reduction) => {
    expect(await told({ reduction })).toEqual(['partial-deadlock', 'no-forward-progress'])
  })

  test('or it is said that it was not looked at, where a search in full is too large', async () => {
    const { states } = (await checked(build)).statistics
    expect(await told({ maxStates: states + 2 })).toEqual(['partial-deadlock', 'left open'])
  })
})

test('under a limit, what a timeout leads to may be worse than masked', async () => {
  const build = (m: M): void => {
    const [lock, f] = [m.mutex('lock'), m.fence('f', { published: true })]
    m.thread('a', (t) => {
      t.lock(lock)
      t.waitTimeout(f, { timeout: () => {} })
      t.await(0)
    })
  }
  const kindOf = async (maxStates: number): Promise<string | undefined> =>
    (await checked(build, { reduction: 'none', maxStates })).violation?.kind
  expect(await kindOf(3)).toBe('masked')
  expect(await kindOf(100)).not.toBe('masked')
})

test('beside what is masked nothing is said to be left open', async () => {
  const build = (m: M): void => {
    hidden(m)
    m.thread('c', (t) => t.either({ fails: () => t.assert(0), ends: () => {} }))
  }
  const looked = kinds.filter((kind) => kind !== 'assertion')
  for (const reduction of ['none', 'full'] as const) {
    const { violation, findings } = await checked(build, { reduction, kinds: looked })
    expect(violation?.kind).toBe('masked')
    expect(findings.map(({ code }) => code)).not.toContain('fault-ignored')
  }
})
