// SPDX-License-Identifier: Apache-2.0
import { invariant } from './assert.ts'
import { FencecheckError } from './errors.ts'
import { thousands } from './text.ts'

/** Ids are signed 32-bit integers in the table and in the graph. */
const maxKeys = 2 ** 31 - 1

/** Words of a chunk of keys: 4 MiB. */
const chunkWords = 2 ** 20
const smallestTable = 2 ** 10
/** Slots from which on a table takes memory that counts: 4 MiB. */
const largeTable = 2 ** 20

/** Each word is mixed in by the steps of MurmurHash3's finalizer (Appleby, public domain). */
function mixed(h: number, word: number): number {
  const x = Math.imul(h ^ word, 0x85ebca6b)
  return x ^ (x >>> 13)
}

/**
 * An exact set of keys of a fixed number of words; ids are dense, in order of insertion.
 *
 * The keys lie one after the other in chunks that never move, so the set grows without copying them. They are found by
 * open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4, algorithm L) in a table of
 * 32-bit slots, at most three quarters full. In a table of `2^b` slots an id takes `b` bits; the `32 - b` above them
 * repeat bits of the key's hash, so that most other keys are told apart without looking at them. Equality is always
 * decided by the whole key. When the table is full it is rebuilt at twice the size, at four times while it is small:
 * amortised, some 50 ns a key.
 */
export class KeyTable {
  readonly #words: number
  /** Keys of a chunk: a power of two, `2^chunkBits`. */
  readonly #chunkBits: number
  readonly #chunks: Int32Array[] = []
  readonly #capacity: number
  #size = 0
  #slots = new Int32Array(smallestTable)
  /** Hashes of the keys that are being put into a larger table. */
  readonly #hashes = new Int32Array(64)
  /** What the batch's look ahead has read; kept so that it is not optimised away. */
  protected touched = 0

