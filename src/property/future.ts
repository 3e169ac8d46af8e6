// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import type { Graph } from '#explore/graph'
import { isEscape, isMay, type System, type TransitionId } from '#system/system'
import { BitRows } from './bit-rows.ts'
import type { Facts } from './facts.ts'

/**
 * What can still happen from each state, exactly, on the explored graph. Moves that merely *may* happen
 * (opportunistic, user, environment) never count; escapes (timeouts, signals) count unless they are switched off.
 *
 * One backward pass over the strongly connected components, successors first: linear in the graph. A state that a
 * limit left unexpanded counts as if everything could still happen, so that what is found stuck is stuck; so does one
 * in which somebody has reported a fault, so that consequences of a fault are not reported.
 */
export class Future {
  readonly #components: ReturnType<typeof components>
  readonly #moves: BitRows
  readonly #pays: BitRows
  readonly #settled: Uint8Array
  readonly #facts: Pick<Facts<never>, 'resting' | 'faulted' | 'owed'>

  constructor(
    system: System,
    graph: Graph,
    facts: Pick<Facts<never>, 'resting' | 'faulted' | 'owed'>,
    escapes: 'on' | 'off',
  ) {
    this.#facts = facts
    const counts = system.transitions.map(
      ({ tag, process }) =>
        !isMay(tag) && (escapes === 'on' || !isEscape(tag)) && system.processes[process]!.context !== 'observer',
    )
    const follows = (state: number, edge: number): boolean => counts[graph.transition(state, edge)]!
    const movers = (id: TransitionId): readonly number[] => {
      const { process, joint = [] } = system.transitions[id]!
      return [process, ...joint.map((move) => move.process)]
    }
    const paidBy = new Map<TransitionId, number[]>()
    for (const [d, debt] of system.debts.entries())
      for (const id of debt.paidBy) paidBy.set(id, [...(paidBy.get(id) ?? []), d])
    const parts = (this.#components = components(graph, follows))
    const moves = (this.#moves = new BitRows(system.processes.length, parts.count))
    const pays = (this.#pays = new BitRows(system.debts.length, parts.count))
    for (const state of byComponent(parts)) {
      const own = parts.of[state]!
      if (!graph.expanded(state) || facts.faulted.any(state)) {
        moves.fill(own)
        pays.fill(own)
        continue
      }
      for (let d = 0; d < system.debts.length; d++) if (!facts.owed.has(state, d)) pays.set(own, d)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        if (!follows(state, edge)) continue
        for (const process of movers(graph.transition(state, edge))) moves.set(own, process)
        for (const id of graph.rest(state, edge)) {
          for (const process of movers(id)) moves.set(own, process)
          for (const debt of paidBy.get(id) ?? []) pays.set(own, debt)
        }
        const next = parts.of[graph.target(state, edge)]!
        if (next === own) continue
        moves.join(own, moves, next)
        pays.join(own, pays, next)
      }
    }
    this.#settled = this.#findSettled(graph, follows)
  }

  /** A component is settled if in all states reachable from it the same processes are stuck and the same debts lost. */
  #findSettled(graph: Graph, follows: (state: number, edge: number) => boolean): Uint8Array {
    const { of, count } = this.#components
    const settled = new Uint8Array(count).fill(1)
    const same = (a: number, b: number): boolean => {
      for (let w = 0; w < this.#moves.words; w++) if (this.#stuckWord(a, w) !== this.#stuckWord(b, w)) return false
      for (let w = 0; w < this.#pays.words; w++) if (this.#unpaidWord(a, w) !== this.#unpaidWord(b, w)) return false
      return true
    }
    const first = new Int32Array(count).fill(-1)
    for (const state of byComponent(this.#components)) {
      const own = of[state]!
      if (first[own] === -1) first[own] = state
      if (!same(state, first[own]!)) settled[own] = 0
      for (let edge = 0; settled[own] === 1 && edge < graph.degree(state); edge++) {
        if (!follows(state, edge)) continue
        const target = graph.target(state, edge)
        if (of[target] !== own && (settled[of[target]!] === 0 || !same(state, target))) settled[own] = 0
      }
    }
    return settled
  }

  #stuckWord(state: number, w: number): number {
    const { resting, faulted } = this.#facts
    return ~(this.#moves.word(this.#components.of[state]!, w) | resting.word(state, w) | faulted.word(state, w))
  }

  #unpaidWord(state: number, w: number): number {
    return this.#facts.owed.word(state, w) & ~this.#pays.word(this.#components.of[state]!, w)
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
    return this.#settled[this.#components.of[state]!] === 1
  }

  /** Whether anything at all can still move. */
  quiet(state: number): boolean {
    return !this.#moves.any(this.#components.of[state]!)
  }

  /** Debts that are owed and that nothing will ever pay. */
  unpaid(state: number): number[] {
    const own = this.#components.of[state]!
    return this.#facts.owed.columnsOf(state).filter((d) => !this.#pays.has(own, d))
  }
}

/** The states in order of their components. */
function byComponent({ count, of }: { readonly count: number; readonly of: Int32Array }): Int32Array {
  const start = new Int32Array(count + 1)
  for (const c of of) start[c + 1]!++
  for (let c = 0; c < count; c++) start[c + 1]! += start[c]!
  const order = new Int32Array(of.length)
  for (const [state, c] of of.entries()) order[start[c]!++] = state
  return order
}
