// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import { liftedComponents, type LiftedComponents } from '#explore/lifted-components'
import type { Quotient } from '#explore/quotient'
import type { System } from '#system/system'
import { BitRows } from './bit-rows.ts'
import { countedEdges, Future, noteOf, type Ends, type FutureRows, type StateFacts } from './future.ts'
import { joinReachable } from './reachable-rows.ts'

/**
 * What can still happen from each state of a quotient: the same as {@link Future} computes on the graph that the quotient
 * stands for, with a row for each state, since permutations lie between the states of a component.
 */
export function futureInQuotient(
  system: System,
  graph: Graph,
  quotient: Quotient,
  facts: StateFacts,
  escapes: 'on' | 'off',
): Future {
  const follows = countedEdges(system, graph, escapes)
  const lifted = liftedComponents(graph, quotient, follows)
  const moves = new BitRows(system.processes.length, graph.states)
  const pays = new BitRows(system.debts.length, graph.states)
  const note = noteOf(system, graph, moves)
  for (let state = 0; state < graph.states; state++) {
    if (!graph.expanded(state) || facts.faulted.any(state)) {
      moves.fill(state)
      pays.fill(state)
      continue
    }
    pays.joinMissing(state, facts.owed, state)
    for (let edge = 0; edge < graph.degree(state); edge++) if (follows(state, edge)) note(state, edge, state)
  }
  joinReachable(moves, graph, quotient, lifted, follows, (p) => quotient.processes(p))
  joinReachable(pays, graph, quotient, lifted, follows, (p) => quotient.debts(p))
  const rows: FutureRows = { rowOf: Int32Array.from({ length: graph.states }, (_, i) => i), moves, pays }
  return new Future(facts, rows, (future) => endsOf(future, graph, quotient, lifted, follows))
}

/** As in {@link Future}, where "the same processes" means those that the permutation along an edge makes of them. */
function endsOf(
  future: Future,
  graph: Graph,
  quotient: Quotient,
  { of, count }: LiftedComponents,
  follows: (state: number, edge: number) => boolean,
): Ends {
  const settled = new Uint8Array(count).fill(1)
  const end = Int32Array.from({ length: count }, (_, component) => component)
  const states = Array.from({ length: count }, (): number[] => [])
  for (const [state, component] of of.entries()) states[component]!.push(state)
  const sameFate = (state: number, edge: number): boolean => {
    const target = graph.target(state, edge)
    const along = quotient.along(state, edge)
    return (
      areImages(future.stuck(state), future.stuck(target), quotient.processes(along)) &&
      areImages(future.unpaid(state), future.unpaid(target), quotient.debts(along))
    )
  }
  for (let component = 0; component < count; component++)
    for (const state of states[component]!)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        if (!follows(state, edge)) continue
        const next = of[graph.target(state, edge)]!
        if (next !== component) end[component] = -1
        if (settled[component] === 1 && (settled[next] === 0 || !sameFate(state, edge))) settled[component] = 0
      }
  return {
    settled: Uint8Array.from(of, (component) => settled[component]!),
    end: Int32Array.from(of, (component) => end[component]!),
  }
}

/** Whether a permutation makes one set of another. */
const areImages = (from: readonly number[], to: readonly number[], image: ArrayLike<number>): boolean =>
  from.length === to.length && from.every((member) => to.includes(image[member]!))
