// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import type { ReductionChoice } from '#check/options'
import fenceWorkers from '../../models/bench/fence-workers.ts'
import globalLock from '../../models/bench/global-lock.ts'
import lockPairs from '../../models/bench/lock-pairs.ts'
import loopingPhilosophers from '../../models/bench/looping-philosophers.ts'
import nestedLocks from '../../models/bench/nested-locks.ts'
import philosophers from '../../models/bench/philosophers.ts'

async function searched(source: ModelSource, variant: string | undefined, N: number, reduction: ReductionChoice) {
  const result = await check(source.instantiate(variant, { N }), source.registry, { reduction })
  expect(result.mismatch).toBeUndefined()
  const { states, transitions, complete } = result.statistics
  expect(complete).toBe(true)
  return [states, transitions]
}

type Sized = readonly [ModelSource, string | undefined, number, number, number]
const name = ([source, variant, N]: Sized): string => [source.id, variant, N].filter((x) => x !== undefined).join(' ')
const named = (cases: readonly Sized[]): (readonly [string, Sized])[] => cases.map((sized) => [name(sized), sized])

// States and transitions as an independent explorer counts them on a Petri net of the same protocol.
describe('every state is counted', () => {
  test.each(
    named([
      [philosophers, 'left-handed', 6, 12_671, 43_578],
      [philosophers, 'one-reversed', 6, 10_816, 35_712],
      [loopingPhilosophers, undefined, 6, 1_485, 5_806],
      [loopingPhilosophers, undefined, 10, 238_941, 1_593_082],
      [fenceWorkers, undefined, 4, 3_579, 12_262],
      [fenceWorkers, undefined, 6, 117_579, 553_712],
      // A pair alone has 20 states and 20 transitions: 20^N states, and in each of them N pairs that are somewhere.
      [lockPairs, undefined, 3, 20 ** 3, 3 * 20 ** 3],
      // Ten places outside the lock, two inside, where one of N can be: 10^N + N * 2 * 10^(N-1).
      [globalLock, undefined, 4, 18_000, 63_200],
      // Two places outside the locks, six inside, where one of N can be: 2^N + N * 6 * 2^(N-1).
      [nestedLocks, undefined, 4, 208, 224],
      [nestedLocks, undefined, 6, 1_216, 1_344],
    ]),
  )('%s', async (_, [source, variant, N, states, transitions]) => {
    expect(await searched(source, variant, N, 'none')).toEqual([states, transitions])
  })
})

// The figures of an independent prototype of the same sets, on nets of the same protocols.
describe('stubborn sets leave', () => {
  test.each(
    named([
      [philosophers, 'left-handed', 6, 939, 1_032],
      [philosophers, 'left-handed', 10, 6_721, 7_178],
      [philosophers, 'one-reversed', 6, 687, 745],
      [philosophers, 'one-reversed', 10, 4_331, 4_623],
      [loopingPhilosophers, undefined, 6, 105, 134],
      [loopingPhilosophers, undefined, 10, 329, 418],
      [lockPairs, undefined, 5, 96, 100],
      [lockPairs, undefined, 6, 115, 120],
      [fenceWorkers, undefined, 8, 4_773, 5_541],
      [globalLock, undefined, 8, 6_509, 7_277],
      [nestedLocks, undefined, 6, 1_216, 1_344],
    ]),
  )('%s', async (_, [source, variant, N, states, transitions]) => {
    expect(await searched(source, variant, N, 'stubborn')).toEqual([states, transitions])
  })
})

test.each([2, 3, 5])('%i left-handed philosophers deadlock in one ring of all of them', async (N) => {
  const { violation } = await check(philosophers.instantiate('left-handed', { N }), philosophers.registry)
  expect(violation).toMatchObject({ kind: 'deadlock', shape: 'cycle' })
  const all = (word: string): string[] => Array.from({ length: N }, (_, i) => `${word}${i}`)
  expect(violation!.processes.toSorted()).toEqual(all('P'))
  expect(violation!.objects.toSorted()).toEqual(all('fork'))
})
