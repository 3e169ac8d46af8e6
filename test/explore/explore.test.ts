// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { components } from '#explore/components'
import { Engine } from '#engine/engine'
import { explore, type Search } from '#explore/explore'
import { BreadthFirst, DepthFirst, type Frontier } from '#explore/frontier'
import { Graph } from '#explore/graph'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { lower } from '#semantics/lower/lower'
import fenceFarm from '../../models/bench/fence-farm.ts'
import orderedLocks from '../../models/bench/ordered-locks.ts'

function searched(source: typeof orderedLocks, N: number, frontier: Frontier, variant?: string): Search<State> {
  const machine = new Interpreter(lower(source.instantiate(variant, { N }), source.registry))
  const search = explore({ machine, frontier })
  search.advance(Infinity)
  return search
}

describe('the published sizes', () => {
  // Both families are defined exactly in models/bench/; other checkers count the same states (TLC: 141,405).
  test('ordered-locks 7 has 141,405 states and 683,933 transitions', () => {
    const { graph } = searched(orderedLocks, 7, new BreadthFirst())
    expect([graph.states, graph.edges]).toEqual([141_405, 683_933])
  })

  test('fence-farm 3 has 108,508 states', () => {
    expect(searched(fenceFarm, 3, new DepthFirst(), 'in-turn').graph.states).toBe(108_508)
  })

  test('ordered-locks 2, by hand', () => {
    // Both take lock 0, then lock 1. Locations 0..5: start, after think, holding 0, holding both, holding 0, end.
    // Holding 0 (locations 2,3,4) excludes the other there. All pairs: 36, less both in {2,3,4}: 9. All 27 are reachable.
    // Transitions: think 6+6 (each other location of the other, unrestricted: 6 pairs each) = 12 with the other anywhere;
    // lock 0 from location 1 with the other in {0,1,5}: 3 each = 6; the three steps that follow with the other in
    // {0,1,5}: 9 each = 18. 12 + 6 + 18 = 36.
    const { graph } = searched(orderedLocks, 2, new BreadthFirst())
    expect([graph.states, graph.edges]).toEqual([27, 36])
  })
})

test('both frontiers reach the same states over the same number of edges', () => {
  const [bfs, dfs] = [searched(orderedLocks, 4, new BreadthFirst()), searched(orderedLocks, 4, new DepthFirst())]
  expect([dfs.graph.states, dfs.graph.edges]).toEqual([bfs.graph.states, bfs.graph.edges])
})

test('breadth first: the path to a state is as long as its depth, and no shorter one exists', () => {
  const { graph } = searched(orderedLocks, 3, new BreadthFirst())
  for (let state = 0; state < graph.states; state++) {
    expect(graph.path(state).length).toBe(graph.depth(state))
    for (let edge = 0; edge < graph.degree(state); edge++)
      expect(graph.depth(graph.target(state, edge))).toBeLessThanOrEqual(graph.depth(state) + 1)
  }
})

test('a search that was stopped knows what it has not expanded', () => {
  const machine = new Interpreter(lower(orderedLocks.instantiate(undefined, { N: 3 }), orderedLocks.registry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  expect(search.advance(10)).toBe(false)
  const open = Array.from({ length: search.graph.states }, (_, s) => s).filter((s) => !search.graph.expanded(s))
  expect(open.length).toBe(search.frontier.size)
  expect(search.graph.states - open.length).toBe(10)
})

describe('edges that are found again', () => {
  const system = lower(orderedLocks.instantiate(undefined, { N: 5 }), orderedLocks.registry)
  const edgesOf = (graph: Graph): readonly (readonly number[])[] =>
    Array.from({ length: graph.states }, (_, s) =>
      graph.expanded(s)
        ? Array.from({ length: graph.degree(s) }, (_, i) => [graph.transition(s, i), graph.target(s, i)]).flat()
        : [-1],
    )

  test.each([
    ['breadth first', () => new BreadthFirst(), Infinity],
    ['depth first', () => new DepthFirst(), Infinity],
    ['breadth first, stopped', () => new BreadthFirst(), 1000],
    ['depth first, stopped', () => new DepthFirst(), 1000],
  ])('%s: are those that would have been kept', (_, frontier, states) => {
    const machine = new Engine(system)
    const [kept, again] = (['kept', 'found again'] as const).map((edges) => {
      const search = explore({ machine, frontier: frontier(), edges })
      search.advance(states)
      return search
    })
    const { bytes } = again!.graph
    expect(again!.graph.edges).toBe(kept!.graph.edges)
    expect(edgesOf(again!.graph)).toEqual(edgesOf(kept!.graph))
    expect(again!.graph.bytes).toBeGreaterThan(2 * bytes)
    expect(again!.store.size).toBe(kept!.store.size)
    // It can go on afterwards.
    for (const search of [kept!, again!]) search.advance(Infinity)
    expect(edgesOf(again!.graph)).toEqual(edgesOf(kept!.graph))
    expect(again!.graph.edges).toBe(kept!.graph.edges)
  })

  test('a selection is never found again', () => {
    const select = (_: unknown, enabled: readonly number[]): readonly number[] => enabled.slice(0, 1)
    const machine = new Engine(system)
    const search = explore({ machine, frontier: new BreadthFirst(), select, edges: 'found again' })
    search.advance(Infinity)
    for (const state of edgesOf(search.graph)) expect(state.length).toBeLessThanOrEqual(2)
  })
})

test('breadth first is first in, first out, whatever is revisited', () => {
  const frontier = new BreadthFirst()
  const queue: number[] = []
  for (let i = 0, next = 0; i < 3000; i++) {
    const id = i % 7 === 3 ? (i * 31) % (next + 1) : next++
    frontier.push(id)
    queue.push(id)
    expect(frontier.size).toBe(queue.length)
    if (i % 3 !== 0) expect(frontier.pop()).toBe(queue.shift())
  }
  while (queue.length > 0) expect(frontier.pop()).toBe(queue.shift())
  expect(() => frontier.pop()).toThrow(/not empty/)
})

describe('strongly connected components', () => {
  const graphOf = (edges: readonly (readonly number[])[]): Graph => {
    const graph = new Graph()
    for (const _ of edges) graph.addState(-1, -1, 0)
    for (const [from, targets] of edges.entries()) {
      graph.beginEdges(from)
      for (const to of targets) graph.addEdge(from, 0, to)
    }
    return graph
  }

  test('successors come first', () => {
    // 0 -> 1 <-> 2 -> 3, and 4 -> 4 on its own.
    const { count, of } = components(graphOf([[1], [2], [1, 3], [], [4]]), () => true)
    expect(count).toBe(4)
    expect(of[1]).toBe(of[2])
    expect(of[3]!).toBeLessThan(of[1]!)
    expect(of[1]!).toBeLessThan(of[0]!)
    expect(of[4]).not.toBe(of[0])
  })

  test('only the chosen states and edges count', () => {
    const graph = graphOf([[1], [2], [0]])
    expect(components(graph, () => true).count).toBe(1)
    expect(components(graph, (state) => state !== 2).count).toBe(3)
    const { count, of } = components(
      graph,
      () => true,
      (state) => state !== 1,
    )
    expect(count).toBe(2)
    expect(of[1]).toBe(-1)
  })

  test('a path of 100,000 states does not exhaust the stack', () => {
    const n = 100_000
    expect(components(graphOf(Array.from({ length: n }, (_, i) => (i + 1 < n ? [i + 1] : []))), () => true).count).toBe(
      n,
    )
  })
})
