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

/** First in, first out: states come in order of their distance from the start, so the first trace found is shortest. */
export class BreadthFirst implements Frontier {
  #level: number[] = []
  #next: number[] = []
  #at = 0

  get size(): number {
    return this.#level.length - this.#at + this.#next.length
  }

  push(id: number): void {
    this.#next.push(id)
  }

  pop(): number {
    if (this.#at === this.#level.length) {
      this.#level = this.#next
      this.#next = []
      this.#at = 0
    }
    const id = this.#level[this.#at]
    invariant(id !== undefined, 'the frontier is not empty')
    this.#at++
    return id
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
