// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { explore } from '#explore/explore'
import { Alternating, BreadthFirst, DepthFirst } from '#explore/frontier'
import { Engine } from '#engine/engine'
import { lower } from '#semantics/lower/lower'
import { systemOf, transition, variable } from '../engine/systems.ts'
import { kernelRegistry } from '../fixtures/models.ts'
import { netModel, randomNet, type Fire } from '../fixtures/random-net.ts'

test('every id comes once, oldest ones and newest ones in stretches that grow', () => {
  const frontier = new Alternating()
  for (let id = 0; id < 1_000; id++) frontier.push(id)
  const popped = Array.from({ length: 1_000 }, () => frontier.pop())
  expect(frontier.size).toBe(0)
  expect(popped.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, id) => id))
  expect(popped.slice(62, 66)).toEqual([62, 63, 999, 998])
  expect(popped.slice(126, 130)).toEqual([937, 936, 64, 65])
  expect(popped.slice(254, 258)).toEqual([190, 191, 935, 934])
})

test('a search finds the same states and edges in whatever order', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const system = lower(randomNet(seed), kernelRegistry)
    const sizes = [new BreadthFirst(), new DepthFirst(), new Alternating()].map((frontier) => {
      const { advance, graph } = explore({ machine: new Engine(system), frontier })
      return advance(20_000) ? [graph.states, graph.edges] : undefined
    })
    expect(sizes[1], `seed ${seed}`).toEqual(sizes[0])
    expect(sizes[2], `seed ${seed}`).toEqual(sizes[0])
  }
})

test('where a search came by a long way, the path is the shortest one known', () => {
  const [long, aside, further] = [300, 301, 302]
  const goes = (from: number, to: number) => transition([['==', { v: 0 }, from]], [{ to: 0, value: to }])
  const system = systemOf({
    variables: [variable('x', 0, further)],
    transitions: [
      goes(0, aside),
      transition([['<', { v: 0 }, long]], [{ to: 0, value: ['+', { v: 0 }, 1] }]),
      goes(aside, further),
      goes(further, long),
    ],
  })
  const machine = new Engine(system)
  const { advance, graph, store } = explore({ machine, frontier: new DepthFirst() })
  expect(advance(1_000)).toBe(true)
  const end = Array.from({ length: store.size }, (_, id) => id).find((id) => machine.value(store.get(id), 0) === long)!
  expect(graph.depth(end)).toBe(long)
  expect(graph.path(end)).toEqual([0, 2, 3])
})

/** Philosophers who take their left fork first: they are stuck when each has his, N steps away in a space that grows exponentially. */
function leftFirst(n: number): ReturnType<typeof netModel> {
  const upTo = Array.from({ length: n }, (_, i) => i)
  const tokens = Object.fromEntries(
    upTo.flatMap((i) => [
      [`T${i}`, 1],
      [`H${i}`, 0],
      [`E${i}`, 0],
      [`F${i}`, 1],
    ]),
  ) as Record<string, number>
  const fires = upTo.flatMap((i): Fire[] => {
    const other = `F${(i + 1) % n}`
    return [
      [[`T${i}`, `F${i}`], [`H${i}`]],
      [[`H${i}`, other], [`E${i}`]],
      [[`E${i}`], [`T${i}`, `F${i}`, other]],
    ]
  })
  return netModel(tokens, fires)
}

test('a reduced search of a net that a limit ends has gone deep as well, and tells a short way', async () => {
  const options = { reduction: 'full', maxStates: 3_000, expect: false } as const
  const asIs = await check(leftFirst(40), kernelRegistry, options)
  expect(asIs.violation?.kind).toBe('deadlock')
  const breadth = await check(leftFirst(40), kernelRegistry, { ...options, order: 'breadth-first' })
  expect(breadth.verdict).toBe('unknown')
  expect(asIs.violation!.trace.steps.length).toBeLessThan(200)
})
