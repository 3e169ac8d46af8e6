// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import type { Result } from '#check/result'
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomCopies } from '../fixtures/random-copies.ts'
import { randomInterference } from '../fixtures/random-interference.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomNet } from '../fixtures/random-net.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { randomSections } from '../fixtures/random-sections.ts'

// Everything at once, as `--reduction full --symmetry on` runs it: simplification, faults in place, stubborn sets, chains,
// orbits, and every counterexample lifted and replayed (check() does that). Other seeds: REDUCE_SEED, REDUCE_MODELS.
const first = Number(process.env['REDUCE_SEED'] ?? 1)
const count = Number(process.env['REDUCE_MODELS'] ?? 120)

const told = ({ verdict, violation, findings }: Result): unknown => ({
  verdict,
  kind: violation?.kind,
  findings: findings
    .filter(({ code }) => code !== 'not-reduced' && code !== 'not-symmetric')
    .map(({ code, message }) => `${code} ${message}`)
    .sort(),
})

/** How many were compared, and of how many a smaller search told the same. */
async function compared(build: (seed: number) => Model): Promise<{ readonly all: number; readonly reduced: number }> {
  let [all, reduced] = [0, 0]
  for (let seed = first; seed < first + count; seed++) {
    const model = wellFormed(build, seed)
    if (model === undefined) continue
    const plain = { reduction: 'none', symmetry: 'off', maxStates: 5_000, expect: false } as const
    const full = await tryCheck(model, plain)
    if (full?.statistics.complete !== true) continue
    const less = await check(model, kernelRegistry, { reduction: 'full', symmetry: 'on', expect: false })
    expect(told(less), `seed ${seed}`).toEqual(told(full))
    all++
    if (less.statistics.states < full.statistics.states) reduced++
  }
  return { all, reduced }
}

function wellFormed(build: (seed: number) => Model, seed: number): Model | undefined {
  try {
    return build(seed)
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

async function tryCheck(model: Model, options: Parameters<typeof check>[2]): Promise<Result | undefined> {
  try {
    return await check(model, kernelRegistry, options)
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}

describe('all reductions together tell what the full search tells', { timeout: 86_400_000 }, () => {
  test.each<readonly [string, (seed: number) => Model, number]>([
    ['protocols', randomProtocol, 0.5],
    ['sections', randomSections, 0.5],
    ['interference', randomInterference, 0.5],
    ['copies', randomCopies, 0.3],
    ['nets', randomNet, 0.5],
    ['models of everything', randomModel, 0.1],
  ])('on random %s', async (_, build, share) => {
    const { all, reduced } = await compared(build)
    expect(all).toBeGreaterThan(count / 2)
    expect(reduced / all).toBeGreaterThan(share)
  })
})
