// SPDX-License-Identifier: Apache-2.0
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { FencecheckError } from '#base/errors'
import { KeyTable } from '#base/key-table'

/** A table in which many keys collide, in the slot and in the bits kept beside the id. */
class Colliding extends KeyTable {
  readonly #hashes: number

  constructor(words: number, hashes: number) {
    super(words)
    this.#hashes = hashes
  }

  protected override finished(h: number): number {
    return super.finished(h) & (this.#hashes - 1)
  }
}

/** A table that takes equal hashes for equal keys. */
class HashOnly extends Colliding {
  protected override same(): boolean {
    return true
  }
}

/** Adds keys singly and in batches; says where it differs from a `Map` over the keys. */
function difference(table: KeyTable, words: number, keys: readonly (readonly number[])[]): string | undefined {
  const ids = new Map<string, number>()
  const idOf = (key: readonly number[]): number => {
    const text = key.join()
    if (!ids.has(text)) ids.set(text, ids.size)
    return ids.get(text)!
  }
  for (let i = 0, batch = 0; i < keys.length; i += batch) {
    batch = 1 + ((i * 31) % 90)
    const some = keys.slice(i, i + batch)
    const found = new Int32Array(some.length)
    for (const key of some) {
      const [is, should] = [table.find(Int32Array.from(key), 0), ids.get(key.join()) ?? -1]
      if (is !== should) return `key ${key.join()} is found with id ${is}, not ${should}`
    }
    const flat = Int32Array.from([...Array.from({ length: words }, () => 0), ...some.flat()])
    if (i % 3 === 0) for (const k of some.keys()) found[k] = table.add(flat, words * (k + 1))
    else {
      const hashes = new Int32Array(some.length)
      table.lookAhead(flat.subarray(words), some.length, hashes)
      table.addAll(flat.subarray(words), hashes, 0, some.length, found)
    }
    for (const [k, key] of some.entries()) {
      const expected = idOf(key)
      if (found[k] !== expected) return `key ${i + k} has id ${found[k]}, not ${expected}`
    }
  }
  if (table.size !== ids.size) return `${table.size} keys, not ${ids.size}`
  for (const [key, id] of ids) if (table.get(id).join() !== key) return `id ${id} is not ${key}`
  return undefined
}

const sequence = (n: number, words: number, range: number): readonly (readonly number[])[] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: words }, (_, w) => (Math.imul(Math.imul(i, 2654435761) >>> 7, w + 1) % range) | 0),
  )

describe('a table of states', () => {
  const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))

  test.prop([fc.integer({ min: 1, max: 5 }), fc.array(fc.array(word, { minLength: 5, maxLength: 5 }))], {
    numRuns: 400,
    seed: 5,
  })('is exact: it does what a Map does', (words, keys) => {
    const cut = keys.map((key) => key.slice(0, words))
    expect(difference(new KeyTable(words), words, cut)).toBeUndefined()
    expect(difference(new Colliding(words, 2), words, cut)).toBeUndefined()
  })

  test.each([1, 2, 3, 7])('grows: 200,000 keys of %i words, every third one known already', (words) => {
    expect(difference(new KeyTable(words), words, sequence(200_000, words, 2 ** 17))).toBeUndefined()
  })

  test('stays exact where hashes collide', () => {
    expect(difference(new Colliding(2, 4), 2, sequence(3000, 2, 500))).toBeUndefined()
    expect(difference(new Colliding(2, 2 ** 11), 2, sequence(60_000, 2, 2 ** 15))).toBeUndefined()
  })

  test('one that compares the hash only is caught', () => {
    expect(difference(new HashOnly(2, 2 ** 11), 2, sequence(60_000, 2, 2 ** 15))).toMatch(/has id|found with id/)
  })

  test('refuses what it has no room for, and keeps what it has', () => {
    const table = new KeyTable(1, 3)
    for (const key of [7, 8, 9, 7]) table.add(Int32Array.of(key), 0)
    expect(() => table.add(Int32Array.of(1), 0)).toThrow(FencecheckError)
    expect([0, 1, 2].map((id) => table.get(id)[0])).toEqual([7, 8, 9])
    expect(table.add(Int32Array.of(8), 0)).toBe(1)
    expect(() => table.get(3)).toThrow(/no key 3/)
  })

  test('a million states of two words take at most 24 bytes each', () => {
    const table = new KeyTable(2)
    for (let i = 0; i < 1_000_000; i++) table.add(Int32Array.of(i, -i), 0)
    expect(table.bytes / table.size).toBeLessThan(24)
  })
})
