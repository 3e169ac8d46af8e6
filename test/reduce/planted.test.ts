// SPDX-License-Identifier: Apache-2.0
import { and, at, eq, ifElse, model, ne, or } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import type { Relations } from '#reduce/relations'
import type { System, TransitionId } from '#system/system'
import type { M } from '../fixtures/models.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

const registry = new Registry(kernelPrimitives)
const systemOf = (build: (m: M) => void): System =>
  lower(model('test/reduce', { summary: 'A test.' }, (m) => build(m)).instantiate(), registry)

/** In how many random protocols a mistake is noticed: by another verdict, or by a set that breaks its promise. */
function noticed(plant: (system: System) => (relations: Relations) => Relations): {
  verdicts: number
  promises: number
} {
  let [verdicts, promises] = [0, 0]
  for (let seed = 1; seed <= 120; seed++) {
    const system = lower(randomProtocol(seed), registry)
    if (whyNotReduced(system) !== undefined) continue
    const relations = plant(system)
    const full = searchedInFull(system, { limit: 2_000 })
    if (full === undefined) continue
    const reduced = searchedReduced(system, { relations, limit: 20_000 })
    if (reduced !== undefined && JSON.stringify(reduced.told) !== JSON.stringify(full.told)) verdicts++
    try {
      searchedReduced(system, { relations, verify: true })
    } catch {
      promises++
    }
  }
  return { verdicts, promises }
}

/** Transitions of these operations and exits are taken for being in nobody's way. */
const without =
  (...pairs: readonly (readonly [string, string])[]) =>
  (system: System) =>
  (relations: Relations): Relations => {
    const name = (id: TransitionId): string => {
      const { origin, exit } = system.transitions[id]!
      const { op } = system.origins[origin]!
      return exit === 'ok' ? op : `${op} ${exit}`
    }
    const harmless = (a: TransitionId, b: TransitionId): boolean =>
      pairs.some(([x, y]) => (name(a) === x && name(b) === y) || (name(a) === y && name(b) === x))
    return {
      ...relations,
      conflicts: (id) => relations.conflicts(id).filter((other) => !harmless(id, other)),
      lastChanges: (conjunct) => relations.lastChanges(conjunct),
      firstChanges: (conjunct) => relations.firstChanges(conjunct),
    }
  }

describe('planted mistakes are noticed', { timeout: 240_000 }, () => {
  test.each<readonly [string, (system: System) => (relations: Relations) => Relations]>([
    ['unlock and a trylock that misses accord', without(['unlock', 'trylock missed'])],
    ['two locks accord', without(['lock', 'lock'])],
    ['nothing is in the way of anything', () => (r) => ({ ...r, ...bound(r), conflicts: () => [] })],
    ['nobody has to move first', () => (r) => ({ ...r, ...bound(r), firstChanges: () => [] })],
    ['nobody makes a condition true', () => (r) => ({ ...r, ...bound(r), lastChanges: () => [] })],
  ])('%s', (_, plant) => {
    expect(noticed(plant).promises).toBeGreaterThan(0)
  })

  test('and nothing is where there is no mistake', () => {
    expect(noticed(() => (relations) => relations)).toEqual({ verdicts: 0, promises: 0 })
  })
})

const bound = (r: Relations): Pick<Relations, 'conflicts' | 'lastChanges' | 'firstChanges'> => ({
  conflicts: (id) => r.conflicts(id),
  lastChanges: (conjunct) => r.lastChanges(conjunct),
  firstChanges: (conjunct) => r.firstChanges(conjunct),
})

describe('what looks at a location is decided by more than values', () => {
  const agrees = (build: (m: M) => void): void => {
    const system = systemOf(build)
    expect(searchedReduced(system)!.told).toEqual(searchedInFull(system)!.told)
    expect(() => searchedReduced(system, { verify: true })).not.toThrow()
  }

  test('a condition: the other writes a variable that it looks at too', () =>
    agrees((m) => {
      const x = m.int('x', { max: 1, init: 1 })
      m.thread('a', (t) => {
        t.local()
        t.label('asks')
        t.assert(or(ne(x, 1), and(at('a', 'asks'), eq(x, 0))))
      })
      m.thread('b', (t) => {
        t.set(x, 0)
        t.local()
      })
    }))

  test('a value: where the process is decides what is written', () =>
    agrees((m) => {
      const x = m.int('x', { max: 2, init: 1 })
      m.thread('a', (t) => {
        t.label('begin')
        t.set(x, ifElse(at('a', 'begin'), 0, x))
      })
      m.thread('b', (t) => t.when(eq(x, 1), () => t.assert(eq(x, 0))))
    }))
})

