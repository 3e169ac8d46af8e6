// SPDX-License-Identifier: Apache-2.0
import { byComponent, components, type Components } from '#explore/components'
import { liftedComponents, type LiftedComponents } from '#explore/lifted-components'
import type { PermutationId, Quotient } from '#explore/quotient'
import { BitRows } from './bit-rows.ts'
import type { Evidence } from './property.ts'
import { joinReachable } from './reachable-rows.ts'

/** Bits of each state, by column. */
export interface BitsOf {
  has(state: number, column: number): boolean
}

/** Puts bits of a state into a row. */
export type Note = (state: number, rows: BitRows, row: number) => void

/** What a permutation of a quotient makes of each column. */
export type Images = (quotient: Quotient) => (permutation: PermutationId) => ArrayLike<number>

/**
 * What is true of some state reachable from each, along certain edges: one backward pass over the strongly connected
 * components of the explored graph, or of the graph that a quotient stands for.
 */
export class Reachable<S> {
  readonly #evidence: Evidence<S>
  readonly #follows: (state: number, edge: number) => boolean
  #parts: (Components & { readonly order: Int32Array }) | undefined
  #lifted: LiftedComponents | undefined

  constructor(evidence: Evidence<S>, follows: (state: number, edge: number) => boolean) {
    this.#evidence = evidence
    this.#follows = follows
  }

  /** The bits that are noted of a state, or of one that is reachable from it. */
  from(columns: number, note: Note, images: Images): BitsOf {
    const { quotient } = this.#evidence
    return quotient === undefined ? this.#plain(columns, note) : this.#upToSymmetry(quotient, columns, note, images)
  }

  #plain(columns: number, note: Note): BitsOf {
    const { graph } = this.#evidence
    const { of, count, order } = this.#components()
    const rows = new BitRows(columns, count)
    for (let state = 0; state < graph.states; state++) note(state, rows, of[state]!)
    // Components come successors first, so one pass in that order is enough; edges within a component add nothing.
    for (const state of order)
      for (let edge = 0; edge < graph.degree(state); edge++)
        if (this.#follows(state, edge)) rows.join(of[state]!, rows, of[graph.target(state, edge)]!)
    return { has: (state, column) => rows.has(of[state]!, column) }
  }

  #components(): Components & { readonly order: Int32Array } {
    if (this.#parts !== undefined) return this.#parts
    const parts = components(this.#evidence.graph, this.#follows)
    return (this.#parts = { ...parts, order: byComponent(parts) })
  }

  #upToSymmetry(quotient: Quotient, columns: number, note: Note, images: Images): BitsOf {
    const { graph } = this.#evidence
    const rows = new BitRows(columns, graph.states)
    for (let state = 0; state < graph.states; state++) note(state, rows, state)
    this.#lifted ??= liftedComponents(graph, quotient, this.#follows)
    joinReachable(rows, graph, quotient, this.#lifted, this.#follows, images(quotient))
    return rows
  }
}
