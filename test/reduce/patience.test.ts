// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { Reduction } from '#reduce/reduction'
import { process, systemOf } from '../engine/systems.ts'

test('sets that leave nothing out are asked for seldom, until one leaves something out', () => {
  const machine = new Engine(systemOf({ processes: [process('p')] }))
  let [asked, helps] = [0, false]
  const answer = (_: unknown, enabled: readonly number[]): readonly number[] => {
    asked++
    return helps ? enabled.slice(0, 1) : enabled
  }
  const stubborn = {
    smallest: answer,
    several: answer,
    single: () => undefined,
    whole: () => ({ members: new Set<number>() }),
  }
  const reduction = new Reduction(machine, { stubborn, patience: { inVain: 10, oneOf: 4 } })
  let id = 0
  const askedIn = (states: number): number => {
    const before = asked
    for (let i = 0; i < states; i++) reduction.select(machine.initial(), [0, 1], id++)
    return asked - before
  }
  expect(askedIn(10)).toBe(10)
  expect(askedIn(100)).toBe(25)
  helps = true
  expect(askedIn(4)).toBe(4)
  expect(askedIn(10)).toBe(10)
  helps = false
  expect(askedIn(10)).toBe(10)
  expect(askedIn(8)).toBe(2)
})
