// SPDX-License-Identifier: Apache-2.0
import { add, model } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import type { Model } from '#ir/model'
import { Reduction } from '#reduce/reduction'
import { verifiedGroups } from '#reduce/symmetry/groups'
import { SymmetricSearch } from '#reduce/symmetry/symmetric-search'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import type { System } from '#system/system'
import fenceFarm from '../../../models/bench/fence-farm.ts'
import type { M } from '../../fixtures/models.ts'

const registry = new Registry(kernelPrimitives)
const built = (build: (m: M) => void): Model =>
  model('test/symmetry', { summary: 'A test.' }, (m) => build(m)).instantiate()
const systemOf = (build: (m: M) => void): System => lower(built(build), registry)

/** States stored without stubborn sets, and with. */
function stored(build: (m: M) => void): { readonly orbits: number; readonly both: number } {
  const machine = new Engine(systemOf(build))
  const { groups, refused } = verifiedGroups(machine.system)
  expect(refused).toEqual([])
  const size = (stubborn: boolean): number => {
    const symmetric = new SymmetricSearch(machine, groups)
    const reduction = stubborn ? new Reduction(machine, { ignoring: symmetric.ignoring }) : undefined
    const frontier = new BreadthFirst()
    const search = explore({ machine: symmetric.machine, frontier, ...(reduction && { select: reduction.select }) })
    do expect(search.advance(100_000)).toBe(true)
    while (reduction?.complete(search) === false)
    return search.graph.states
  }
  return { orbits: size(false), both: size(true) }
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)

const walkers =
  (name: string, n: number, locations: number) =>
  (m: M): void =>
    m.copies(name, n, (c) =>
      c.thread('p', (t) => {
        for (let i = 1; i < locations; i++) t.local()
      }),
    )

describe('as many orbits as can be counted by hand', () => {
  test.each([
    [2, 2],
    [4, 3],
    [8, 5],
    [12, 4],
  ])('%i copies that go through %i locations: multisets of locations', (n, k) => {
    expect(stored(walkers('w', n, k)).orbits).toBe(choose(n + k - 1, k - 1))
  })

  test('groups are permuted independently', () => {
    const both = (m: M): void => (walkers('v', 3, 4)(m), walkers('w', 5, 3)(m))
    expect(stored(both).orbits).toBe(choose(6, 3) * choose(7, 2))
  })

  test('variables count: two flags each, of which the second may only be raised after the first', () => {
    // A copy has raised none, one or both: three words.
    const { orbits } = stored((m) =>
      m.copies('c', 6, (c) => {
        const [a, b] = [c.flag('a'), c.flag('b')]
        c.thread('p', (t) => (t.set(a, 1), t.set(b, 1)))
      }),
    )
    expect(orbits).toBe(choose(8, 2))
  })

  test('words longer than 32 bits, and variables of 32 and of more', () => {
    // Of n copies some have added 1 and some not.
    const wide = (min: number, max: number) => (m: M) =>
      m.copies('c', 4, (c) => {
        const xs = [c.int('x', { min, max }), c.int('y', { max: 1000 }), c.int('z', { min: -5, max: 70_000 })]
        c.thread('p', (t) => t.step({ set: xs.map((x) => [x, add(x, 1)] as const) }))
      })
    for (const max of [1, 2 ** 31 - 1]) expect(stored(wide(-max, max)).orbits, `${max}`).toBe(5)
    const machine = new Interpreter(systemOf(wide(-(2 ** 31), 2 ** 31)))
    const search = explore({
      machine: new SymmetricSearch(machine, verifiedGroups(machine.system).groups).machine,
      frontier: new BreadthFirst(),
    })
    search.advance(100)
    expect([search.done, search.graph.states]).toEqual([true, 5])
  })

  test('n threads with local work and one lock', () => {
    // Words: at first, worked, holding, done; at most one holds. With n threads and nobody holding they spread over three
    // words, with one holding the others do.
    const contenders = (m: M): void => {
      const lock = m.mutex('lock')
      m.copies('c', 8, (c) =>
        c.thread('p', (t) => {
          t.local()
          t.lock(lock)
          t.unlock(lock)
        }),
      )
    }
    const { orbits, both } = stored(contenders)
    expect(orbits).toBe(choose(10, 2) + choose(9, 2))
    // Local steps come first, one after the other: 8. Then 0 to 8 threads are done, and 0 to 7 while one holds.
    expect(both).toBe(8 + 9 + 8)
  })

  test('the engine and the interpreter store the same orbits', () => {
    const system = lower(fenceFarm.instantiate('atomic', { N: 2 }), fenceFarm.registry)
    const { groups } = verifiedGroups(system)
    const states = <S>(machine: ConstructorParameters<typeof SymmetricSearch<S>>[0]): [number, number] => {
      const search = explore({ machine: new SymmetricSearch(machine, groups).machine, frontier: new BreadthFirst() })
      search.advance(10_000)
      return [search.graph.states, search.graph.edges]
    }
    expect(states(new Engine(system))).toEqual(states(new Interpreter(system)))
  })
})

