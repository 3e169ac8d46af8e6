// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { relationsOf } from '#reduce/relations'
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
