// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { relationsOf } from '#reduce/relations'
import { TransitionClosure } from '#reduce/transition-closure'
import { process, systemOf, transition, variable } from '../engine/systems.ts'

/** Many steps, each of which takes a token from one of two places. */
const steps = 40
const net = systemOf({
  processes: [process('net', 2)],
  variables: [variable('from', 0, 3, 0), variable('to', 0, 3, 3)],
  transitions: Array.from({ length: steps }, (_, i) =>
    transition([['<=', 1, { v: i % 2 }]], [{ to: i % 2, value: ['-', { v: i % 2 }, 1] }]),
  ),
})

// A place of a net of the contest has thousands of transitions on either side: for each of them anew that was out of memory.
test('what a conjunct needs is worked out once, however many transitions have it', () => {
  const relations = relationsOf(net)
  let asked = 0
  const counting = {
    ...relations,
    firstChanges: (conjunct: Parameters<typeof relations.firstChanges>[0]) => {
      asked++
      return relations.firstChanges(conjunct)
    },
  }
  const machine = new Engine(net)
  const closure = new TransitionClosure(machine, counting)
  const state = machine.initial()
  closure.containing(state, machine.enabled(state), net.transitions.keys())
  expect(new Set(relations.actions.flatMap(({ conjuncts }) => conjuncts)).size).toBe(2)
  // Of those that are disabled, all of which have the same.
  expect(machine.enabled(state)).toHaveLength(steps / 2)
  expect(asked).toBe(1)
})
