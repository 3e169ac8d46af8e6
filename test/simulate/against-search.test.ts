// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelSource } from 'fencecheck'
import { kernelPrimitives } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { schedulers, simulate } from '#check/simulate'
import { Registry } from '#semantics/registry'
import { sampledInstancesOf } from '../fixtures/instances.ts'
import { randomInterference } from '../fixtures/random-interference.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'

// What a schedule finds is there (every finding is replayed besides), and a schedule never says that a model holds.

const registry = new Registry(kernelPrimitives)

describe.each([
  ['protocols', randomProtocol],
  ['interference', randomInterference],
  ['models of everything', randomModel],
] as const)('on random %s', (_, build) => {
  test.each(schedulers)('%s finds only what an exhaustive search finds', async (scheduler) => {
    let [violated, found] = [0, 0]
    for (let seed = 1; seed <= 60; seed++) {
      const searched = await check(build(seed), registry, { maxStates: 20_000 })
      const { verdict } = await simulate(build(seed), registry, { scheduler, schedules: 20, maxSteps: 200 })
      expect(['violated', 'unknown']).toContain(verdict)
      if (verdict === 'violated') expect(searched.verdict, `seed ${seed}`).not.toBe('holds')
      if (searched.verdict === 'violated') violated++
      if (verdict === 'violated') found++
    }
    expect(found / violated).toBeGreaterThan(0.6)
    expect(violated).toBeGreaterThan(10)
  })
})

test('on the bundled models', async () => {
  const folder = new URL('../../models/', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  let [violated, found] = [0, 0]
  for (const file of files) {
    const { default: source } = (await import(join(folder, file))) as { default: ModelSource }
    for (const { name, build } of sampledInstancesOf(source)) {
      const expected = build().expect!.verdict
      const { verdict } = await simulate(build(), source.registry, { schedules: 60, maxSteps: 300 })
      if (verdict === 'violated') expect(expected, `${file} ${name}`).toBe('violated')
      if (expected === 'violated') violated++
      if (verdict === 'violated') found++
    }
  }
  expect(violated).toBeGreaterThan(100)
  expect(found / violated).toBeGreaterThan(0.6)
}, 240_000)
