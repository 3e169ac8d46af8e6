// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { certify } from '#lockdep/certify'
import { lower } from '#semantics/lower/lower'
import type { Primitive } from '#semantics/primitive'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomOrdered } from '../fixtures/random-ordered.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { randomSections } from '../fixtures/random-sections.ts'
import { attempt } from './refuted.ts'

/** `FENCECHECK_CERTIFICATES=20000 FENCECHECK_SEED=1000000` looks at so many models, from that seed on, and as deep. */
const asked = Number(process.env['FENCECHECK_CERTIFICATES'] ?? 0)
const models = asked > 0 ? asked : 2_000
const seed = Number(process.env['FENCECHECK_SEED'] ?? 1)
/** In the test run most are searched with two instances of each process, one in eight with three. */
const sizes = (i: number) =>
  asked > 0 ? { upTo: 3, maxStates: 20_000 } : { upTo: i % 8 === 0 ? 3 : 2, maxStates: i % 8 === 0 ? 4_000 : 1_000 }

test(
  `${models} random models: what has a certificate does not get stuck, however many instances are tried`,
  { timeout: asked > 0 ? 0 : 240_000 },
  async () => {
    let certified = 0
    const searched = [0, 0, 0, 0]
    for (let i = 0; i < models; i++) {
      const result = await attempt(randomOrdered(seed + i), sizes(i))
      expect(result.refutation, `seed ${seed + i}`).toBeUndefined()
      if (!result.certified) continue
      certified++
      searched[result.searched]!++
    }
    expect(certified).toBeGreaterThan(models / 3)
    expect(certified).toBeLessThan(models * 0.9)
    expect(searched[2]! + searched[3]!).toBeGreaterThan(certified / 4)
  },
)

test.each([
  ['protocols', randomProtocol],
  ['sections', randomSections],
  ['anything', randomModel],
])('the other random models too: %s', { timeout: 120_000 }, async (_, make: (seed: number) => Model) => {
  let certified = 0
  for (let i = 0; i < 250; i++) {
    const model = make(seed + i)
    if (!isWellFormed(model)) continue
    const result = await attempt(model, { upTo: 2, maxStates: 1_000 })
    expect(result.refutation, `seed ${seed + i}`).toBeUndefined()
    if (result.certified) certified++
  }
  expect(certified).toBeGreaterThan(0)
})

/** Now and then a random model names a location that a process does not have. */
function isWellFormed(model: Model): boolean {
  try {
    return lower(model, kernelRegistry).processes.length > 0
  } catch (error) {
    if (error instanceof FencecheckError) return false
    throw error
  }
}

/** What a primitive says of its holders, told wrong: certificates come out that a search refutes. */
const told = (name: keyof typeof kernelPrimitives, holds: NonNullable<Primitive['holds']>) =>
  new Registry<Record<string, Primitive>>({ ...kernelPrimitives, [name]: { ...kernelPrimitives[name], holds } })

test.each([
  ['nobody holds a mutex', told('mutex', {}), 0],
  ['nobody holds a spinlock', told('spinlock', {}), 0],
  // One model in some thousand shows it.
  ['readers hold nothing', told('rwsem', { write: kernelPrimitives.rwsem.holds.write }), 3_300],
])('a planted fault is found: %s', { timeout: 120_000 }, async (_, wrong, from) => {
  for (let i = from; i < from + 600; i++) {
    const model = randomOrdered(i)
    const certificate = certify(model, wrong)
    if ('refused' in certificate || 'certificate' in certify(model, kernelRegistry)) continue
    const { refutation } = await attempt(model, { upTo: 2, maxStates: 3_000, by: () => certificate })
    if (refutation !== undefined) return
  }
  expect.fail('no refutation in 600 models')
})
