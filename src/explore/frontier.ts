// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'

/**
 * The ids of states that are stored but not yet expanded. Its order is all that depth-first and breadth-first differ
 * in.
 */
export interface Frontier {
  readonly size: number
  push(id: number): void
  /** The next state to expand; only while `size > 0`. */
  pop(): number
}

/**
 * First in, first out: states come in order of their distance from the start, so the first trace found is shortest.
 * States are discovered in order of their ids, so what waits is a range of them, or few ranges where some are revisited.
 */
export class BreadthFirst implements Frontier {
  readonly #ranges: { first: number; end: number }[] = []
  /** The range that is being expanded. */
  #at = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(id: number): void {
    this.#size++
    const last = this.#ranges.at(-1)
    if (last?.end === id) last.end++
    else this.#ranges.push({ first: id, end: id + 1 })
  }

  pop(): number {
    invariant(this.#size > 0, 'the frontier is not empty')
    this.#size--
    let range = this.#ranges[this.#at]!
    if (range.first === range.end) range = this.#ranges[++this.#at]!
    return range.first++
  }
}

/** Last in, first out: the frontier stays small and a first violation is often found soon, with a long trace. */
export class DepthFirst implements Frontier {
  readonly #stack: number[] = []

  get size(): number {
    return this.#stack.length
  }

  push(id: number): void {
    this.#stack.push(id)
  }

  pop(): number {
    const id = this.#stack.pop()
    invariant(id !== undefined, 'the frontier is not empty')
    return id
  }
}

/**
 * First in, first out and last in, first out in turn, for longer and longer: half of a search stays near the start, the other half goes
 * deep, where the deadlocks of nets are.
 */
export class Alternating implements Frontier {
  readonly #ids: number[] = []
  #first = 0
  #takesNewest = false
  #stretch = 64
  #left = 64

  get size(): number {
    return this.#ids.length - this.#first
  }

  push(id: number): void {
    this.#ids.push(id)
  }

  pop(): number {
    invariant(this.size > 0, 'the frontier is not empty')
    if (this.#left-- === 0) this.#turn()
    return this.#takesNewest ? this.#ids.pop()! : this.#ids[this.#first++]!
  }

  #turn(): void {
    this.#takesNewest = !this.#takesNewest
    if (!this.#takesNewest) this.#stretch *= 2
    this.#left = this.#stretch - 1
  }
}
