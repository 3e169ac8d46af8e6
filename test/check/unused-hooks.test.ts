// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

const messages = async (build: (m: M) => void): Promise<readonly string[]> =>
  (await check(instance(build), kernelRegistry)).findings.map(({ message }) => message)

test('a shrinker that no allocation can run is named, one that some run may enter is not', async () => {
  const shrinker = (m: M): void => m.shrinker('shrinker', (t) => t.local())
  const nothing = "nothing ever runs the shrinker 'shrinker'"
  expect(await messages((m) => (shrinker(m), m.thread('a', (t) => t.local())))).toContain(nothing)
  expect(await messages((m) => (shrinker(m), m.thread('a', (t) => t.allocKernel())))).toEqual([])
  expect(await messages((m) => (shrinker(m), m.kswapd()))).toEqual([])
})
