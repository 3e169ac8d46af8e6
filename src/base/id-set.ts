// SPDX-License-Identifier: Apache-2.0

const smallest = 2 ** 6

/** A set of dense ids, a bit each. */
export class IdSet {
  #words = new Int32Array(smallest)

  has(id: number): boolean {
    const word = id >>> 5
    return word < this.#words.length && (this.#words[word]! & (1 << (id & 31))) !== 0
  }

  add(id: number): void {
    const word = id >>> 5
    if (word >= this.#words.length) {
      const grown = new Int32Array(Math.max(word + 1, this.#words.length * 2))
      grown.set(this.#words)
      this.#words = grown
    }
    this.#words[word]! |= 1 << (id & 31)
  }
}
