// SPDX-License-Identifier: Apache-2.0
import { eq } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { lower } from '#semantics/lower/lower'
import { Engine } from '#engine/engine'
import type { Packed } from '#engine/layout'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Graph } from '#explore/graph'
import { backEdges } from '#reduce/chains'
import { faultsInPlace } from '#reduce/faults-in-place'
import { ignoringStates } from '#reduce/ignoring'
import { ProcessClosure } from '#reduce/process-closure'
import { Reduction } from '#reduce/reduction'
import type { System } from '#system/system'
import fenceFarm from '../../models/bench/fence-farm.ts'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

const systemOf = (build: (m: M) => void): System => lower(instance(build), kernelRegistry)

/** `a` and `b` take turns for ever; stored are the ends of their rounds, so `b` moves only in between. */
const turns =
  (middle: (t: T) => void) =>
  (m: M): void => {
    const x = m.int('x', { max: 2 })
    m.thread('a', (t) =>
      t.loop(() => {
        t.set(x, 1)
        t.await(eq(x, 2))
        t.set(x, 0)
      }),
    )
    m.thread('b', (t) =>
      t.loop(() => {
        t.await(eq(x, 1))
        middle(t)
        t.set(x, 2)
      }),
    )
  }

describe('what happens between stored states counts', () => {
  const agrees = (build: (m: M) => void) => {
    const [full, reduced] = [searchedInFull(systemOf(build))!, searchedReduced(systemOf(build))!]
    expect(reduced.told).toEqual(full.told)
    return reduced
  }

  test('a process that moves only there is not stuck, and nothing was ignored', () => {
    const { told, rounds, states } = agrees(turns(() => {}))
    expect(told.kinds).toEqual([])
    expect(rounds).toBe(0)
    expect(states).toBeLessThan(searchedReduced(systemOf(turns(() => {})), { chains: false })!.states)
  })

  test('a process that rests only there does come to rest', () => {
    expect(agrees(turns((t) => t.idle())).told.findings).toEqual([])
  })

  test('what is enabled at the ends and fired in between is not ignored', () => {
    const loopFiring = (...rest: readonly number[]): Graph => {
      const graph = new Graph()
      graph.addState(-1, -1, 0)
      graph.beginEdges(0)
      graph.addEdges(0, { transitions: [0], targets: [0], from: 0, to: 1, rests: [rest] })
      return graph
    }
    expect(ignoringStates(loopFiring(1), () => [0, 1])).toEqual([])
    expect(ignoringStates(loopFiring(2), () => [0, 1])).toEqual([0])
  })

  test('the trace of a fault leads all the way to it', async () => {
    const built = instance((m) => {
      const x = m.int('x', { max: 3 })
      m.thread('a', (t) => {
        t.set(x, 1)
        t.set(x, 2)
        t.assert(eq(x, 1))
      })
    })
    const { violation } = await check(built, kernelRegistry, { reduction: 'full' })
    expect(violation?.trace.steps).toHaveLength(3)
  })
})

test('in which states several are fired is found once, and those who arrive there later are told', () => {
  const system = faultsInPlace(lower(fenceFarm.instantiate('in-turn', { N: 4 }), fenceFarm.registry))
  const machine = new Engine(system)
  const asked = { branching: new Map<string, number>(), smallest: 0 }
  class Counting extends ProcessClosure<Packed> {
    override single(...[state, enabled, last]: Parameters<ProcessClosure<Packed>['single']>): number | undefined {
      const single = super.single(state, enabled, last)
      if (single === undefined) asked.branching.set(state.join(), (asked.branching.get(state.join()) ?? 0) + 1)
      return single
    }
  }
  const { select, pass } = new Reduction(machine, { chains: true, stubborn: new Counting(machine) })
  const search = explore({ machine, frontier: new BreadthFirst(), select, pass })
  search.advance(Infinity)
  expect(search.graph.states).toBe(208)
  expect(asked.branching.size).toBeGreaterThan(150)
  expect(new Set(asked.branching.values())).toEqual(new Set([1]))
})

describe('back edges', () => {
  test('every cycle of every control graph has one', () => {
    let cycles = 0
    for (let seed = 1; seed <= 150; seed++) {
      let system: System
      try {
        system = lower(randomModel(seed), kernelRegistry)
      } catch {
        continue
      }
      const back = backEdges(system)
      cycles += back.size
      for (const [p, { locations }] of system.processes.entries()) {
        // Without its back edges a control graph can be put in order: Kahn's algorithm takes every location away.
        const edges = system.transitions.flatMap((t, id) =>
          back.has(id) ? [] : [t, ...(t.joint ?? [])].filter((move) => move.process === p),
        )
        const left = new Set(locations.keys())
        for (let before = -1; before !== left.size;) {
          before = left.size
          for (const at of left) if (!edges.some(({ from, to }) => to === at && left.has(from))) left.delete(at)
        }
        expect([...left], `seed ${seed}, process ${p}`).toEqual([])
      }
    }
    expect(cycles).toBeGreaterThan(100)
  })
})
