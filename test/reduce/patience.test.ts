// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { Reduction } from '#reduce/reduction'
import { process, systemOf, transition } from '../engine/systems.ts'

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

test('so is whether a single transition is enough where states need not be stored', () => {
  const steps = [0, 1, 2].map((p) => transition([], [], { process: p, to: 1 }))
  const machine = new Engine(systemOf({ processes: ['p', 'q', 'r'].map((name) => process(name)), transitions: steps }))
  const passedIn = (inVain: number): readonly (number | undefined)[] => {
    const stubborn = {
      smallest: (_: unknown, enabled: readonly number[]) => enabled,
      several: (_: unknown, enabled: readonly number[]) => enabled,
      single: (_: unknown, enabled: readonly number[]) => enabled[0],
      whole: () => ({ members: new Set<number>() }),
    }
    const { select, pass } = new Reduction(machine, { chains: true, stubborn, patience: { inVain: 2, oneOf: 4 } })
    const [start, store] = [machine.initial(), machine.store()]
    for (let id = 0; id < inVain; id++) select(start, [0, 1], id)
    return [0, 1, 2].map((first) => pass!(machine.fire(start, first), first, store))
  }
  expect(passedIn(0)).toEqual([1, 0, 0])
  // The first one that is asked finds one.
  expect(passedIn(2)).toEqual([1, 0, 0])
  // One state has been asked since, three of four are not.
  expect(passedIn(3)).toEqual([undefined, undefined, undefined])
})