describe('what goes round for ever hides nobody', () => {
  const build = (m: M): void => {
    const [x, a] = [m.int('x', { max: 1 }), m.mutex('a')]
    m.thread('looper', (t) =>
      t.loop(() => {
        t.set(x, 1)
        t.set(x, 0)
      }),
    )
    m.thread('stuck', (t) => (t.lock(a), t.lock(a)))
  }

  test('states at which something was ignored are expanded again', () => {
    const [full, reduced] = [searchedInFull(systemOf(build))!, searchedReduced(systemOf(build))!]
    expect(reduced.told).toEqual(full.told)
    expect(reduced.told.kinds).toEqual(['partial-deadlock'])
    expect(reduced.rounds).toBeGreaterThan(0)
  })

  test('and a limit that comes before that leaves what they lead to unknown', () => {
    const machine = new Engine(systemOf(build))
    const reduction = new Reduction(machine)
    const search = explore({ machine, frontier: new BreadthFirst(), select: reduction.select })
    search.advance(1_000)
    expect(reduction.complete(search)).toBe(false)
    const known = (): number =>
      Array.from({ length: search.graph.states }, (_, id) => id).filter((id) => search.graph.expanded(id)).length
    const before = known()
    reduction.abandon(search)
    expect(known()).toBeLessThan(before)
  })

  test('a limit that comes first makes no false alarm', async () => {
    const late = (m: M): void => {
      const [x, a] = [m.int('x', { max: 1 }), m.mutex('a')]
      m.thread('looper', (t) =>
        t.loop(() => {
          t.set(x, 1)
          t.set(x, 0)
        }),
      )
      m.thread('patient', (t) => (t.lock(a), t.unlock(a)))
    }
    const built = model('test/late', { summary: 'A test.' }, (m) => late(m)).instantiate()
    for (const maxStates of [1, 2, 3, 4, 5]) {
      const { verdict } = await check(built, registry, { reduction: 'stubborn', maxStates })
      expect(verdict, `${maxStates}`).not.toBe('violated')
    }
  })
})

describe('what is not proven is not reduced', () => {
  const reason = (build: (m: M) => void): string | undefined => whyNotReduced(systemOf(build))

  test('escapes and steps that nobody relies on, before an adversary takes them away', () => {
    expect(reason((m) => m.thread('a', (t) => t.waitTimeout(m.fence('f'), { timeout: () => {} })))).toContain(
      'given up',
    )
    expect(reason((m) => m.thread('a', (t) => t.may('user', () => t.local())))).toContain('nobody relies on')
    expect(reason((m) => m.thread('a', (t) => t.lock(m.mutex('a'))))).toBeUndefined()
  })

  /** Tokens go round, and somebody tries a lock for ever. */
  const net = (m: M): void => {
    const a = m.mutex('a')
    m.thread('a', (t) => t.loop(() => t.trylock(a, { got: () => t.break(), missed: () => {} })))
    const x = m.int('x', { max: 1 })
    m.machine('net', {
      initial: 'marked',
      states: {
        marked: [
          { when: eq(x, 0), set: [[x, 1]], to: 'marked' },
          { when: eq(x, 1), set: [[x, 0]], to: 'marked' },
        ],
      },
    })
  }

  test('retry loops beside a net, and the result says so where a reduction was asked for', async () => {
    expect(reason(net)).toContain('loops are not preserved')
    const built = model('test/net', { summary: 'A test.' }, net).instantiate()
    const result = await check(built, registry, { reduction: 'stubborn' })
    expect(result.statistics.reductions).toEqual([])
    expect(result.findings).toContainEqual(expect.objectContaining({ code: 'not-reduced' }))
  })
})
