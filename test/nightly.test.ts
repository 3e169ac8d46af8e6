// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Relations } from '#reduce/relations'
import { randomProtocol } from './fixtures/random-protocol.ts'
import { foundIn, readFound, replayed, writeFound } from './nightly/found.ts'
import { hunt } from './nightly/hunt.ts'
import { reducedDifference, referees, registry, verdictOf, type Referee } from './nightly/referees.ts'
import { isWellFormed, shrunk } from './nightly/shrink.ts'

describe('what a nightly run has found', () => {
  test.each(foundIn())('%s is settled', async (path) => {
    expect(await replayed(readFound(path), referees)).toBeUndefined()
  })

  test('has a referee, each under a name of its own', () => {
    const names = referees.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

/** Takes any two transitions for being in nobody's way. */
const blind = (relations: Relations): Relations => ({
  ...relations,
  conflicts: () => [],
  lastChanges: (conjunct) => relations.lastChanges(conjunct),
  firstChanges: (conjunct) => relations.firstChanges(conjunct),
})
const planted: Referee = { name: 'planted', run: (model) => reducedDifference(model, { relations: blind }) }

const protocols = function* (from: number) {
  for (let seed = from; ; seed++) yield { from: `protocol ${seed}`, seed, build: () => randomProtocol(seed) }
}

describe('a relation that is wrong', () => {
  test('is found, shrunk to a model that shows it, written, and found again from the file', async () => {
    const end = performance.now() + 40_000
    let over = false
    const { found, asked } = await hunt({
      candidates: protocols(1),
      referees: [planted],
      isOver: () => over || performance.now() > end,
      onFound: () => (over = true),
    })
    expect(asked.get('planted')).toBeGreaterThan(0)
    const [{ model, from }] = found as [(typeof found)[0]]
    expect(isWellFormed(model, registry)).toBe(true)
    // Nothing can be in anybody's way with less than two processes that take a step each.
    expect(model.processes.length).toBe(2)
    expect(model.bodies.flatMap(({ steps }) => steps).length).toBeLessThan(8)
    const original = randomProtocol(Number(from.split(' ')[1]))
    expect(JSON.stringify(model).length).toBeLessThan(JSON.stringify(original).length / 3)

    const folder = mkdtempSync(join(tmpdir(), 'fencecheck-found-'))
    try {
      const path = writeFound(found[0]!, folder)
      expect(foundIn(folder)).toEqual([path])
      expect(await replayed(readFound(path), [planted])).toBe(found[0]!.difference)
      // The right relations see no difference: it is settled, as a fixture must be.
      expect(await replayed({ ...readFound(path), referee: 'stubborn' }, referees)).toBeUndefined()
      await expect(replayed(readFound(path), referees)).rejects.toThrow("no referee 'planted'")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('and what is right is not found at all', async () => {
    let asked = 0
    const fast = referees.filter(({ every = 1 }) => every < 50)
    const tally = await hunt({ candidates: protocols(1), referees: fast, isOver: () => ++asked > 80 })
    expect(tally.found).toEqual([])
    for (const { name } of fast) expect(tally.asked.get(name)).toBeGreaterThan(0)
  })
})

test('what breaks down is a difference', async () => {
  const broken: Referee = {
    name: 'broken',
    run() {
      throw new TypeError('it broke')
    },
  }
  expect(await verdictOf(broken, randomProtocol(1))).toBe('TypeError: it broke')
})

test('shrinking keeps what the failure is about, and only that', async () => {
  const locks = async (model: { readonly bodies: readonly { readonly steps: readonly object[] }[] }) =>
    JSON.stringify(model.bodies).includes('"op":"lock"')
  const model = await shrunk(randomProtocol(3), registry, locks)
  expect([model.processes.length, model.bodies.length, model.objects?.length]).toEqual([1, 1, 1])
  expect(model.bodies[0]!.steps.length).toBeLessThan(3)
})
