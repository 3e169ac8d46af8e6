// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'

/** States that are stored but not yet expanded. Its order is all that depth-first and breadth-first differ in. */
export interface Frontier<S> {
  readonly size: number
  push(item: Item<S>): void
  /** The next state to expand; only while `size > 0`. */
  pop(): Item<S>
}

export interface Item<S> {
  readonly id: number
  readonly state: S
  readonly depth: number
}

/** First in, first out: states come in order of their distance from the start, so the first trace found is shortest. */
export class BreadthFirst<S> implements Frontier<S> {
  #level: Item<S>[] = []
  #next: Item<S>[] = []
  #at = 0

  get size(): number {
    return this.#level.length - this.#at + this.#next.length
  }

  push(item: Item<S>): void {
    this.#next.push(item)
  }

  pop(): Item<S> {
    if (this.#at === this.#level.length) {
      this.#level = this.#next
      this.#next = []
      this.#at = 0
    }
    const item = this.#level[this.#at]
    invariant(item, 'the frontier is not empty')
    this.#at++
    return item
  }
}

/** Last in, first out: the frontier stays small and a first violation is often found soon, with a long trace. */
export class DepthFirst<S> implements Frontier<S> {
  readonly #stack: Item<S>[] = []

  get size(): number {
    return this.#stack.length
  }

  push(item: Item<S>): void {
    this.#stack.push(item)
  }

  pop(): Item<S> {
    const item = this.#stack.pop()
    invariant(item, 'the frontier is not empty')
    return item
  }
}
