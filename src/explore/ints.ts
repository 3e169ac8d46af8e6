// SPDX-License-Identifier: Apache-2.0

type Narrow = Uint8Array | Uint16Array | Int32Array

const chunkBits = 18
const chunkMask = 2 ** chunkBits - 1
const smallest = 2 ** 10

/**
 * A growing array of whole numbers. It lies in chunks that never move, so growing neither stalls nor takes twice the
 * room.
 */
export class Ints {
  readonly #make: (length: number) => Narrow
  readonly #chunks: Narrow[]
  #last: Narrow
  /** Elements in the last chunk. */
  #filled = 0

  /** @param max the largest element; from 65536 on, elements may be negative as well, down to -(2^31) */
  constructor(max = 2 ** 31 - 1) {
    const Narrow = max < 2 ** 8 ? Uint8Array : max < 2 ** 16 ? Uint16Array : Int32Array
    this.#make = (length) => new Narrow(length)
    this.#last = this.#make(smallest)
    this.#chunks = [this.#last]
  }

  get length(): number {
    return (this.#chunks.length - 1) * 2 ** chunkBits + this.#filled
  }

  get bytes(): number {
    return this.#chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0)
  }

  push(value: number): void {
    if (this.#filled === this.#last.length) this.#grow()
    this.#last[this.#filled++] = value
  }

  at(index: number): number {
    return this.#chunks[index >>> chunkBits]![index & chunkMask]!
  }

  set(index: number, value: number): void {
    this.#chunks[index >>> chunkBits]![index & chunkMask] = value
  }

  /** Doubles the only chunk while it is short; after that every chunk is whole. */
  #grow(): void {
    if (this.#filled > chunkMask) {
      this.#last = this.#make(2 ** chunkBits)
      this.#chunks.push(this.#last)
      this.#filled = 0
      return
    }
    const grown = this.#make(this.#filled * 2)
    grown.set(this.#last)
    this.#chunks[0] = this.#last = grown
  }
}
