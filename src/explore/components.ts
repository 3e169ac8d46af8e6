// SPDX-License-Identifier: Apache-2.0
import type { Graph } from './graph.ts'

/** Strongly connected components of a subgraph. Component ids are in reverse topological order: successors first. */
export interface Components {
  readonly count: number
  /** The component of each state; -1 for states outside the subgraph. */
  readonly of: Int32Array
}

/**
 * Tarjan 1972, iterative. The subgraph consists of the states for which `includes` is true and of the edges that
 * `follows` (by state and edge index) between them.
 */
export function components(
  graph: Graph,
  follows: (state: number, edge: number) => boolean,
  includes: (state: number) => boolean = () => true,
): Components {
  const n = graph.states
  const of = new Int32Array(n).fill(-1)
  const order = new Int32Array(n).fill(-1)
  const low = new Int32Array(n)
  const nextEdge = new Int32Array(n)
  const open: number[] = []
  const path: number[] = []
  let count = 0
  let clock = 0

  const enter = (state: number): void => {
    order[state] = low[state] = clock++
    open.push(state)
    path.push(state)
  }

  for (let root = 0; root < n; root++) {
    if (order[root] !== -1 || !includes(root)) continue
    enter(root)
    while (path.length > 0) {
      const state = path.at(-1)!
      const edge = nextEdge[state]!++
      if (edge < graph.degree(state)) {
        if (!follows(state, edge)) continue
        const target = graph.target(state, edge)
        if (!includes(target)) continue
        if (order[target] === -1) enter(target)
        else if (of[target] === -1) low[state] = Math.min(low[state]!, order[target]!)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[state]!)
      if (low[state] !== order[state]) continue
      for (let member = open.pop()!; ; member = open.pop()!) {
        of[member] = count
        if (member === state) break
      }
      count++
    }
  }
  return { count, of }
}

/** The states in order of their components; each must be in one. */
export function byComponent({ count, of }: Components): Int32Array {
  const start = new Int32Array(count + 1)
  for (const c of of) start[c + 1]!++
  for (let c = 0; c < count; c++) start[c + 1]! += start[c]!
  const order = new Int32Array(of.length)
  for (const [state, c] of of.entries()) order[start[c]!++] = state
  return order
}