  /** @param capacity the number of keys it may hold, for tests */
  constructor(words: number, capacity = maxKeys) {
    this.#words = words
    this.#chunkBits = Math.max(0, Math.floor(Math.log2(chunkWords / words)))
    this.#capacity = capacity
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of the keys and the table. */
  get bytes(): number {
    return this.#slots.byteLength + this.#chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0)
  }

  /**
   * The id of the key that begins at index `at` of `keys`, stored now if it was not there.
   * @throws FencecheckError `too-large` if the set is full.
   */
  add(keys: Int32Array, at: number): number {
    this.#reserve(1)
    return this.#add(keys, at, this.#hash(keys, at))
  }

  /** The id of the key that begins at index `at` of `keys`; -1 if it is not there. */
  find(keys: Int32Array, at: number): number {
    const hash = this.#hash(keys, at)
    return (this.#slots[this.#slotOf(keys, at, hash)]! & (this.#slots.length - 1)) - 1
  }

  /**
   * Puts the hashes of the first `count` keys of `keys` into `hashes`, and reads their slots: the loads overlap, and
   * `addAll` finds what it needs at hand. The processor waits for memory once instead of `count` times.
   */
  lookAhead(keys: Int32Array, count: number, hashes: Int32Array): void {
    this.#hashAhead(this.#slots, keys, 0, count, hashes)
  }

  /** Adds the keys number `from` to `to` (excluded) of `keys`, whose hashes are known, and puts their ids into `ids`. */
  addAll(keys: Int32Array, hashes: Int32Array, from: number, to: number, ids: Int32Array): void {
    this.#reserve(to - from)
    const words = this.#words
    for (let i = from; i < to; i++) ids[i] = this.#add(keys, i * words, hashes[i]!)
  }

  #hashAhead(slots: Int32Array, keys: Int32Array, at: number, count: number, hashes: Int32Array): void {
    const mask = slots.length - 1
    const words = this.#words
    let touched = 0
    if (words === 2)
      // Large state spaces often have keys of two words; a loop written for two takes three quarters of the time.
      for (let i = 0, word = at; i < count; i++, word += 2) {
        const hash = this.finished(mixed(mixed(0, keys[word]!), keys[word + 1]!))
        hashes[i] = hash
        touched ^= slots[hash & mask]!
      }
    else
      for (let i = 0; i < count; i++) {
        const hash = this.#hash(keys, at + i * words)
        hashes[i] = hash
        touched ^= slots[hash & mask]!
      }
    this.touched = touched
  }

  /** The array in which the words of a key lie, until the next one is added. */
  keysAt(id: number): Int32Array {
    return this.#chunks[id >>> this.#chunkBits]!
  }

  /** Where in that array they begin. */
  indexOf(id: number): number {
    return (id & ((1 << this.#chunkBits) - 1)) * this.#words
  }

  /** The words of a key. */
  get(id: number): number[] {
    invariant(id >= 0 && id < this.#size, `there is no key ${id}`)
    const chunk = this.#chunks[id >>> this.#chunkBits]!
    const at = (id & ((1 << this.#chunkBits) - 1)) * this.#words
    const key = Array<number>(this.#words)
    for (let w = 0; w < this.#words; w++) key[w] = chunk[at + w]!
    return key
  }

  /** The last step of a hash. */
  protected finished(h: number): number {
    const x = Math.imul(h, 0xc2b2ae35)
    return x ^ (x >>> 16)
  }

  #hash(keys: Int32Array, at: number): number {
    const words = this.#words
    let h = mixed(0, keys[at]!)
    for (let w = 1; w < words; w++) h = mixed(h, keys[at + w]!)
    return this.finished(h)
  }

  /** Whether the stored key is this one. */
  protected same(id: number, keys: Int32Array, at: number): boolean {
    const chunk = this.#chunks[id >>> this.#chunkBits]!
    const words = this.#words
    const stored = (id & ((1 << this.#chunkBits) - 1)) * words
    if (chunk[stored] !== keys[at]) return false
    if (words > 1 && chunk[stored + 1] !== keys[at + 1]) return false
    for (let w = 2; w < words; w++) if (chunk[stored + w] !== keys[at + w]) return false
    return true
  }

  #add(keys: Int32Array, at: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const slot = this.#slotOf(keys, at, hash)
    const entry = slots[slot]!
    if (entry !== 0) return (entry & mask) - 1
    const id = this.#append(keys, at)
    slots[slot] = (hash & ~mask) | (id + 1)
    return id
  }

  /**
   * The slot of a key, or the free one that it is to have. A slot is 0 while it is free, else the id plus one under bits
   * of the hash that do not choose the slot.
   */
  #slotOf(keys: Int32Array, at: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const tag = hash & ~mask
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!
      if (entry === 0) return slot
      if ((entry & ~mask) === tag && this.same((entry & mask) - 1, keys, at)) return slot
    }
  }

  #append(keys: Int32Array, at: number): number {
    const id = this.#size
    if (id >= this.#capacity)
      throw new FencecheckError('too-large', `more than ${thousands(this.#capacity)} states cannot be stored`, {
        fix: 'choose smaller parameters, or set --max-states',
      })
    const index = id >>> this.#chunkBits
    const chunk = this.#room(index, (id & ((1 << this.#chunkBits) - 1)) * this.#words)
    const stored = (id & ((1 << this.#chunkBits) - 1)) * this.#words
    for (let w = 0; w < this.#words; w++) chunk[stored + w] = keys[at + w]!
    this.#size = id + 1
    return id
  }

  /** The chunk with room at `used`. The first one starts small, for the sake of small models. */
  #room(index: number, used: number): Int32Array {
    const chunk = this.#chunks[index]
    if (chunk !== undefined && used < chunk.length) return chunk
    const whole = this.#words * 2 ** this.#chunkBits
    if (index > 0) return (this.#chunks[index] = new Int32Array(whole))
    const grown = new Int32Array(Math.min(whole, this.#words * Math.max(64, (used / this.#words) * 2)))
    if (chunk !== undefined) grown.set(chunk)
    return (this.#chunks[0] = grown)
  }

  /** Makes sure that the table stays at most three quarters full with so many more keys. */
  #reserve(count: number): void {
    while (this.#size + count > (this.#slots.length / 4) * 3) this.#grow()
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * (this.#slots.length < largeTable ? 4 : 2))
    const mask = slots.length - 1
    // As many keys at a time as lie in one chunk for certain: a power of two.
    const run = Math.min(64, 2 ** this.#chunkBits)
    for (let first = 0; first < this.#size; first += run) {
      const count = Math.min(run, this.#size - first)
      const chunk = this.#chunks[first >>> this.#chunkBits]!
      this.#hashAhead(slots, chunk, this.indexOf(first), count, this.#hashes)
      for (let i = 0; i < count; i++) {
        const hash = this.#hashes[i]!
        let slot = hash & mask
        while (slots[slot] !== 0) slot = (slot + 1) & mask
        slots[slot] = (hash & ~mask) | (first + i + 1)
      }
    }
    this.#slots = slots
  }
}
