// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Ints } from '#explore/ints'

describe.each([255, 256, 65_535, 65_536, 2 ** 31 - 1])('integers up to %i', (max) => {
  test('half a million of them are kept as they are', () => {
    const ints = new Ints(max)
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
