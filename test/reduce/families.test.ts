// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { isModelSource } from '#model/model'
import { lower } from '#semantics/lower/lower'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fenceFarm from '../../models/bench/fence-farm.ts'
import orderedLocks from '../../models/bench/ordered-locks.ts'
import { sampledInstancesOf } from '../fixtures/instances.ts'
import { searchedReduced } from './searched.ts'

interface How {
  readonly chains?: boolean
  readonly order?: 'depth-first'
}
const sizes = (source: ModelSource, variant: string | undefined, N: number, how: How) => {
  const system = lower(source.instantiate(variant, { N }), source.registry)
  const { states, edges, rounds } = searchedReduced(system, { limit: 100_000, ...how })!
  return [states, edges, rounds]
}
const reducedOf = (source: ModelSource, variant: string | undefined, N: number): number =>
  sizes(source, variant, N, { chains: false })[0]!
const storedOf = (source: ModelSource, variant: string | undefined, N: number): number =>
  sizes(source, variant, N, { chains: true })[0]!

describe('reduced sizes', () => {
  // The figures of an independent prototype of the same sets.
  test.each([
    [7, 897],
    [8, 1445],
    [9, 2215],
    [10, 3261],
  ])('ordered-locks %i has %i states', (n, states) => expect(reducedOf(orderedLocks, undefined, n)).toBe(states))
  test.each([
    [3, 857],
    [4, 2208],
  ])('fence-farm %i has %i states', (n, states) => expect(reducedOf(fenceFarm, 'in-turn', n)).toBe(states))

  // And of the same with chains, by the same prototype.
  test('few of them are stored once chains are compressed', () => {
    expect(storedOf(orderedLocks, undefined, 20)).toBe(2_473)
    expect(storedOf(fenceFarm, 'in-turn', 4)).toBe(208)
    expect(storedOf(fenceFarm, 'in-turn', 8)).toBe(5_250)
  })

  test.each([true, false])('do not depend on the order of the search (chains: %s)', (chains) => {
    const [deep, wide] = [{ chains, order: 'depth-first' } as const, { chains }]
    expect(sizes(orderedLocks, undefined, 6, deep)).toEqual(sizes(orderedLocks, undefined, 6, wide))
    expect(sizes(fenceFarm, 'atomic', 3, deep)).toEqual(sizes(fenceFarm, 'atomic', 3, wide))
  })

  test('ordered-locks 20, far beyond a full search, is searched whole', async () => {
    const checked = (reduction: 'stubborn' | 'full') =>
      check(orderedLocks.instantiate(undefined, { N: 20 }), orderedLocks.registry, { reduction })
    expect(await checked('stubborn')).toMatchObject({
      verdict: 'holds',
      statistics: { states: 45_071, visited: 45_071, reductions: ['stubborn sets'] },
    })
    // All locks are leaves, one after the other: nothing is left to search.
    expect(await checked('full')).toMatchObject({
      verdict: 'holds',
      statistics: { states: 1, reductions: ['20 leaf locks', '40 local steps', 'stubborn sets', 'chain compression'] },
    })
  })
})

const folder = new URL('../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('bench/'),
)

describe.each(files)('%s', async (file) => {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }
  expect(isModelSource(source)).toBe(true)

  test.each(sampledInstancesOf(source))(
    '$name has the same verdict reduced, with every set verified unless there are very many',
    async ({ build }) => {
      const model = build()
      const plain = await check(model, source.registry, { reduction: 'none', expect: false })
      // The nightly run verifies those of random models, however many states there are.
      const options = { checkReduction: plain.statistics.states <= 3_000, expect: false } as const
      const [stubborn, full] = [
        await check(model, source.registry, { ...options, reduction: 'stubborn' }),
        await check(model, source.registry, { ...options, reduction: 'full' }),
      ]
      const told = ({ verdict, violation, findings }: typeof plain) => ({
        verdict,
        kind: violation?.kind,
        shape: violation?.shape,
        processes: violation?.processes.toSorted(),
        objects: violation?.objects.toSorted(),
        findings: findings.filter(({ code }) => code !== 'not-reduced').map(({ code }) => code),
      })
      expect(told(stubborn)).toEqual(told(plain))
      // What no section covers is told of a system that was not simplified (docs/limits.md, "Annotation completeness").
      const covered = (of: ReturnType<typeof told>) => ({
        ...of,
        findings: of.findings.filter((code) => code !== 'unannotated'),
      })
      expect(covered(told(full))).toEqual(covered(told(plain)))
      // An adversary for steps that nobody relies on has states of its own, and what escapes hide takes a second search.
      const isOrdinary = lower(model, source.registry).transitions.every(({ tag }) => tag === undefined)
      if (isOrdinary) expect(stubborn.statistics.states).toBeLessThanOrEqual(plain.statistics.states)
      expect(full.statistics.states).toBeLessThanOrEqual(stubborn.statistics.states)
    },
  )
})
