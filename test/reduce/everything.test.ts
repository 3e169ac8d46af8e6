// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { Model } from '#ir/model'
import { randomCopies } from '../fixtures/random-copies.ts'
import { randomHandlers } from '../fixtures/random-handlers.ts'
import { randomInterference } from '../fixtures/random-interference.ts'
import { randomLooks } from '../fixtures/random-looks.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomNet, randomWeightedNet } from '../fixtures/random-net.ts'
import { randomProtocol } from '../fixtures/random-protocol.ts'
import { randomRetries } from '../fixtures/random-retries.ts'
import { randomSections } from '../fixtures/random-sections.ts'
import { randomUnreliable } from '../fixtures/random-unreliable.ts'
import { bothWays, told } from './told.ts'

// Everything at once, as `--reduction full --symmetry on` runs it: simplification, faults in place, stubborn sets, chains,
// orbits, and every counterexample lifted and replayed (check() does that). Other seeds: REDUCE_SEED, REDUCE_MODELS.
const first = Number(process.env['REDUCE_SEED'] ?? 1)
const count = Number(process.env['REDUCE_MODELS'] ?? 120)

/** How many were compared, and of how many a smaller search told the same. */
async function compared(build: (seed: number) => Model): Promise<{ readonly all: number; readonly reduced: number }> {
  let [all, reduced] = [0, 0]
  for (let seed = first; seed < first + count; seed++) {
    const both = await bothWays(() => build(seed), 5_000)
    if (both === undefined) continue
    expect(told(both.less), `seed ${seed}`).toEqual(told(both.full))
    all++
    if (both.less.statistics.states < both.full.statistics.states) reduced++
  }
  return { all, reduced }
}

describe('all reductions together tell what the full search tells', { timeout: 86_400_000 }, () => {
  // A handler that comes and goes made a lost fence look like a deadlock, or the other way round.
  test.each([18, 100_582, 101_077])('on random interference %i', async (seed) => {
    const both = await bothWays(() => randomInterference(seed), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  // A handler that comes and goes on top of somebody at rest hid that whoever is stuck waits for itself through that one.
  test('on a random model', async () => {
    const both = await bothWays(() => randomModel(171_000_050), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  // Of two ends with one process in all, one lacked what it could have done itself, the other what nobody can.
  test('on a random weighted net', async () => {
    const both = await bothWays(() => randomWeightedNet(31_000_734), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  // One handler never leaves, another comes and goes: only the second hides why somebody is stuck.
  test('on random handlers 403,255', async () => {
    const both = await bothWays(() => randomHandlers(403_255), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  // A process that rests on the way along a chain of steps does not retry for ever.
  test.each([141, 689])('on random retries %i', async (seed) => {
    const both = await bothWays(() => randomRetries(seed), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  // By the control graph of the model, not of what it was simplified to, a process could come to rest.
  test('on random model 100,245', async () => {
    const both = await bothWays(() => randomModel(100_245), 5_000)
    expect(told(both!.less)).toEqual(told(both!.full))
  })

  test.each<readonly [string, (seed: number) => Model, number]>([
    ['protocols', randomProtocol, 0.5],
    ['sections', randomSections, 0.5],
    ['interference', randomInterference, 0.5],
    ['looks at locks', randomLooks, 0.3],
    ['handlers', randomHandlers, 0.5],
    ['copies', randomCopies, 0.3],
    ['nets', randomNet, 0.5],
    ['unreliable protocols', randomUnreliable, 0.5],
    ['retries', randomRetries, 0.5],
    ['weighted nets', randomWeightedNet, 0.1],
    ['models of everything', randomModel, 0.1],
  ])('on random %s', async (_, build, share) => {
    const { all, reduced } = await compared(build)
    expect(all).toBeGreaterThan(count / 2)
    expect(reduced / all).toBeGreaterThan(share)
  })
})
