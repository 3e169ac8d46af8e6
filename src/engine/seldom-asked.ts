// SPDX-License-Identifier: Apache-2.0
import type { System, TransitionId } from '#system/system'
import type { Layout, Packed } from './layout.ts'
import type { Expand, Moves, Words } from './moves.ts'

/**
 * Single moves without code of their own: a state is expanded, and what is asked for taken from that. It takes longer than
 * code for single moves would, but to generate and to compile that takes as long as some thousand expansions.
 */
export class SeldomAsked implements Moves {
  readonly #expand: Expand
  readonly #otherwise: () => Moves
  readonly #words: number
  readonly #key: Int32Array
  readonly #transitions: Int32Array
  readonly #successors: Int32Array
  /** The state that was expanded last, and how many transitions it has enabled. */
  #expanded: Packed | undefined
  #count = 0

  /** @param otherwise who knows of what is not enabled where it leads */
  constructor(system: System, { words }: Layout, expand: Expand, otherwise: () => Moves) {
    const most = mostEnabled(system)
    this.#expand = expand
    this.#otherwise = otherwise
    this.#words = words
    this.#key = new Int32Array(words)
    this.#transitions = new Int32Array(most)
    this.#successors = new Int32Array(most * words)
  }

  enabled(state: Packed): TransitionId[] {
    this.#look(state)
    return Array.from(this.#transitions.subarray(0, this.#count))
  }

  fire(state: Packed, transition: TransitionId, words: Words, at: number): void {
    this.#look(state)
    const found = this.#transitions.subarray(0, this.#count).indexOf(transition)
    if (found < 0) return this.#otherwise().fire(state, transition, words, at)
    for (let w = 0; w < this.#words; w++) words[at + w] = this.#successors[found * this.#words + w]!
  }

  #look(state: Packed): void {
    if (state === this.#expanded) return
    this.#key.set(state)
    this.#count = this.#expand(this.#key, 0, this.#transitions, this.#successors, 0)
    this.#expanded = state
  }
}

/** The transitions that a state can have enabled, at most. */
export function mostEnabled({ processes, transitions }: System): number {
  const leaving = processes.map(({ locations }) => new Int32Array(locations.length))
  for (const { process, from } of transitions) leaving[process]![from]!++
  return leaving.reduce((sum, counts) => sum + counts.reduce((a, b) => Math.max(a, b), 0), 0)
}
