// SPDX-License-Identifier: Apache-2.0
import type { Graph } from './graph.ts'

/** Edges of a state graph, each beginning where the one before it ends. */
export interface Walk {
  readonly edges: readonly { readonly state: number; readonly edge: number }[]
  /** Where it ends. */
  readonly end: number
}

/** A shortest walk from a state along some edges that ends with one which is sought; undefined if there is none. */
export function shortestWalk(
  graph: Graph,
  from: number,
  follows: (state: number, edge: number) => boolean,
  isSought: (state: number, edge: number) => boolean,
): Walk | undefined {
  const cameBy = new Map<number, { readonly state: number; readonly edge: number }>()
  const reached = new Set([from])
  for (const state of reached)
    for (let edge = 0; edge < graph.degree(state); edge++) {
      if (!follows(state, edge)) continue
      const target = graph.target(state, edge)
      if (isSought(state, edge)) {
        const edges = [{ state, edge }]
        for (let at = state; at !== from; at = edges[0]!.state) edges.unshift(cameBy.get(at)!)
        return { edges, end: target }
      }
      if (reached.has(target)) continue
      reached.add(target)
      cameBy.set(target, { state, edge })
    }
  return undefined
}
