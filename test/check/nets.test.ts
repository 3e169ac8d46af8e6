// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import { lower } from '#semantics/lower/lower'
import { compared } from '../engine/difference.ts'
import { kernelRegistry } from '../fixtures/models.ts'
import { netModel, weightedNetModel, type Fire, type Step } from '../fixtures/random-net.ts'

/**
 * Machines of `n` places each, one after the other round a circle, of which some steps take a token of a common place and
 * never give it back: each of the `tokens` can be taken once, then all stand still.
 */
function rings(machines: number, n: number, tokens: number) {
  const places: Record<string, number> = { common: tokens }
  const fires: Fire[] = []
  for (let c = 0; c < machines; c++)
    for (let i = 0; i < n; i++) {
      places[`m${c}p${i}`] = i === 0 ? 1 : 0
      const to = `m${c}p${(i + 1) % n}`
      fires.push([i === 0 ? [`m${c}p${i}`, 'common'] : [`m${c}p${i}`], [to]])
    }
  return netModel(places, fires, Math.max(1, tokens))
}

describe('a net is one location with a step for each transition', () => {
  test('hundreds of steps there are several functions, and do what the interpreter does', () => {
    const system = lower(rings(4, 60, 1), kernelRegistry)
    expect(system.transitions.length).toBeGreaterThan(400)
    const { difference, states } = compared(new Engine(system), 300)
    expect(difference).toBeUndefined()
    expect(states).toBeGreaterThan(200)
  })

  test('a step of many places has as many faults, which are asked for once all it needs is there', async () => {
    // A writer takes what each of 60 readers has, and gives it back; one reader at a time has its turn: one state in which
    // all wait, one for each that reads, one for the writer; each is come to from the first and left for it.
    const readers = Array.from({ length: 60 }, (_, i) => `r${i}`)
    const steps: Step[] = readers.flatMap((r) => [
      { take: { [r]: 1, turn: 1 }, give: { [`${r} reads`]: 1 } },
      { take: { [`${r} reads`]: 1 }, give: { [r]: 1, turn: 1 } },
    ])
    const all = Object.fromEntries(readers.map((r) => [r, 1]))
    steps.push({ take: all, give: { writes: 1 } }, { take: { writes: 1 }, give: all })
    const place = (init: number) => ({ init, bound: 1 })
    const places = {
      ...Object.fromEntries(
        readers.flatMap((r) => [
          [r, place(1)],
          [`${r} reads`, place(0)],
        ]),
      ),
      turn: place(1),
      writes: place(0),
    }
    const model = weightedNetModel(places, steps)
    for (const reduction of ['none', 'full'] as const) {
      const { verdict, statistics } = await check(model, kernelRegistry, { reduction, lockdep: {} })
      expect(verdict).toBe('holds')
      if (reduction === 'none') expect(statistics).toMatchObject({ states: 62, transitions: 122 })
      else expect(statistics.states).toBeLessThanOrEqual(62)
    }
  })

  test('lockdep hears nothing of it, however many markings there are', async () => {
    const { lockdep } = await check(rings(4, 12, 2), kernelRegistry, { lockdep: {} })
    expect(Object.values(lockdep!.modes).map(({ says }) => says)).toEqual(Array(4).fill('silent'))
  })

  test('hundreds of dead markings are one deadlock, and its headline names five ways to wait', async () => {
    // Eight tokens go one of two ways each: where all have gone, the marking is dead.
    const fires: Fire[] = Array.from({ length: 8 }, (_, i): Fire[] => [
      [['common', `w${i}`], [`a${i}`]],
      [['common', `w${i}`], [`b${i}`]],
    ]).flat()
    const places = Object.fromEntries([
      ['common', 8],
      ...Array.from({ length: 8 }, (_, i) => [
        [`w${i}`, 1],
        [`a${i}`, 0],
        [`b${i}`, 0],
      ]).flat(),
    ]) as Record<string, number>
    const { violation, statistics } = await check(netModel(places, fires, 8), kernelRegistry, { reduction: 'none' })
    // Each of eight waits, or has gone either way.
    expect(statistics.states).toBe(3 ** 8)
    expect(violation).toMatchObject({ kind: 'deadlock', processes: ['net'] })
    expect(violation!.explanation.headline.match(/waits for/g)).toHaveLength(5)
    expect(violation!.explanation.headline).toContain(', or in 11 more ways')
  })

  test('the way to a deadlock is made simpler within a bound, however long it is', async () => {
    // 600 tokens are taken one by one: no shorter way.
    const model = netModel({ full: 600, empty: 0 }, [[['full'], ['empty']]], 600)
    const { violation } = await check(model, kernelRegistry, { reduction: 'full' })
    expect(violation!.trace.steps).toHaveLength(600)
  })

  test('what its bounds allow decides whether a fault is possible, not how the bound is written', async () => {
    const net = (bound: number) =>
      weightedNetModel({ a: { init: 3, bound: 3 }, b: { init: 0, bound } }, [
        { take: { a: 1 }, give: { b: 1 } },
        { take: { b: 2 }, give: { a: 2 } },
      ])
    for (const reduction of ['none', 'stubborn', 'full'] as const) {
      const real = await check(net(2), kernelRegistry, { reduction })
      expect(real).toMatchObject({ verdict: 'violated', violation: { kind: 'range', code: 'out-of-range' } })
      // a + b = 3 all the time: four markings, three ways forth and two back.
      const bounded = await check(net(1000), kernelRegistry, { reduction })
      expect(bounded).toMatchObject({ verdict: 'holds' })
      if (reduction === 'none') expect(bounded.statistics).toMatchObject({ states: 4, transitions: 5 })
    }
  })
})
