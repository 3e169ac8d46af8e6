// SPDX-License-Identifier: Apache-2.0
import type { Reader } from '#system/expression'
import type { System } from '#system/system'
import type { Group } from './groups.ts'
import { KeyTable } from '#base/key-table'
import type { Arrangement } from './permutations.ts'
import { Word } from './word.ts'

/**
 * Says which states are images of each other. The canonical form of a state has the words of each group's copies in
 * ascending order; words are compared whole, everything that belongs to a copy is in its word, and nothing outside of
 * the copies names one. So two states have the same form if and only if a permutation of copies makes one of the other.
 */
export class CanonicalForm<S> {
  /** The form of the state that was looked at last, in 32-bit words. */
  readonly key: Int32Array
  /** The place of each copy in that form. Copies with equal words are ranked in their order. */
  readonly ranks: Arrangement
  readonly #reader: Reader<S>
  readonly #outside: Word
  readonly #groups: readonly Ranked[]
  /** Copies of a group in the order of their words. */
  readonly #order: number[] = []

  constructor(system: System, reader: Reader<S>, groups: readonly Group[], ranks: Arrangement) {
    this.#reader = reader
    const inside = { processes: new Set<number>(), variables: new Set<number>() }
    for (const { processes, variables } of groups.flatMap((group) => group.copies)) {
      for (const p of processes) inside.processes.add(p)
      for (const v of variables) inside.variables.add(v)
    }
    this.#outside = new Word(
      system,
      [...system.processes.keys()].filter((p) => !inside.processes.has(p)),
      [...system.variables.keys()].filter((v) => !inside.variables.has(v)),
    )
    let first = 0
    this.#groups = groups.map(({ copies }): Ranked => {
      const words = copies.map(({ processes, variables }) => new Word(system, processes, variables))
      const { length } = words[0]!
      const group = {
        first,
        words,
        scratch: new Int32Array(length),
        known: length > 1 ? new KeyTable(length) : undefined,
      }
      first += copies.length
      return group
    })
    this.key = new Int32Array(this.#outside.length + first)
    this.ranks = ranks
  }

  /** Looks at a state: fills `key` and `ranks`. */
  of(state: S): void {
    const { key, ranks } = this
    const order = this.#order
    this.#outside.write(state, this.#reader, key, 0)
    for (const { first, words, scratch, known } of this.#groups) {
      const sorted = this.#outside.length + first
      for (let i = 0; i < words.length; i++) {
        words[i]!.write(state, this.#reader, scratch, 0)
        // A long word stands for itself by a number of its own.
        const word = known === undefined ? scratch[0]! : known.add(scratch, 0)
        let at = i
        for (; at > 0 && key[sorted + at - 1]! > word; at--) {
          key[sorted + at] = key[sorted + at - 1]!
          order[at] = order[at - 1]!
        }
        key[sorted + at] = word
        order[at] = i
      }
      for (let rank = 0; rank < words.length; rank++) ranks[first + order[rank]!] = first + rank
    }
  }
}

/** A group, its first copy counted through all groups, and what numbers its words. */
interface Ranked {
  readonly first: number
  readonly words: readonly Word[]
  readonly scratch: Int32Array
  readonly known: KeyTable | undefined
}
