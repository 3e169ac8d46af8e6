// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { thousands } from '#base/text'

/** Ids and the table's slots are signed 32-bit integers. */
const maxKeys = 2 ** 30

/**
 * An exact set of keys of a fixed number of 32-bit words; ids are dense, in order of insertion. Open addressing with
 * linear probing (Knuth, The Art of Computer Programming 3, 6.4, algorithm L), at most half full.
 */
export class KeySet {
  readonly #words: number
  #keys: Int32Array
  #slots = new Int32Array(2 ** 10)
  #size = 0

  constructor(words: number) {
    this.#words = words
    this.#keys = new Int32Array(words * 2 ** 8)
  }

  get size(): number {
    return this.#size
  }

  /** The id of a key, added now if it was not there. The key is copied. */
  add(key: Int32Array): number {
    if (this.#size * 2 >= this.#slots.length) this.#grow()
    const mask = this.#slots.length - 1
    for (let slot = hash(key, 0, this.#words) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1
      if (id === -1) return this.#append(key, slot)
      if (this.#same(id, key)) return id
    }
  }

  #append(key: Int32Array, slot: number): number {
    const id = this.#size++
    if (id >= maxKeys)
      throw new FencecheckError('too-large', `more than ${thousands(maxKeys)} orbits cannot be stored`, {
        fix: 'choose smaller parameters, or set --max-states',
      })
    const at = id * this.#words
    if (at + this.#words > this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2)
      keys.set(this.#keys)
      this.#keys = keys
    }
    for (let w = 0; w < this.#words; w++) this.#keys[at + w] = key[w]!
    this.#slots[slot] = id + 1
    return id
  }

  #same(id: number, key: Int32Array): boolean {
    const at = id * this.#words
    for (let w = 0; w < this.#words; w++) if (this.#keys[at + w] !== key[w]) return false
    return true
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.#size; id++) {
      let slot = hash(this.#keys, id * this.#words, this.#words) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

/** Each word is mixed in by the steps of MurmurHash3's finalizer (Appleby, public domain). */
function hash(keys: Int32Array, at: number, words: number): number {
  let h = 0
  for (let i = at; i < at + words; i++) {
    h = Math.imul(h ^ keys[i]!, 0x85ebca6b)
    h ^= h >>> 13
  }
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
