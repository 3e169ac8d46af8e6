// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { relationsOf } from '#reduce/relations'
import { Invariants } from '#simplify/invariants'
import { process, systemOf, transition, variable } from '../engine/systems.ts'

test('what is assigned may depend on where another process is: then neither goes first', () => {
  const moves = { process: 0, to: 1 }
  const looks = { process: 1, to: 1 }
  const system = systemOf({
    variables: [variable('x', 0, 1), variable('y', 0, 1)],
    processes: [process('mover'), process('looker'), process('other')],
    transitions: [
      transition([], [], moves),
      transition([], [{ to: 0, value: { process: 0, in: [1] } }], looks),
      transition([], [{ to: 1, value: 1 }], { process: 2, to: 1 }),
    ],
  })
  const { conflicts } = relationsOf(system)
  expect([0, 1, 2].map((id) => conflicts(id))).toEqual([[1], [0], []])
})

test('a condition about a variable or where a process is concerns who changes either', () => {
  const waits = transition([['or', { v: 0 }, { process: 0, in: [1] }]], [], { process: 1, to: 1 })
  const clears = transition([], [{ to: 0, value: 0 }], { process: 2, to: 1 })
  const { conflicts } = relationsOf(
    systemOf({
      variables: [variable('x', 0, 1, 1)],
      processes: [process('mover'), process('waiter'), process('writer')],
      transitions: [transition([], [], { to: 1 }), waits, clears],
    }),
  )
  expect([0, 1, 2].map((id) => [...conflicts(id)].sort())).toEqual([[1], [0, 2], [1]])
})

/** Takes a token from one place and puts it into another, if any. */
const flow = (from: number, into?: number) =>
  transition(
    [['<=', 1, { v: from }]],
    [
      { to: from, value: ['-', { v: from }, 1] },
      ...(into === undefined ? [] : [{ to: into, value: ['+', { v: into }, 1] as const }]),
    ],
  )

test('steps that stay where they are rival those that they share a place with and each that leaves', () => {
  const { rivals, conflicts } = relationsOf(
    systemOf({
      variables: ['a', 'b', 'c'].map((name) => variable(name, 0, 1, 1)),
      processes: [process('net', 2)],
      transitions: [flow(0), flow(0, 1), flow(2), transition([], [], { to: 1 })],
    }),
  )
  expect([0, 1, 2, 3].map((id) => [...rivals(id)].sort())).toEqual([[1, 3], [0, 3], [3], [0, 1, 2]])
  expect([0, 1, 2, 3].map((id) => conflicts(id))).toEqual([[], [], [], []])
})

test('both may be taken where what they ask of other places leaves room for both in the one they share', () => {
  // Three tokens and room for two: with one in each of two places there is at most one in the third.
  const fills = (from: number, least: number) =>
    transition(
      [
        ['<=', { v: 0 }, 1],
        ['<=', least, { v: from }],
      ],
      [
        { to: from, value: ['-', { v: from }, 1] },
        { to: 0, value: ['+', { v: 0 }, 1] },
      ],
    )
  const rivalsIf = (least: number): readonly number[] => {
    const system = systemOf({
      variables: [variable('shared', 0, 2, 0), variable('one', 0, 2, 2), variable('other', 0, 2, 1)],
      processes: [process('net')],
      transitions: [fills(1, least), fills(2, 1)],
    })
    const three = { factors: new Map([0, 1, 2].map((v) => [v, 1])), most: 3 }
    return relationsOf(system, { invariants: new Invariants(system, [three]) }).rivals(0)
  }
  expect(rivalsIf(2)).toEqual([])
  expect(rivalsIf(1)).toEqual([1])
})
