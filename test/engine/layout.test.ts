// SPDX-License-Identifier: Apache-2.0
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { layoutOf, maxWords, pack, readField } from '#engine/layout'
import { Unfit } from '#engine/unfit'
import { process, systemOf, variable } from './systems.ts'

describe('widths', () => {
  test('a range takes the fewest bits that hold it', () => {
    for (let bits = 1; bits <= 32; bits++) {
      const span = 2 ** (bits - 1)
      for (const [min, max] of [
        [0, span],
        [0, 2 ** bits - 1],
        [-7, span - 7],
        [-(2 ** 31), 2 ** bits - 1 - 2 ** 31],
      ] as const) {
        const { values } = layoutOf(systemOf({ variables: [variable('x', min, max)] }))
        expect(Math.log2((values[0]!.mask >>> 0) + 1), `${min}..${max}`).toBe(bits)
      }
    }
  })

  test('a single value takes none', () => {
    const layout = layoutOf(systemOf({ variables: [variable('x', 5, 5)], processes: [process('p', 1)] }))
    expect([layout.words, layout.values[0]!.mask, layout.locations[0]!.mask]).toEqual([1, 0, 0])
    expect(readField([-1], layout.values[0]!)).toBe(5)
  })

  test('33 bits are refused, and so is a state of too many words', () => {
    expect(() => layoutOf(systemOf({ variables: [variable('x', 0, 2 ** 32)] }))).toThrow(Unfit)
    const wide = Array.from({ length: maxWords }, (_, i) => variable(`x${i}`, 0, 2 ** 32 - 1))
    expect(layoutOf(systemOf({ variables: wide, processes: [] })).words).toBe(maxWords)
    expect(() => layoutOf(systemOf({ variables: wide }))).toThrow(Unfit)
  })
})

describe('packing', () => {
  test('ordered-locks: nine processes of seven locations and 27 bits are two words, not a third', () => {
    const processes = Array.from({ length: 9 }, (_, i) => process(`p${i}`, 7))
    const variables = Array.from({ length: 27 }, (_, i) => variable(`x${i}`, 0, 1))
    expect(layoutOf(systemOf({ processes, variables })).words).toBe(2)
  })

  const range = fc
    .tuple(fc.integer({ min: 0, max: 32 }), fc.integer({ min: -(2 ** 31), max: 2 ** 20 }), fc.nat())
    .map(([bits, min, seed]) => ({ min, max: min + Math.max(0, 2 ** bits - 1 - (seed % 2)), seed }))

  test.prop([fc.array(range, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 9 })], {
    numRuns: 500,
    seed: 1,
  })('nothing overlaps and everything can be read back', (ranges, sizes) => {
    const system = systemOf({
      variables: ranges.map(({ min, max }, i) => variable(`x${i}`, min, max)),
      processes: sizes.map((n, i) => process(`p${i}`, n)),
    })
    const layout = layoutOf(system)
    const taken = Array.from({ length: layout.words }, () => 0)
    for (const { word, shift, mask } of [...layout.locations, ...layout.values]) {
      expect((mask << shift) >>> shift, 'straddles no word').toBe(mask >>> 0)
      expect(taken[word]! & (mask << shift), 'overlaps nothing').toBe(0)
      taken[word]! |= mask << shift
    }
    const values = ranges.map(({ min, max, seed }) => min + (seed % (max - min + 1)))
    const locations = sizes.map((n, i) => (i * 7919) % n)
    const state = pack(
      layout,
      (p) => locations[p]!,
      (v) => values[v]!,
    )
    expect(layout.values.map((field) => readField(state, field))).toEqual(values)
    expect(layout.locations.map((field) => readField(state, field))).toEqual(locations)
  })
})
