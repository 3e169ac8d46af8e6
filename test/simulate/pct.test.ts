// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { simulate, type SimulateOptions } from '#check/simulate'

/** Two locks taken in opposite order: two steps have to come in a certain order, so the bug has depth 2. */
const abba = model('t/abba', { summary: 'abba' }, (m) => {
  const [a, b] = [m.mutex('a'), m.mutex('b')]
  m.thread('ab', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
  m.thread('ba', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
})

/** In how many of `seeds` single schedules something is found. */
async function hits(seeds: number, options: SimulateOptions): Promise<number> {
  let found = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const { verdict } = await simulate(abba.instantiate(), abba.registry, { ...options, seed, schedules: 1 })
    if (verdict === 'violated') found++
  }
  return found
}

describe('priorities', () => {
  test('without a change no bug of depth 2 is ever found: whoever is first runs to its end', async () => {
    expect(await hits(300, { bugDepth: 1 })).toBe(0)
  })

  test('with one change it is found at least as often as the theorem says', async () => {
    // Two processes, eight steps and one change: 1 in 16. Of 1,000 runs 62.5; fewer than 40 come by bad luck once in 700 times.
    expect(await hits(1000, { bugDepth: 2 })).toBeGreaterThan(40)
  })

  test('whoever fails an attempt lets the others go first', async () => {
    const spins = model('t/spins', { summary: 'spins' }, (m) => {
      const a = m.mutex('a')
      m.thread('holder', (t) => (t.lock(a), t.local(), t.unlock(a)))
      for (const name of ['s1', 's2'])
        m.thread(name, (t) => {
          t.loop(() => t.trylock(a, { got: () => (t.unlock(a), t.end()), missed: () => {} }))
        })
    })
    const { simulation } = await simulate(spins.instantiate(), spins.registry, { schedules: 100 })
    expect(simulation.schedules).toBe(100)
    expect(simulation.longest).toBeLessThan(100)
  })
})

test('a fence is lost where nobody can signal it any more, not where the schedule could have gone another way', async () => {
  const loses = model('t/loses', { summary: 'loses' }, (m) => {
    const f = m.fence('f', { published: true })
    m.worker('worker', (t) => t.either({ signals: () => t.signal(f), forgets: () => t.local('free the job') }))
  })
  const { violation } = await simulate(loses.instantiate(), loses.registry)
  expect(violation).toMatchObject({ kind: 'unsignalled-fence', objects: ['f'] })
  expect(violation!.trace.steps.map(({ step }) => step)).toEqual(['either: forgets'])
})

describe('seeds', () => {
  test('the seed that is told finds it again, with the same bytes', async () => {
    const first = await simulate(abba.instantiate(), abba.registry, { seed: 5 })
    expect(first.verdict).toBe('violated')
    expect(first.simulation.seed).toBe(5 + first.simulation.schedules - 1)
    const again = await simulate(abba.instantiate(), abba.registry, { seed: first.simulation.seed, schedules: 1 })
    expect(again.violation).toEqual(first.violation)
  })

  test('both machines go through the same schedules', async () => {
    const [engine, interpreter] = await Promise.all(
      (['engine', 'interpreter'] as const).map((machine) =>
        simulate(abba.instantiate(), abba.registry, { machine, scheduler: 'random' }),
      ),
    )
    expect(engine!.simulation).toEqual(interpreter!.simulation)
    expect(engine!.violation).toEqual(interpreter!.violation)
  })
})
