// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import type { Choice, Expansion, Listener, StateStore } from '#system/machine'
import type { Expr, System } from '#system/system'
import type { Layout, Packed } from './layout.ts'
import type { Program } from './program.ts'
import { mostEnabled } from './seldom-asked.ts'
import { unlessUnfit } from './unfit.ts'
import { KeyTable } from '#base/key-table'

/** States whose successors are worked out together, and the words that these may take. */
const batch = 64
const batchWords = 2 ** 18

/**
 * The visited states of an engine.
 *
 * Nearly all that a search does is to wait for memory, so it does so for many successors at a time: where states are
 * expanded in order of their ids, the successors of the next few are worked out ahead, and their slots in the table
 * read. They are added only when their state is expanded, so ids do not depend on it.
 */
export class Visited implements StateStore<Packed> {
  readonly #layout: Layout
  readonly #program: Program
  readonly #table: KeyTable
  readonly #batch: number
  /** The successors by `#choice` of the states `#first` to `#end` (excluded) are worked out; `#next` is to be expanded next. */
  #choice: Choice<Packed> | undefined
  #first = 0
  #end = 0
  #next = 0
  /** Where the successors of each begin, and how many there are. */
  readonly #begin = new Int32Array(batch + 1)
  #count = 0
  readonly #successors: Int32Array
  readonly #hashes: Int32Array
  readonly #expansion: {
    readonly transitions: Int32Array
    readonly targets: Int32Array
    from: number
    to: number
  }

  constructor(system: System, layout: Layout, program: Program, table = new KeyTable(layout.words)) {
    this.#layout = layout
    this.#program = program
    this.#table = table
    const most = Math.max(1, mostEnabled(system))
    this.#batch = Math.max(1, Math.min(batch, Math.floor(batchWords / (most * layout.words))))
    const room = this.#batch * most
    this.#successors = new Int32Array(room * layout.words)
    this.#hashes = new Int32Array(room)
    this.#expansion = {
      transitions: new Int32Array(room),
      targets: new Int32Array(room),
      from: 0,
      to: 0,
    }
  }

  get size(): number {
    return this.#table.size
  }

  /** Bytes of the states and the table. */
  get bytes(): number {
    return this.#table.bytes
  }

  add(state: Packed): number {
    this.#end = 0
    this.#successors.set(state)
    return this.#table.add(this.#successors, 0)
  }

  find(state: Packed): number {
    this.#end = 0
    this.#successors.set(state)
    return this.#table.find(this.#successors, 0)
  }

  get(id: number): Packed {
    return this.#table.get(id)
  }

  expand(id: number): Expansion {
    return this.#expanded(id, undefined)
  }

  expandChosen(id: number, choice: Choice<Packed>): Expansion {
    return this.#expanded(id, choice)
  }

  #expanded(id: number, choice: Choice<Packed> | undefined): Expansion {
    // What was worked out is given once: whoever asks again may choose something else.
    if (id !== this.#next || id >= this.#end || choice !== this.#choice) this.#workOut(id, choice)
    this.#next = id + 1
    const expansion = this.#expansion
    expansion.from = this.#begin[id - this.#first]!
    expansion.to = this.#begin[id - this.#first + 1]!
    this.#table.addAll(this.#successors, this.#hashes, expansion.from, expansion.to, expansion.targets)
    return expansion
  }

  /** Works out the successors of a state, and of those that follow it if it follows the last one itself. */
  #workOut(first: number, choice: Choice<Packed> | undefined): void {
    const table = this.#table
    invariant(first >= 0 && first < table.size, `there is no state ${first}`)
    const end = first === this.#end ? Math.min(first + this.#batch, table.size) : first + 1
    this.#choice = choice
    this.#count = 0
    for (let id = first; id < end; id++) {
      if (choice === undefined) this.#fireAll(id)
      else choice(id, this.#listener)
      this.#begin[id - first + 1] = this.#count
    }
    table.lookAhead(this.#successors, this.#count, this.#hashes)
    this.#first = first
    this.#end = end
  }

  #fireAll(id: number): void {
    const { transitions } = this.#expansion
    const table = this.#table
    this.#count = this.#program.expand(table.keysAt(id), table.indexOf(id), transitions, this.#successors, this.#count)
  }

  readonly #listener: Listener<Packed> = {
    fired: (transition, next) => {
      const { words } = this.#layout
      const expansion = this.#expansion
      const at = this.#count * words
      for (let w = 0; w < words; w++) this.#successors[at + w] = next[w]!
      expansion.transitions[this.#count] = transition
      this.#count++
    },
  }

  asking(conditions: readonly Expr[]): ((id: number, words: Int32Array, at: number) => void) | undefined {
    const bits = unlessUnfit(() => this.#program.bits(conditions))
    if (bits === undefined) return undefined
    const table = this.#table
    return (id, words, at) => bits(table.keysAt(id), table.indexOf(id), words, at)
  }
}
