// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { families } from '../../bench/families.ts'
import { ours } from '../../bench/ours.ts'
// Importing it refuses a dist/ that is older than src/: the bench runs the command as it is built.
import '../cli/run.ts'

const limits = { seconds: 60, memoryBytes: 4 * 2 ** 30 }
const find = (name: string) => families.find((family) => family.name === name)!

test.each([
  ['full', 208],
  ['default', 208],
] as const)('the command in a process of its own is read: %s', (by, states) => {
  const run = ours(by, find('nested-locks'), 4, limits)
  expect(run).toMatchObject({ by, verdict: 'holds', states, transitions: 224 })
  expect(run.memoryBytes).toBeGreaterThan(2 ** 24)
  expect(run.stopped).toBeUndefined()
})

test('a violation is a verdict, a limit is none', () => {
  expect(ours('default', find('philosophers left-handed'), 3, limits).verdict).toBe('violated')
  const stopped = ours('full', find('ordered-locks'), 9, { ...limits, seconds: 1 })
  expect(stopped).toMatchObject({ stopped: 'time' })
  expect(stopped.verdict).toBeUndefined()
  expect(stopped.states).toBeGreaterThan(100)
})
