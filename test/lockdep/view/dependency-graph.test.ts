// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DependencyGraph, type Dependency } from '#lockdep/view/dependency-graph'

type Edge = Pick<Dependency, 'from' | 'to' | 'shared' | 'recursive'>
const graphOf = (edges: readonly Edge[]): DependencyGraph => {
  const graph = new DependencyGraph()
  for (const edge of edges) graph.add({ ...edge, outer: { mode: 'write' }, inner: { mode: 'write' } })
  return graph
}

const edges = fc.array(
  fc.record({
    from: fc.constantFrom('a', 'b', 'c', 'd'),
    to: fc.constantFrom('a', 'b', 'c', 'd'),
    shared: fc.boolean(),
    recursive: fc.boolean(),
  }),
  { maxLength: 9 },
)
const follows = (first: Edge, second: Edge): boolean => first.to === second.from && !(first.recursive && second.shared)

/** The definition: a closed walk along edges, of which no recursive taking is followed by a shared holding. */
function closes(all: readonly Edge[]): boolean {
  const reach = all.map((one) => new Set(all.flatMap((other, i) => (follows(one, other) ? [i] : []))))
  for (let round = 0; round < all.length; round++)
    for (const to of reach) for (const i of to) for (const j of reach[i]!) to.add(j)
  return reach.some((to, i) => to.has(i))
}

test('there is a circle exactly where a strong closed walk is, and each is one', () => {
  let found = 0
  fc.assert(
    fc.property(edges, (all) => {
      const circles = graphOf(all).circles()
      found += Number(circles.length > 0)
      expect(circles.length > 0).toBe(closes(all))
      for (const circle of circles)
        for (const [i, edge] of circle.entries()) expect(follows(edge, circle[(i + 1) % circle.length]!)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
  expect(found).toBeGreaterThan(300)
})

test('a class that was reached weakly first is still reached strongly', () => {
  // By way of a, c is only read recursively; by way of b it is not, and only that leads on to d.
  const graph = graphOf([
    { from: 's', to: 'c', shared: false, recursive: true },
    { from: 's', to: 'b', shared: false, recursive: false },
    { from: 'b', to: 'c', shared: false, recursive: false },
    { from: 'c', to: 'd', shared: true, recursive: false },
  ])
  expect(graph.strongPath('s', false, (name) => name === 'd')?.map(({ to }) => to)).toEqual(['b', 'c', 'd'])
})
