// SPDX-License-Identifier: Apache-2.0

type Elements = Uint8Array | Uint16Array | Int32Array

const chunkBits = 18
const chunkMask = 2 ** chunkBits - 1
const smallest = 2 ** 10

/**
 * A growing array of signed 32-bit integers. It lies in chunks that never move, so growing neither stalls nor takes
 * twice the room; the elements of a chunk take one, two or four bytes each, as the largest of them needs.
 */
export class Ints {
  #last: Elements = new Uint8Array(smallest)
  readonly #chunks: Elements[] = [this.#last]
  /** Elements in the last chunk. */
  #filled = 0

  get length(): number {
    return (this.#chunks.length - 1) * 2 ** chunkBits + this.#filled
  }

  get bytes(): number {
    return this.#chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0)
  }

  push(value: number): void {
    if (this.#filled === this.#last.length) this.#grow()
    const at = this.#filled++
    this.#last[at] = value
    if (this.#last[at] !== value) this.#widen(this.#chunks.length - 1, at, value)
  }

  /** Adds the elements `from` to `to` (excluded) of `values`. */
  pushAll(values: ArrayLike<number>, from: number, to: number): void {
    const last = this.#last
    let [i, filled] = [from, this.#filled]
    if (filled + to - from <= last.length)
      for (; i < to; i++) {
        last[filled] = values[i]!
        if (last[filled] !== values[i]) break
        filled++
      }
    this.#filled = filled
    for (; i < to; i++) this.push(values[i]!)
  }

  at(index: number): number {
    return this.#chunks[index >>> chunkBits]![index & chunkMask]!
  }

  some(is: (value: number) => boolean): boolean {
    for (let i = 0; i < this.length; i++) if (is(this.at(i))) return true
    return false
  }

  set(index: number, value: number): void {
    const chunk = this.#chunks[index >>> chunkBits]!
    chunk[index & chunkMask] = value
    if (chunk[index & chunkMask] !== value) this.#widen(index >>> chunkBits, index & chunkMask, value)
  }

  /** Doubles the only chunk while it is short; after that every chunk is whole, and at first as wide as the one before. */
  #grow(): void {
    const Same = this.#last.constructor as new (length: number) => Elements
    if (this.#filled > chunkMask) {
      this.#last = new Same(2 ** chunkBits)
      this.#chunks.push(this.#last)
      this.#filled = 0
      return
    }
    const grown = new Same(this.#filled * 2)
    grown.set(this.#last)
    this.#chunks[0] = this.#last = grown
  }

  /** Puts an element where it does not fit: makes the elements of the chunk wider. */
  #widen(chunk: number, at: number, value: number): void {
    const narrow = this.#chunks[chunk]!
    const wide = value < 0 || value >= 2 ** 16 ? new Int32Array(narrow.length) : new Uint16Array(narrow.length)
    wide.set(narrow)
    wide[at] = value
    this.#chunks[chunk] = wide
    if (narrow === this.#last) this.#last = wide
  }
}
