// SPDX-License-Identifier: Apache-2.0

/** A growing matrix of bits, one row a state, component or the like; every row has the same number of columns. */
export class BitRows {
  readonly columns: number
  readonly words: number
  #data: Int32Array
  #rows: number

  constructor(columns: number, rows = 0) {
    this.columns = columns
    this.words = Math.max(1, Math.ceil(columns / 32))
    this.#rows = rows
    this.#data = new Int32Array(Math.max(64, rows) * this.words)
  }

  /** Makes sure that the row exists. */
  reach(row: number): void {
    if (row < this.#rows) return
    this.#rows = row + 1
    if (this.#rows * this.words <= this.#data.length) return
    const grown = new Int32Array(Math.max(this.#rows * this.words, this.#data.length * 2))
    grown.set(this.#data)
    this.#data = grown
  }

  /** Has a function write the words of a row, which begin at `at`. */
  answer(row: number, ask: (row: number, words: Int32Array, at: number) => void): void {
    ask(row, this.#data, row * this.words)
  }

  set(row: number, column: number): void {
    this.#data[row * this.words + (column >> 5)]! |= 1 << (column & 31)
  }

  has(row: number, column: number): boolean {
    return ((this.#data[row * this.words + (column >> 5)]! >>> (column & 31)) & 1) === 1
  }

  fill(row: number): void {
    this.#data.fill(-1, row * this.words, (row + 1) * this.words)
  }

  /** Adds the bits of a row of `other` to a row of this. */
  join(row: number, other: BitRows, otherRow: number): void {
    for (let w = 0; w < this.words; w++) this.#data[row * this.words + w]! |= other.word(otherRow, w)
  }

  /** Adds the columns that are not in a row of `other` to a row of this. As with `fill`, what is beyond the columns says nothing. */
  joinMissing(row: number, other: BitRows, otherRow: number): void {
    for (let w = 0; w < this.words; w++) this.#data[row * this.words + w]! |= ~other.word(otherRow, w)
  }

  word(row: number, w: number): number {
    return this.#data[row * this.words + w]!
  }

  any(row: number): boolean {
    for (let w = 0; w < this.words; w++) if (this.#data[row * this.words + w] !== 0) return true
    return false
  }

  /** The columns that are set in a row. */
  columnsOf(row: number): number[] {
    const columns: number[] = []
    for (let c = 0; c < this.columns; c++) if (this.has(row, c)) columns.push(c)
    return columns
  }
}
