// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FencecheckError } from '#base/errors'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../../models/bench/fence-farm.ts'
import orderedLocks from '../../models/bench/ordered-locks.ts'
import { kernelRegistry } from '../fixtures/models.ts'
import { sampledInstancesOf } from '../fixtures/instances.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { compared } from './difference.ts'
import { engineOf } from './systems.ts'

// The engine does what the interpreter does, state by state and verdict by verdict.

/** Everything a check says, but for what depends on the machine. */
async function told(model: Model, registry: Registry, options: CheckOptions): Promise<string> {
  const { statistics, ...result } = await check(model, registry, options)
  expect(statistics.machine).toBe(options.machine)
  const { machine: _machine, seconds: _seconds, peakMemoryBytes: _bytes, ...counts } = statistics
  return JSON.stringify({ ...result, counts })
}

/** The random models of these seeds; hardly one is refused, for a handler whose first step came out empty. */
function randomModels(from: number, to: number): readonly { readonly seed: number; readonly model: Model }[] {
  const wellFormed = Array.from({ length: to - from }, (_, i) => from + i).flatMap((seed) => {
    const model = randomModel(seed)
    try {
      lower(model, kernelRegistry)
      return [{ seed, model }]
    } catch (error) {
      expect((error as FencecheckError).code).toBe('unknown-name')
      return []
    }
  })
  expect(wellFormed.length).toBeGreaterThan(0.95 * (to - from))
  return wellFormed
}

describe('random models', () => {
  test('have the same states, transitions and enabled lists', () => {
    let states = 0
    let transitions = 0
    let joint = 0
    let suspended = 0
    let computed = 0
    for (const { seed, model } of randomModels(0, 400)) {
      const system = lower(model, kernelRegistry)
      const result = compared(engineOf(system), 400)
      expect(result.difference, `seed ${seed}`).toBeUndefined()
      expect(compared(engineOf(system, Infinity), 50).difference, `seed ${seed}, seldom asked`).toBeUndefined()
      states += result.states
      transitions += result.transitions
      joint += system.transitions.some((t) => t.joint !== undefined) ? 1 : 0
      suspended += system.processes.some((p) => p.suspended.length > 0) ? 1 : 0
      computed += system.transitions.some((t) => t.effect.some(({ to }) => typeof to !== 'number')) ? 1 : 0
    }
    expect(states).toBeGreaterThan(40_000)
    expect(transitions).toBeGreaterThan(80_000)
    for (const seen of [joint, suspended, computed]) expect(seen).toBeGreaterThan(20)
  })

  test('get the same verdict, word for word', async () => {
    const verdicts = new Set<string>()
    for (const { seed, model } of randomModels(1000, 1120)) {
      const options = { maxStates: 1500, order: seed % 2 === 0 ? 'breadth-first' : 'depth-first' } as const
      const [engine, interpreter] = [
        await told(model, kernelRegistry, { ...options, machine: 'engine' }),
        await told(model, kernelRegistry, { ...options, machine: 'interpreter' }),
      ]
      expect(engine, `seed ${seed}`).toBe(interpreter)
      verdicts.add((JSON.parse(engine) as { verdict: string }).verdict)
    }
    expect([...verdicts].sort()).toEqual(['holds', 'unknown', 'violated'])
  })
})

const folder = new URL('../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

test('there are models', () => expect(files.length).toBeGreaterThan(14))

describe.each(files)('%s', async (file) => {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }

  test.each(sampledInstancesOf(source))('$name is the same on both', async ({ build }) => {
    const model = build()
    const result = compared(engineOf(lower(model, source.registry)), 4000)
    expect(result.difference).toBeUndefined()
    const { registry } = source
    expect(await told(model, registry, { machine: 'engine' })).toBe(
      await told(model, registry, { machine: 'interpreter' }),
    )
  })
})

describe('published sizes', () => {
  const searched = (source: ModelSource, variant: string | undefined, N: number): readonly number[] => {
    const machine = engineOf(lower(source.instantiate(variant, { N }), source.registry))
    const search = explore({ machine, frontier: new BreadthFirst() })
    search.advance(Infinity)
    return [search.graph.states, search.graph.edges]
  }

  // Counted by TLC and by earlier prototypes as well.
  test('ordered-locks 8 has 783,579 states and 4,339,120 transitions', () => {
    expect(searched(orderedLocks, undefined, 8)).toEqual([783_579, 4_339_120])
  })

  test('fence-farm 3 has 108,508 states', () => {
    expect(searched(fenceFarm, 'in-turn', 3)[0]).toBe(108_508)
  })
})
