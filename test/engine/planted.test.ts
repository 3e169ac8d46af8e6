// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { layoutOf, type Layout, type Packed } from '#engine/layout'
import { programOf, type Program } from '#engine/program'
import { KeyTable } from '#base/key-table'
import { Visited } from '#engine/visited'
import { lower } from '#semantics/lower/lower'
import type { Choice, Expansion } from '#system/machine'
import type { System, Transition } from '#system/system'
import orderedLocks from '../../models/bench/ordered-locks.ts'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { compared } from './difference.ts'

// Mistakes that a generator or a store might make, and that the comparison must see.

const systems = Array.from({ length: 90 }, (_, seed) => lower(randomModel(seed), kernelRegistry))
const programFor = (system: System, layout = layoutOf(system)): Program => programOf(system, layout)

/** How many random systems show a mistake in the program. */
const seenIn = (program: (system: System) => Program): number =>
  systems.filter((system) => compared(new Engine(system, undefined, program(system)), 300).difference !== undefined)
    .length

const changed = (change: (transition: Transition, id: number) => Transition) => (system: System) =>
  programFor({ ...system, transitions: system.transitions.map(change) })

/** Each assignment sees what those before it have done. */
function sequential(system: System): Program {
  const whole = programFor(system)
  const layout = layoutOf(system)
  const longest = Math.max(...system.transitions.map(({ effect }) => effect.length))
  const parts = Array.from({ length: longest }, (_, i) =>
    changed((transition) => ({ ...transition, effect: transition.effect.slice(i, i + 1) }))(system),
  )
  return {
    ...whole,
    fire(state, transition, words, at) {
      let now = state
      for (const part of parts) {
        part.fire(now, transition, words, at)
        now = Array.from({ length: layout.words }, (_, w) => words[at + w]!)
      }
    },
  }
}

/** One variable's field is written and read by the program a bit further up than by everybody else. */
function shifted(system: System): Program {
  const layout = layoutOf(system)
  const last = layout.values.findLastIndex(({ mask }) => mask !== 0)
  const values = layout.values.map((field, v) => (v === last ? { ...field, shift: field.shift + 1 } : field))
  return programFor(system, { ...layout, values } satisfies Layout)
}

test('the comparison finds nothing where nothing is wrong', () => expect(seenIn((s) => programFor(s))).toBe(0))

describe.each<[string, number, (system: System) => Program]>([
  ['a dropped conjunct of every guard', 30, changed((t) => ({ ...t, guard: t.guard.slice(1) }))],
  [
    'a dropped conjunct of one guard',
    5,
    (system) => {
      const one = system.transitions.findLastIndex(({ guard, fault }) => guard.length > 0 && fault === undefined)
      return changed((t, id) => (id === one ? { ...t, guard: t.guard.slice(1) } : t))(system)
    },
  ],
  ['a dropped assignment', 30, changed((t) => ({ ...t, effect: t.effect.slice(0, -1) }))],
  [
    'a partner that need not be there',
    1,
    changed((t) => ({ ...t, joint: t.joint?.map((m) => ({ ...m, from: 0 })) ?? [] })),
  ],
  [
    'a partner that does not move',
    1,
    changed((t) => ({ ...t, joint: t.joint?.map((m) => ({ ...m, to: m.from })) ?? [] })),
  ],
  [
    'handlers that do not suspend',
    5,
    (system) => programFor({ ...system, processes: system.processes.map((p) => ({ ...p, suspended: [] })) }),
  ],
  ['assignments one after the other', 1, sequential],
  ['a wrong shift', 20, shifted],
  [
    'enabled transitions in another order',
    30,
    (system) => {
      const program = programFor(system)
      return { ...program, enabled: (state) => program.enabled(state).toReversed() }
    },
  ],
  [
    'an expansion that forgets a transition',
    30,
    (system) => {
      const program = programFor(system)
      const expand: Program['expand'] = (keys, at, enabled, successors, count) =>
        Math.max(count, program.expand(keys, at, enabled, successors, count) - 1)
      return { ...program, expand }
    },
  ],
  [
    'an expansion whose successors do not go with their transitions',
    30,
    (system) => {
      const program = programFor(system)
      const { words } = layoutOf(system)
      const expand: Program['expand'] = (keys, at, enabled, successors, count) => {
        const end = program.expand(keys, at, enabled, successors, count)
        if (end > count + 1) successors.copyWithin(count * words, (count + 1) * words, end * words)
        return end
      }
      return { ...program, expand }
    },
  ],
])('%s', (_, least, program) => {
  test(`is seen in at least ${least} of ${systems.length} systems`, () => {
    expect(seenIn(program)).toBeGreaterThanOrEqual(least)
  })
})

describe('an expansion by choice is seen', () => {
  const system = lower(orderedLocks.instantiate(undefined, { N: 4 }), orderedLocks.registry)
  const [layout, program] = [layoutOf(system), programOf(system, layoutOf(system))]
  const seen = (store: (layout: Layout, program: Program) => Visited): string | undefined => {
    class Faulty extends Engine {
      override store(): Visited {
        return store(layout, program)
      }
    }
    return compared(new Faulty(system)).difference
  }

  test.each<readonly [string, (choice: Choice<Packed>) => Choice<Packed>]>([
    ['that is of another state', (choice) => (id, listener) => choice(Math.max(0, id - 1), listener)],
    [
      'that fires a transition less',
      (choice) => (id, listener) => {
        let first = true
        choice(id, {
          fired(...told) {
            if (!first) listener.fired(...told)
            first = false
          },
        })
      },
    ],
  ])('%s', (_, changed) => {
    class Wrong extends Visited {
      override expandChosen(id: number, choice: Choice<Packed>): Expansion {
        return super.expandChosen(id, changed(choice))
      }
    }
    expect(seen((...parts) => new Visited(system, ...parts))).toBeUndefined()
    expect(seen((...parts) => new Wrong(system, ...parts))).toContain('chosen')
  })
})

test('what was worked out ahead is given once: a choice that has changed is asked again', () => {
  const system = lower(orderedLocks.instantiate(undefined, { N: 4 }), orderedLocks.registry)
  const machine = new Engine(system)
  let all = false
  const select = (_: Packed, enabled: readonly number[], id: number): readonly number[] =>
    all || id < 20 ? enabled : []
  const search = explore({ machine, frontier: new BreadthFirst(), select })
  search.advance(Infinity)
  const { states } = search.graph
  const last = Array.from({ length: states - 20 }, (_, i) => states - 1 - i)
  all = true
  search.revisit(last)
  search.advance(last.length)
  for (const id of last) expect(search.graph.degree(id)).toBe(machine.enabled(search.store.get(id)).length)
  expect(search.graph.states).toBeGreaterThan(states)
})

test('a store that compares the hash only is seen', () => {
  class HashOnly extends KeyTable {
    protected override same(): boolean {
      return true
    }
  }
  const system = lower(orderedLocks.instantiate(undefined, { N: 7 }), orderedLocks.registry)
  const layout = layoutOf(system)
  const program = programOf(system, layout)
  class Careless extends Engine {
    override store(): Visited {
      return new Visited(system, layout, program, new HashOnly(layout.words))
    }
  }
  expect(compared(new Careless(system)).difference).toMatch(/state/)
})