describe('check', () => {
  const atomic = (N: number): Model => fenceFarm.instantiate('atomic', { N })

  test('uses symmetry where it is asked for, and says so', async () => {
    const on = await check(atomic(2), registry, { reduction: 'none', symmetry: 'on' })
    const off = await check(atomic(2), registry, { reduction: 'none' })
    expect(on).toMatchObject({ verdict: 'holds', findings: off.findings, statistics: { reductions: ['symmetry'] } })
    expect(off.statistics.reductions).toEqual([])
    // 4,768 states; those that both exchanges of the two drivers leave alone are counted once, all others in pairs.
    expect([off.statistics.states, on.statistics.states]).toEqual([4_768, 2_464])
  })

  test('says by name what it did not take for alike, and searches without', async () => {
    const inTurn = fenceFarm.instantiate('in-turn', { N: 2 })
    const result = await check(inTurn, registry, { symmetry: 'on' })
    expect(result.statistics.reductions).toEqual([])
    expect(result.findings).toContainEqual({
      code: 'not-symmetric',
      message: expect.stringMatching(/^group 'driver': copies 0 and 1 are not alike: 'evictor0' has a step/),
    })
    const off = await check(inTurn, registry, { symmetry: 'off' })
    expect(result.statistics.states).toBe(off.statistics.states)
    expect(off.findings.map(({ code }) => code)).not.toContain('not-symmetric')
  })

  test('uses it by itself once a model is large', async () => {
    // Limited in memory, so a model counts as large from 100,000 states on.
    const large = await check(atomic(4), registry, { maxMemoryBytes: 2 ** 33 })
    expect(large).toMatchObject({
      verdict: 'holds',
      statistics: {
        reductions: ['4 leaf locks', '8 local steps', 'stubborn sets', 'chain compression', 'symmetry'],
      },
    })
    const without = await check(atomic(4), registry, { maxMemoryBytes: 2 ** 33, symmetry: 'off' })
    expect(without.statistics.reductions).not.toContain('symmetry')
    expect(without.statistics.states).toBeGreaterThan(large.statistics.states)
    const stubborn = await check(atomic(4), registry, { reduction: 'stubborn', symmetry: 'on' })
    expect(stubborn.statistics).toMatchObject({ states: 258, reductions: ['stubborn sets', 'symmetry'] })
    // Where all of what only a timeout ends is to be told there are no stubborn sets.
    const alone = built((m) => {
      const never = m.fence('never')
      m.copies('c', 6, (c) =>
        c.thread('p', (t) => {
          t.waitTimeout(never, { timeout: () => {} })
          for (let i = 0; i < 6; i++) t.local()
        }),
      )
    })
    expect((await check(alone, registry, { maxMemoryBytes: 2 ** 33, all: true })).statistics).toMatchObject({
      // A wait and six steps more: eight locations.
      states: choose(13, 7),
      reductions: ['symmetry'],
    })
  })

  test('fence-farm 16, all at once', async () => {
    // 60 states for each driver and 18: 258 with four, 978 with sixteen.
    const result = await check(atomic(16), registry, { reduction: 'stubborn', symmetry: 'on' })
    expect(result).toMatchObject({ verdict: 'holds', statistics: { states: 978, complete: true } })
  })

  test('a counterexample names processes of some copy and replays', async () => {
    const abba = built((m) => {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.copies('c', 3, (c) => {
        c.thread('x', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
        c.thread('y', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
      })
    })
    for (const reduction of ['none', 'stubborn'] as const) {
      const { verdict, violation } = await check(abba, registry, { reduction, symmetry: 'on' })
      expect(verdict).toBe('violated')
      expect(violation).toMatchObject({ kind: 'deadlock', shape: 'cycle', objects: ['a', 'b'] })
      expect(violation!.processes.map((name) => name.replace(/\d/, '')).sort()).toEqual(['c[].x', 'c[].y'])
    }
  })
})
