// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toPromela } from '#export/promela'
import { isModelSource, type ModelSource } from '#model/model'
import { lower } from '#semantics/lower/lower'
import type { System } from '#system/system'
import { instance, kernelRegistry } from '../fixtures/models.ts'
import { sampledInstancesOf } from '../fixtures/instances.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { constructs } from './constructs.ts'
import { interpreted } from './interpreted.ts'
import { missingTool, spin } from './spin.ts'

// SPIN as the referee: an independent explorer, given the exported text, must count the same states and see the same
// terminal deadlocks and faults. It judges nothing else: what our verdicts make of these states is tested elsewhere.

/** Larger models are not compared. */
const limit = 20_000
/** Random models of one run, by their seeds. `SPIN_SEED=1000 SPIN_MODELS=600` compares others. */
const firstSeed = Number(process.env['SPIN_SEED'] ?? 1)
const randomModels = Number(process.env['SPIN_MODELS'] ?? 60)

/** One of so many instances of the bundled models; `npm run nightly` and `SPIN_EVERY=1` compare all. */
const everyNth = Number(process.env['SPIN_EVERY'] ?? 4)

async function compare(system: System, skip?: (why: string) => void): Promise<void> {
  const ours = interpreted(system, limit)
  if (ours === undefined && skip !== undefined) return skip(`more than ${limit} states`)
  expect(await spin(toPromela(system))).toEqual(ours)
}

const folder = join(import.meta.dirname, '../../models')
const sources = await Promise.all(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map(async (file) => ((await import(join(folder, file))) as { default?: unknown }).default),
)
const bundled: readonly ModelSource[] = sources.filter(isModelSource)

if (missingTool !== undefined && process.env['CI'] === undefined)
  test.skip(`SPIN agrees (not compared: ${missingTool} is not installed)`, () => {})
else {
  test('the tools of the referee are installed, and it finds the models', () => {
    expect(missingTool).toBeUndefined()
    expect(bundled.length).toBeGreaterThan(8)
  })

  describe.concurrent('SPIN agrees on', { timeout: 90_000 }, () => {
    for (const [name, build] of Object.entries(constructs))
      test(name, () => compare(lower(instance(build), kernelRegistry)))
  })

  describe.concurrent('SPIN agrees on the bundled model', { timeout: 90_000 }, () => {
    const instances = bundled.flatMap((source) => sampledInstancesOf(source).map((one) => ({ source, ...one })))
    for (const { source, name, build } of instances.filter((_, i) => i % everyNth === 0))
      test(`${source.id} ${name}`, ({ skip }) => compare(lower(build(), source.registry), skip))
  })

  describe.concurrent('SPIN agrees on the random model', { timeout: 90_000 }, () => {
    for (let seed = firstSeed; seed < firstSeed + randomModels; seed++)
      test(`seed ${seed}`, ({ skip }) => compare(lower(randomModel(seed), kernelRegistry), skip))
  })
}
