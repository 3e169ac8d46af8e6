// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import type { LiftedComponents } from '#explore/lifted-components'
import { identity, type PermutationId, type Quotient } from '#explore/quotient'
import type { BitRows } from './bit-rows.ts'

/** What a permutation makes of each column. */
type Images = (permutation: PermutationId) => ArrayLike<number>

/**
 * Adds to the row of each state of a quotient, one a state, the rows of all states reachable from it, as permutations on
 * the way make them. One backward pass over the components: within one, all rows are carried to its first state, their
 * union is closed under the local group, and carried back.
 */
export function joinReachable(
  rows: BitRows,
  graph: Graph,
  quotient: Quotient,
  lifted: LiftedComponents,
  follows: (state: number, edge: number) => boolean,
  images: Images,
): void {
  const add = (to: number, from: number, permutation: PermutationId): void => {
    if (permutation === identity) return rows.join(to, rows, from)
    const image = images(permutation)
    for (const column of rows.columnsOf(from)) rows.set(to, image[column]!)
  }
  for (const states of byComponent(lifted)) {
    const own = lifted.of[states[0]!]!
    for (const state of states)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        if (!follows(state, edge)) continue
        const target = graph.target(state, edge)
        // A pair (s, 1) leads to (target, p') with p' the inverse of what is along the edge.
        if (lifted.of[target] !== own) add(state, target, quotient.inverse(quotient.along(state, edge)))
      }
    const generators = [...lifted.generators(own)].map(images)
    if (states.length === 1 && generators.length === 0) continue
    const first = states[0]!
    for (const state of states) add(first, state, lifted.potential(state))
    const open = generators.length === 0 ? [] : rows.columnsOf(first)
    for (const column of open)
      for (const image of generators) {
        if (rows.has(first, image[column]!)) continue
        rows.set(first, image[column]!)
        open.push(image[column]!)
      }
    for (const state of states) add(state, first, quotient.inverse(lifted.potential(state)))
  }
}

/** The states of each component, successors first; the first one of a component has the identity for its potential. */
function byComponent({ of, count }: LiftedComponents): readonly (readonly number[])[] {
  const states = Array.from({ length: count }, (): number[] => [])
  for (const [state, component] of of.entries()) if (component >= 0) states[component]!.push(state)
  return states
}
