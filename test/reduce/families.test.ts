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
import { instancesOf } from '../fixtures/instances.ts'
import { searchedReduced } from './searched.ts'

const sizes = (source: ModelSource, variant: string | undefined, N: number, order?: 'depth-first') => {
  const system = lower(source.instantiate(variant, { N }), source.registry)
  const { states, edges, rounds } = searchedReduced(system, { limit: 100_000, ...(order && { order }) })!
  return [states, edges, rounds]
}

describe('reduced sizes', () => {
  // The figures of an independent prototype of the same sets.
  test.each([
    [7, 897],
    [8, 1445],
    [9, 2215],
    [10, 3261],
  ])('ordered-locks %i has %i states', (n, states) => {
    expect(sizes(orderedLocks, undefined, n)[0]).toBe(states)
  })
  test.each([
    [3, 857],
    [4, 2208],
  ])('fence-farm %i has %i states', (n, states) => expect(sizes(fenceFarm, 'in-turn', n)[0]).toBe(states))

  test('do not depend on the order of the search', () => {
    expect(sizes(orderedLocks, undefined, 6, 'depth-first')).toEqual(sizes(orderedLocks, undefined, 6))
    expect(sizes(fenceFarm, 'atomic', 3, 'depth-first')).toEqual(sizes(fenceFarm, 'atomic', 3))
  })

  test('ordered-locks 20, far beyond a full search, is searched whole', async () => {
    const result = await check(orderedLocks.instantiate(undefined, { N: 20 }), orderedLocks.registry, {
      reduction: 'stubborn',
    })
    expect(result).toMatchObject({ verdict: 'holds', statistics: { states: 45_071, reductions: ['stubborn sets'] } })
  })
})

const folder = new URL('../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('bench/'),
)

describe.each(files)('%s', async (file) => {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }
  expect(isModelSource(source)).toBe(true)

  test.each(instancesOf(source))('$name has the same verdict reduced, with every set verified', async ({ build }) => {
    const model = build()
    const options = { reduction: 'stubborn', checkReduction: true, expect: false } as const
    const [full, reduced] = [
      await check(model, source.registry, { reduction: 'none', expect: false }),
      await check(model, source.registry, options),
    ]
    const told = ({ verdict, violation, findings }: typeof full) => ({
      verdict,
      kind: violation?.kind,
      shape: violation?.shape,
      processes: violation?.processes.toSorted(),
      objects: violation?.objects.toSorted(),
      findings: findings.filter(({ code }) => code !== 'not-reduced').map(({ code }) => code),
    })
    expect(told(reduced)).toEqual(told(full))
    expect(reduced.statistics.states).toBeLessThanOrEqual(full.statistics.states)
  })
})
