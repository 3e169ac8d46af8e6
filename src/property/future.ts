// SPDX-License-Identifier: Apache-2.0
import { byComponent, components, type Components } from '#explore/components'
import type { Graph } from '#explore/graph'
import { isAlone } from '#system/lone-process'
import { moversOf } from '#system/moves'
import { isEscape, isMay, type ProcessId, type System } from '#system/system'
import { BitRows } from './bit-rows.ts'
import type { Facts } from './facts.ts'

/** What is noted of each state, as far as it matters here. */
export type StateFacts = Pick<Facts<never>, 'resting' | 'faulted' | 'owed'>

/** Which processes can move again and which debts be paid, in rows that states share. */
export interface FutureRows {
  /** The row of each state. */
  readonly rowOf: Int32Array
  readonly moves: BitRows
  readonly pays: BitRows
}

/** By row, see {@link Future.settled} and {@link Future.end}. */
export interface Ends {
  readonly settled: Uint8Array
  readonly end: Int32Array
}

/**
 * What can still happen from each state, exactly, on the explored graph. Moves that merely *may* happen
 * (opportunistic, user, environment) never count; escapes (timeouts, signals) count unless they are switched off.
 *
 * A state that a limit left unexpanded counts as if everything could still happen, so that what is found stuck is stuck;
 * so does one in which somebody has reported a fault, so that consequences of a fault are not reported.
 */
export class Future {
  readonly #rowOf: Int32Array
  readonly #moves: BitRows
  readonly #pays: BitRows
  readonly #facts: StateFacts
  readonly #findEnds: (future: Future) => Ends
  #knownEnds: Ends | undefined

  /** @param findEnds by the rest of the future; asked once, if at all: where nobody is stuck nobody asks */
  constructor(facts: StateFacts, { rowOf, moves, pays }: FutureRows, findEnds: (future: Future) => Ends) {
    this.#facts = facts
    this.#rowOf = rowOf
    this.#moves = moves
    this.#pays = pays
    this.#findEnds = findEnds
  }

  get #ends(): Ends {
    return (this.#knownEnds ??= this.#findEnds(this))
  }

  #stuckWord(state: number, w: number): number {
    const { resting, faulted } = this.#facts
    return ~(this.#moves.word(this.#rowOf[state]!, w) | resting.word(state, w) | faulted.word(state, w))
  }

