// SPDX-License-Identifier: Apache-2.0
import { assert, integer, property, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { countOutside, empty, has, lowest, noneOf, put } from '#reduce/process-set'

const most = 100
const members = uniqueArray(integer({ min: 0, max: most - 1 }))

const setOf = (processes: readonly number[]) => {
  const set = noneOf(most)
  for (const process of processes) put(set, process, 1)
  return set
}

test('a set in words has the members that were put in', () => {
  assert(
    property(members, members, (some, others) => {
      const set = setOf(some)
      for (const other of others) put(set, other, 0)
      for (let process = 0; process < most; process++) expect(has(set, process)).toBe(some.includes(process))
      expect(countOutside(set, setOf(others))).toBe(some.filter((process) => !others.includes(process)).length)
      empty(set)
      expect(countOutside(set, noneOf(most))).toBe(0)
    }),
  )
})

test('the lowest bit of a word, the sign among them', () => {
  for (let bit = 0; bit < 32; bit++) {
    expect(lowest(1 << bit)).toBe(bit)
    expect(lowest(-1 << bit)).toBe(bit)
  }
})
