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
