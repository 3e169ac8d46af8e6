// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import { shortestWalk, type Walk } from '#explore/walk'
import { comesByItself } from '#property/fair-cycles'
import { moversOf } from '#system/moves'
import type { ProcessId, System } from '#system/system'

/** Edges on which a run can stay for ever, and those with which a round may end. */
export interface Track {
  isOn(state: number, edge: number): boolean
  isLast(state: number, edge: number): boolean
}

type Edges = Walk['edges']

/** What a round is looked for in. */
interface Ground {
  readonly graph: Graph
  readonly system: System
  /** Where it begins and ends. */
  readonly start: number
  readonly track: Track
  /** Who has to move in any case. */
  readonly named: readonly ProcessId[]
}

/** So many processes fit the bits of a number. */
const mostProcesses = 30

/**
 * A closed walk from a state on which everybody moves who is named, or could move in one of its states: repeated for ever
 * it is a strongly fair run. The shortest one, unless more than `limit` states, each with who has moved and who has to, would
 * have to be looked at; undefined if there is none.
 */
export function fairRound(ground: Ground, limit: number): Edges | undefined {
  const rounds = new FairRounds(ground)
  return rounds.shortest(limit) ?? rounds.byNearest()
}

class FairRounds {
  readonly #graph: Graph
  readonly #system: System
  readonly #start: number
  readonly #track: Track
  readonly #named: readonly ProcessId[]
  readonly #movers: readonly (readonly ProcessId[])[]

  constructor({ graph, system, start, track, named }: Ground) {
    this.#graph = graph
    this.#system = system
    this.#start = start
    this.#track = track
    this.#named = named
    this.#movers = system.transitions.map(moversOf)
  }

  /** Breadth first over the states, each with who has moved and who has to. */
  shortest(limit: number): Edges | undefined {
    if (this.#system.processes.length > mostProcesses) return undefined
    const bits = (processes: readonly ProcessId[]): number => processes.reduce((all, p) => all | (1 << p), 0)
    const nodes = [{ state: this.#start, moved: 0, owed: bits(this.#named), from: -1, edge: -1 }]
    const reached = new Set<string>()
    for (const [from, { state, moved, owed }] of nodes.entries()) {
      if (nodes.length > limit) return undefined
      const owedHere = owed | bits(this.#able(state))
      for (let edge = 0; edge < this.#graph.degree(state); edge++) {
        if (!this.#track.isOn(state, edge)) continue
        const next = {
          state: this.#graph.target(state, edge),
          moved: moved | bits(this.#moversOn(state, edge)),
          owed: owedHere,
          from,
          edge,
        }
        if (this.#isBack(state, edge) && (next.owed & ~next.moved) === 0) return edgesTo(nodes, next)
        const key = `${next.state} ${next.moved} ${next.owed}`
        if (!reached.has(key)) nodes.push(next)
        reached.add(key)
      }
    }
    return undefined
  }

  /** As long as somebody is missing the nearest of these moves next, then it goes back. Each turn somebody more has moved. */
  byNearest(): Edges | undefined {
    const [owed, moved] = [new Set(this.#named), new Set<ProcessId>()]
    const isMissing = (process: ProcessId): boolean => owed.has(process) && !moved.has(process)
    const edges: Edges[number][] = []
    for (let at = this.#start; ;) {
      const isAnyMissing = [...owed].some(isMissing)
      const last = edges.at(-1)
      if (!isAnyMissing && last !== undefined && this.#isBack(last.state, last.edge)) return edges
      const next = shortestWalk(
        this.#graph,
        at,
        (state, edge) => this.#track.isOn(state, edge),
        (state, edge) => (isAnyMissing ? this.#moversOn(state, edge).some(isMissing) : this.#isBack(state, edge)),
      )
      if (next === undefined) return undefined
      for (const { state, edge } of next.edges) {
        for (const process of this.#moversOn(state, edge)) moved.add(process)
        for (const process of this.#able(state)) owed.add(process)
      }
      edges.push(...next.edges)
      at = next.end
    }
  }

  #isBack(state: number, edge: number): boolean {
    return this.#track.isLast(state, edge) && this.#graph.target(state, edge) === this.#start
  }

  #moversOn(state: number, edge: number): readonly ProcessId[] {
    return this.#movers[this.#graph.transition(state, edge)]!
  }

  /** Who can move in a state, and not only by a signal or by what merely may happen. */
  #able(state: number): readonly ProcessId[] {
    const edges = Array.from({ length: this.#graph.degree(state) }, (_, edge) => edge)
    const comes = (edge: number): boolean =>
      comesByItself(this.#system.transitions[this.#graph.transition(state, edge)]!.tag)
    return edges.filter(comes).flatMap((edge) => this.#moversOn(state, edge))
  }
}

interface Node {
  readonly state: number
  readonly from: number
  readonly edge: number
}

/** The edges from the first node to one. */
function edgesTo(nodes: readonly Node[], last: Node): Edges {
  const edges: Edges[number][] = []
  for (let at = last; at.from >= 0; at = nodes[at.from]!) edges.unshift({ state: nodes[at.from]!.state, edge: at.edge })
  return edges
}
