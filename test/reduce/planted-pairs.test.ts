// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { lower } from '#semantics/lower/lower'
import type { Relations } from '#reduce/relations'
import type { System, TransitionId } from '#system/system'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

// The pairs of operations that reductions get wrong (trylock failures, queueing writers, tests that find nothing yet):
// each is left out of the relations in turn, and each time the reduced search must be caught.

/** Transitions named by operation and exit: `trylock missed`, `downWrite (queued)`. */
function without(system: System, relations: Relations, one: string, others: readonly string[]): Relations {
  const name = (id: TransitionId): string => {
    const { origin, exit } = system.transitions[id]!
    const { op } = system.origins[origin]!
    return exit === 'ok' ? op : `${op} ${exit}`
  }
  const named = (a: TransitionId, b: TransitionId): boolean => name(a) === one && others.includes(name(b))
  let left = 0
  const keep = (id: TransitionId, conflicts: readonly TransitionId[]): readonly TransitionId[] =>
    conflicts.filter((b) => {
      const drop = named(id, b) || named(b, id)
      if (drop) left++
      return !drop
    })
  for (const id of system.transitions.keys()) keep(id, relations.conflicts(id))
  expect(left, 'the pair is there to be left out').toBeGreaterThan(0)
  return {
    ...relations,
    conflicts: (id) => keep(id, relations.conflicts(id)),
    rivals: (id) => relations.rivals(id),
    lastChanges: (conjunct) => relations.lastChanges(conjunct),
    firstChanges: (conjunct) => relations.firstChanges(conjunct),
  }
}

const cases: readonly (readonly [one: string, others: readonly string[], build: (m: M) => void])[] = [
  [
    'unlock',
    ['trylock missed'],
    (m) => {
      const [a, x] = [m.mutex('a'), m.int('x', { max: 1 })]
      m.thread('holder', (t) => (t.lock(a), t.unlock(a)))
      m.thread('other', (t) => t.trylock(a, { got: () => t.unlock(a), missed: () => t.set(x, 1) }))
    },
  ],
  [
    'lock',
    ['trylock got'],
    (m) => {
      const a = m.mutex('a')
      m.thread('one', (t) => (t.lock(a), t.unlock(a)))
      m.thread('other', (t) => t.trylock(a, { got: () => t.unlock(a), missed: () => {} }))
    },
  ],
  [
    'lock',
    ['lock'],
    (m) => {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.thread('one', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
      m.thread('other', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    },
  ],
  [
    'downRead',
    ['downWrite', 'downWrite (queued)'],
    (m) => {
      const rw = m.rwsem('rw')
      m.thread('reader', (t) => (t.downRead(rw), t.downRead(rw), t.upRead(rw), t.upRead(rw)))
      m.thread('writer', (t) => (t.downWrite(rw), t.upWrite(rw)))
    },
  ],
  [
    'complete',
    ['tryWaitForCompletion missed'],
    (m) => {
      const [c, x] = [m.completion('c'), m.int('x', { max: 1 })]
      m.thread('waiter', (t) => t.tryWaitForCompletion(c, { got: () => {}, missed: () => t.set(x, 1) }))
      m.thread('other', (t) => t.complete(c))
    },
  ],
  [
    'signal',
    ['isSignaled no'],
    (m) => {
      const [f, x] = [m.fence('f', { published: true }), m.int('x', { max: 1 })]
      m.thread('asks', (t) => t.isSignaled(f, { yes: () => {}, no: () => t.set(x, 1) }))
      m.thread('signals', (t) => t.signal(f))
    },
  ],
]

describe('each pair that is left out is missed', () => {
  test.each(cases)('%s and %j', (one, others, build) => {
    const system = lower(instance(build), kernelRegistry)
    const plain = searchedReduced(system, { verify: true })
    expect(plain?.told).toEqual(searchedInFull(system)?.told)
    const relations = (right: Relations): Relations => without(system, right, one, others)
    expect(() => searchedReduced(system, { relations, verify: true })).toThrow('does not keep its promise')
  })
})