  #unpaidWord(state: number, w: number): number {
    return this.#facts.owed.word(state, w) & ~this.#pays.word(this.#rowOf[state]!, w)
  }

  /** Whether the same processes are stuck and the same debts lost in two states. */
  sameFate(a: number, b: number): boolean {
    for (let w = 0; w < this.#moves.words; w++) if (this.#stuckWord(a, w) !== this.#stuckWord(b, w)) return false
    for (let w = 0; w < this.#pays.words; w++) if (this.#unpaidWord(a, w) !== this.#unpaidWord(b, w)) return false
    return true
  }

  /** Whether anybody is stuck or anything lost: where that is so in neither of two states, they have the same fate. */
  isFated(state: number): boolean {
    for (let w = 0; w < this.#moves.words; w++) {
      const columns = Math.min(32, this.#moves.columns - w * 32)
      if (this.#stuckWord(state, w) << (32 - columns) !== 0) return true
    }
    for (let w = 0; w < this.#pays.words; w++) if (this.#unpaidWord(state, w) !== 0) return true
    return false
  }

  /** Whether a process may yet move. */
  canMove(state: number, process: ProcessId): boolean {
    return this.#moves.has(this.#rowOf[state]!, process)
  }

  /** Processes that are not at rest and can never move again. */
  stuck(state: number): number[] {
    const stuck: number[] = []
    for (let w = 0; w < this.#moves.words; w++) {
      let bits = this.#stuckWord(state, w)
      for (; bits !== 0; bits &= bits - 1) {
        const process = w * 32 + (31 - Math.clz32(bits & -bits))
        if (process < this.#moves.columns) stuck.push(process)
      }
    }
    return stuck
  }

  /**
   * Whether nobody else will be stuck, and nothing more be owed in vain, in any continuation. Before that a deadlock is
   * under way: who is stuck first is not who it is about, and a fence that is still to be published is not yet lost.
   */
  settled(state: number): boolean {
    return this.#ends.settled[this.#rowOf[state]!] === 1
  }

  /** The terminal component that the state is in, so that every continuation comes back; -1 if there is more to come. */
  end(state: number): number {
    return this.#ends.end[this.#rowOf[state]!]!
  }

  /** Whether anything at all can still move. */
  quiet(state: number): boolean {
    return !this.#moves.any(this.#rowOf[state]!)
  }

  /** Debts that are owed and that nothing will ever pay. */
  unpaid(state: number): number[] {
    const own = this.#rowOf[state]!
    return this.#facts.owed.columnsOf(state).filter((d) => !this.#pays.has(own, d))
  }
}

/** Whether an edge counts as something that can happen. */
export function countedEdges(
  system: System,
  graph: Graph,
  escapes: 'on' | 'off',
): (state: number, edge: number) => boolean {
  const counts = system.transitions.map(
    ({ tag, process }) =>
      !isMay(tag) && (escapes === 'on' || !isEscape(tag)) && system.processes[process]!.context !== 'observer',
  )
  return (state, edge) => counts[graph.transition(state, edge)]!
}

/** Notes in a row who moves on an edge. What is paid on the way its target shows, or else it would be stored (docs/theory.md 5). */
export function noteOf(
  system: System,
  graph: Graph,
  moves: BitRows,
): (state: number, edge: number, row: number) => void {
  const movers = system.transitions.map(moversOf)
  return (state, edge, row) => {
    for (const process of movers[graph.transition(state, edge)]!) moves.set(row, process)
    for (const id of graph.rest(state, edge)) for (const process of movers[id]!) moves.set(row, process)
  }
}

/**
 * The future of each state where a single process is all there is: it is stuck where nothing is enabled, and such a state is
 * settled and an end. What others lead to is not said. It looks at no edge.
 */
function futureAlone(system: System, graph: Graph, facts: StateFacts): Future {
  const rowOf = new Int32Array(graph.states)
  let rows = 1
  for (let state = 0; state < graph.states; state++)
    if (graph.expanded(state) && graph.degree(state) === 0 && !facts.faulted.any(state)) rowOf[state] = rows++
  const [moves, pays] = [new BitRows(system.processes.length, rows), new BitRows(0, rows)]
  moves.fill(0)
  const settled = new Uint8Array(rows).fill(1, 1)
  const end = Int32Array.from({ length: rows }, (_, row) => (row === 0 ? -1 : row))
  return new Future(facts, { rowOf, moves, pays }, () => ({ settled, end }))
}

/**
 * The future of each state of a graph: one backward pass over the strongly connected components, successors first;
 * linear in the graph.
 */
export function futureOf(system: System, graph: Graph, facts: StateFacts, escapes: 'on' | 'off'): Future {
  if (isAlone(system)) return futureAlone(system, graph, facts)
  const follows = countedEdges(system, graph, escapes)
  const parts = components(graph, follows)
  const moves = new BitRows(system.processes.length, parts.count)
  const pays = new BitRows(system.debts.length, parts.count)
  const note = noteOf(system, graph, moves)
  const order = byComponent(parts)
  for (const state of order) {
    const own = parts.of[state]!
    if (!graph.expanded(state) || facts.faulted.any(state)) {
      moves.fill(own)
      pays.fill(own)
      continue
    }
    pays.joinMissing(own, facts.owed, state)
    for (let edge = 0; edge < graph.degree(state); edge++) {
      if (!follows(state, edge)) continue
      note(state, edge, own)
      const next = parts.of[graph.target(state, edge)]!
      if (next === own) continue
      moves.join(own, moves, next)
      pays.join(own, pays, next)
    }
  }
  return new Future(facts, { rowOf: parts.of, moves, pays }, (future) => endsOf(future, parts, order, graph, follows))
}

/**
 * A component is settled if in all states reachable from it the same processes are stuck and the same debts lost, and
 * an end if nothing leads out of it.
 */
function endsOf(
  future: Future,
  { of, count }: Components,
  order: Int32Array,
  graph: Graph,
  follows: (state: number, edge: number) => boolean,
): Ends {
  const settled = new Uint8Array(count).fill(1)
  const end = Int32Array.from({ length: count }, (_, component) => component)
  const first = new Int32Array(count).fill(-1)
  const fated = Uint8Array.from(of, (_, state) => Number(future.isFated(state)))
  const isSame = (a: number, b: number): boolean => (fated[a] === 0 && fated[b] === 0) || future.sameFate(a, b)
  for (const state of order) {
    const own = of[state]!
    if (first[own] === -1) first[own] = state
    if (!isSame(state, first[own]!)) settled[own] = 0
    for (let edge = 0; (settled[own] === 1 || end[own] !== -1) && edge < graph.degree(state); edge++) {
      if (!follows(state, edge)) continue
      const target = graph.target(state, edge)
      if (of[target] === own) continue
      end[own] = -1
      if (settled[of[target]!] === 0 || !isSame(state, target)) settled[own] = 0
    }
  }
  return { settled, end }
}
