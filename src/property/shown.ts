// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'

/**
 * What states show, with the nearest state that shows it. A reduced search need not come through every state, but has some
 * of every terminal component: what is told is chosen among what those show, and told where it shows first.
 */
export class Shown<T extends { readonly state: number }> {
  readonly #graph: Graph
  /** By what they are told apart by, then by all that they are chosen by. */
  readonly #found = new Map<string, Map<string, Found<T>>>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** @param isAtEnd whether the state is in a terminal component */
  add(key: string, signature: string, seen: T, isAtEnd: boolean): void {
    const alike = this.#found.get(key) ?? new Map<string, Found<T>>()
    this.#found.set(key, alike)
    const known = alike.get(signature)
    const isNearer = known === undefined || this.#graph.depth(seen.state) < this.#graph.depth(known.nearest.state)
    alike.set(signature, {
      nearest: isNearer ? seen : known.nearest,
      isAtEnd: isAtEnd || known?.isAtEnd === true,
    })
  }

  /** The first one of each key; of all of them where no terminal component shows it. */
  first(comesBefore: (a: T, b: T) => boolean): readonly (readonly [key: string, first: T])[] {
    return [...this.#found].map(([key, alike]) => {
      const all = [...alike.values()]
      const atEnd = all.filter(({ isAtEnd }) => isAtEnd)
      const seen = (atEnd.length > 0 ? atEnd : all).map(({ nearest }) => nearest)
      return [key, seen.reduce((best, other) => (comesBefore(other, best) ? other : best))]
    })
  }
}

interface Found<T> {
  readonly nearest: T
  /** Whether some state of a terminal component is among those. */
  readonly isAtEnd: boolean
}
