// SPDX-License-Identifier: Apache-2.0
import { components, type Components } from './components.ts'
import type { Graph } from './graph.ts'
import { identity, type PermutationId, type Quotient } from './quotient.ts'

/**
 * What the strongly connected components of a quotient say of those of the graph it stands for. Over a component C lie
 * all pairs of a state of C and a permutation; they fall into strongly connected components that are images of each
 * other. The one through the first state of C, unpermuted, consists of the pairs `(s, h potential(s))` where `h` runs
 * through the group that `generators` generate (Gross and Tucker 1987, voltage graphs: the local group).
 */
export interface LiftedComponents extends Components {
  potential(state: number): PermutationId
  /** Of the group of all that a way around a component may permute; none for the identity alone. */
  generators(component: number): Iterable<PermutationId>
}

export function liftedComponents(
  graph: Graph,
  quotient: Quotient,
  follows: (state: number, edge: number) => boolean,
  includes?: (state: number) => boolean,
): LiftedComponents {
  const { of, count } = components(graph, follows, includes)
  const potentials = new Int32Array(graph.states).fill(-1)
  const generators = new Map<number, Set<PermutationId>>()
  const open: number[] = []

  const walk = (state: number): void => {
    for (let edge = 0; edge < graph.degree(state); edge++) {
      const target = graph.target(state, edge)
      if (of[target] !== of[state] || !follows(state, edge)) continue
      const there = quotient.compose(potentials[state]!, quotient.inverse(quotient.along(state, edge)))
      if (potentials[target] === -1) {
        potentials[target] = there
        open.push(target)
        continue
      }
      // The way over this edge and back along the tree: an element of the local group. Those generate it (Schreier).
      const around = quotient.compose(there, quotient.inverse(potentials[target]!))
      if (around === identity) continue
      const known = generators.get(of[state]!)
      if (known === undefined) generators.set(of[state]!, new Set([around]))
      else known.add(around)
    }
  }

  for (let root = 0; root < graph.states; root++) {
    if (of[root] === -1 || potentials[root] !== -1) continue
    potentials[root] = identity
    open.push(root)
    for (let state = open.pop(); state !== undefined; state = open.pop()) walk(state)
  }
  return {
    of,
    count,
    potential: (state) => potentials[state]!,
    generators: (component) => generators.get(component) ?? [],
  }
}
