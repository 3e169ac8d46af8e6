// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Ints } from '#explore/ints'

describe.each([255, 256, 65_535, 65_536, 2 ** 31 - 1])('integers up to %i', (max) => {
  test('half a million of them are kept as they are', () => {
    const ints = new Ints()
    const n = 2 ** 19 + 5
    const value = (i: number): number => (i * 7919) % (max + 1)
    for (let i = 0; i < n; i++) ints.push(value(i))
    ints.set(3, max)
    ints.set(n - 1, max)
    expect(ints.length).toBe(n)
    let wrong = 0
    for (let i = 0; i < n; i++) if (ints.at(i) !== (i === 3 || i === n - 1 ? max : value(i))) wrong++
    expect(wrong).toBe(0)
    expect(ints.bytes / n).toBeLessThan(max < 256 ? 2 : max < 65_536 ? 3 : 6)
  })
})

test('the length is right at every step of growth', () => {
  const ints = new Ints()
  for (let i = 0; i < 2 ** 19; i++) {
    if (ints.length !== i) expect(ints.length).toBe(i)
    ints.push(0 - i)
  }
  expect([ints.at(0), ints.at(1024), ints.at(2 ** 18), ints.at(2 ** 19 - 1)]).toEqual([
    0,
    -1024,
    -(2 ** 18),
    1 - 2 ** 19,
  ])
})

test('a chunk widens for an element that is put into it later, and keeps the others', () => {
  const n = 2 ** 18 + 10
  for (const large of [-1, 256, 65_535, 65_536, -(2 ** 31), 2 ** 31 - 1]) {
    const ints = new Ints()
    for (let i = 0; i < n; i++) ints.push(i % 200)
    const { bytes } = ints
    for (const at of [0, 5, 2 ** 18 - 1, 2 ** 18, n - 1]) ints.set(at, large)
    expect(ints.bytes).toBeGreaterThan(bytes)
    let wrong = 0
    for (let i = 0; i < n; i++)
      if (ints.at(i) !== ([0, 5, 2 ** 18 - 1, 2 ** 18, n - 1].includes(i) ? large : i % 200)) wrong++
    expect(wrong).toBe(0)
    ints.push(7)
    expect([ints.at(n), ints.length]).toEqual([7, n + 1])
  }
})

test('adding many at once is adding them one by one', () => {
  const [many, single] = [new Ints(), new Ints()]
  const values = Array.from({ length: 5000 }, (_, i) => (i % 1000 === 999 ? 2 ** ((i / 1000) * 6) : i % 256) | 0)
  for (let i = 0, from = 0; i < 2 ** 12; i++) {
    from = (i * 37) % 4900
    const to = from + (i % 97)
    many.pushAll(values, from, to)
    for (const value of values.slice(from, to)) single.push(value)
  }
  expect([many.length, many.bytes]).toEqual([single.length, single.bytes])
  let wrong = 0
  for (let i = 0; i < many.length; i++) if (many.at(i) !== single.at(i)) wrong++
  expect(wrong).toBe(0)
})
