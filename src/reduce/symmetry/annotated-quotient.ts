// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import type { PermutationId, Quotient } from '#explore/quotient'
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import type { Orbits } from './orbits.ts'

/**
 * The explored orbits as an annotated quotient. A search keeps no permutations; what is along an edge is found when it
 * is first asked for, by firing the transition again, and kept: four bytes an edge. Valid until the graph grows.
 */
export class AnnotatedQuotient<S> implements Quotient {
  readonly #machine: Machine<S>
  readonly #graph: Graph
  readonly #orbits: Orbits<S>
  /** By state, where its edges begin. */
  readonly #first: Int32Array
  readonly #along: Int32Array
  #transitionOrbits: readonly (readonly TransitionId[])[] | undefined
  #processOrbits: readonly (readonly ProcessId[])[] | undefined

  constructor(machine: Machine<S>, graph: Graph, orbits: Orbits<S>) {
    this.#machine = machine
    this.#graph = graph
    this.#orbits = orbits
    this.#first = new Int32Array(graph.states)
    let edges = 0
    for (let state = 0; state < graph.states; state++) {
      this.#first[state] = edges
      edges += graph.degree(state)
    }
    this.#along = new Int32Array(edges).fill(-1)
  }

  along(state: number, edge: number): PermutationId {
    const first = this.#first[state]!
    if (this.#along[first + edge] === -1) this.#annotate(state, first)
    return this.#along[first + edge]!
  }

  compose(outer: PermutationId, inner: PermutationId): PermutationId {
    return this.#orbits.permutations.compose(outer, inner)
  }

  inverse(permutation: PermutationId): PermutationId {
    return this.#orbits.permutations.inverse(permutation)
  }

  processes(permutation: PermutationId): Int32Array {
    return this.#orbits.permutations.processes(permutation)
  }

  debts(permutation: PermutationId): Int32Array {
    return this.#orbits.permutations.debts(permutation)
  }

  transition(permutation: PermutationId, id: TransitionId): TransitionId {
    return this.#orbits.permutations.transition(permutation, id)
  }

  processesLike(process: ProcessId): readonly ProcessId[] {
    return (this.#processOrbits ??= this.#orbits.permutations.orbitsOfProcesses())[process]!
  }

  transitionsLike(id: TransitionId): readonly TransitionId[] {
    const { transitions } = this.#machine.system
    return (this.#transitionOrbits ??= this.#orbits.permutations.orbitsOfTransitions(transitions.length))[id]!
  }

  #annotate(state: number, first: number): void {
    const from = this.#orbits.get(state)
    for (let edge = 0; edge < this.#graph.degree(state); edge++) {
      const path = [this.#graph.transition(state, edge), ...this.#graph.rest(state, edge)]
      const successor = path.reduce((s, id) => this.#machine.fire(s, id), from)
      this.#along[first + edge] = this.#orbits.toMember(successor, this.#graph.target(state, edge))
    }
  }
}
