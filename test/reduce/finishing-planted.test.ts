// SPDX-License-Identifier: Apache-2.0
import { eq } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { faultsInPlace } from '#reduce/faults-in-place'
import { finishingConditions, finishingHandlers, type Known } from '#reduce/finishing'
import { relationsOf, type Relations } from '#reduce/relations'
import { lower } from '#semantics/lower/lower'
import { passingConditions, passingLocks } from '#simplify/passing-locks'
import type { ProcessId, System } from '#system/system'
import { process, systemOf, transition, variable } from '../engine/systems.ts'
import { kernelRegistry, type T } from '../fixtures/models.ts'
import { randomHandlers } from '../fixtures/random-handlers.ts'
import { agrees, finish, lowered, neverReturns, once, told } from './handlers.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

/** The relations as they would be if other handlers were taken for ones that always finish. */
const by =
  (system: System, delaying: (known: Omit<Known, 'values' | 'finishing' | 'locks'>) => ReadonlySet<ProcessId>) =>
  (): Relations =>
    relationsOf(faultsInPlace(system), { delaying })

describe('each condition, forgotten, changes what is told and is noticed', () => {
  type Name = keyof typeof finishingConditions
  const counterexamples: Record<Name, System> = {
    // The task is suspended by what another process writes, not by where the handler is.
    ownMarks: systemOf({
      variables: [variable('mark', 0, 1)],
      processes: [
        {
          ...process('p', 3),
          locations: [0, 1, 2].map((l) => ({ name: `l${l}`, rest: l === 1 })),
          suspended: [{ by: 1, when: { v: 0 } }],
        },
        { ...process('h', 2), locations: [0, 1].map((l) => ({ name: `l${l}`, rest: true })), context: 'hardirq' },
        { ...process('q', 3), locations: [0, 1, 2].map((l) => ({ name: `l${l}`, rest: true })) },
      ],
      transitions: [
        transition([], [], { process: 0, from: 0, to: 1, label: 'step' }),
        transition([], [{ to: 0, value: 1 }], { process: 2, from: 0, to: 1, label: 'mark' }),
      ],
    }),
    ends: lowered((m) => once(m, 'irq', neverReturns(m))),
    neverWaits: lowered((m) => {
      const a = m.spinlock('a')
      m.thread('p', (t) => (t.spinLock(a), t.spinUnlock(a)))
      once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
    }),
  }

  test.each(Object.entries(counterexamples) as [Name, System][])('%s', (name, system) => {
    agrees(system)
    const { [name]: _, ...others } = finishingConditions
    const relations = by(system, (known) => finishingHandlers(known, others))
    expect(searchedReduced(system, { relations })!.told).not.toEqual(told(system))
    expect(() => searchedReduced(system, { relations, verify: true })).toThrow('a handler that cannot return')
  })

  test('that those on top of it can finish', () => {
    const system = lowered((m) => {
      const [write, x] = [neverReturns(m), m.int('x', { max: 1 })]
      m.softirq('soft', (t) => t.local(), { on: ['p'], idleCpu: false, when: eq(x, 0), set: [[x, 1]] })
      once(m, 'hard', write, ['soft'])
    })
    agrees(system)
    const everybody = new Set(system.processes.keys())
    const relations = by(system, (known) =>
      finishingHandlers(known, {
        ...finishingConditions,
        neverWaits: (handler, more) => finishingConditions.neverWaits(handler, { ...more, finishing: everybody }),
      }),
    )
    expect(searchedReduced(system, { relations })!.told).not.toEqual(told(system))
    expect(() => searchedReduced(system, { relations, verify: true })).toThrow('a handler that cannot return')
  })

  describe('of a lock that a handler may wait for', () => {
    const models: Record<keyof typeof passingConditions, System> = {
      uninterrupted: lowered((m) => {
        const a = m.spinlock('a')
        m.thread('p', (t) => (t.spinLock(a), t.spinUnlock(a)))
        once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
      }),
      neverBlocks: lowered((m) => {
        const [a, y] = [m.spinlock('a'), m.int('y', { max: 1 })]
        m.thread('p', (t) => t.set(y, 1))
        m.thread('q', (t) => (t.spinLockIrqsave(a), t.await(eq(y, 1)), t.spinUnlockIrqrestore(a)))
        once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
      }),
      ends: lowered((m) => {
        const [write, a] = [neverReturns(m), m.spinlock('a')]
        m.thread('q', (t) => (t.spinLockIrqsave(a), write(t), t.spinUnlockIrqrestore(a)))
        once(m, 'irq', (t) => (t.spinLock(a), t.spinUnlock(a)))
      }),
      // It is raised once `q` is inside, which then meets `p`.
      ordinary: lowered((m) => {
        const [a, r] = [m.spinlock('a'), m.int('r', { max: 1 })]
        const meet = (t: T, role: 'send' | 'receive'): unknown => t.step({ sync: { channel: 'c', role } })
        m.thread('p', (t) => meet(t, 'receive'))
        m.thread('q', (t) => (t.spinLockIrqsave(a), t.set(r, 1), meet(t, 'send'), t.spinUnlockIrqrestore(a)))
        m.irq('irq', (t) => (t.spinLock(a), t.spinUnlock(a)), {
          on: ['p'],
          idleCpu: false,
          when: eq(r, 1),
          set: [[r, 0]],
        })
      }),
    }

    test.each(Object.entries(models) as [keyof typeof passingConditions, System][])('%s', (name, system) => {
      expect(finish(system)).toEqual([])
      agrees(system)
      const { [name]: _, ...others } = passingConditions
      const relations = by(system, (known) =>
        finishingHandlers(known, finishingConditions, (s) => passingLocks(s, others)),
      )
      expect(searchedReduced(system, { relations })!.told).not.toEqual(told(system))
      expect(() => searchedReduced(system, { relations, verify: true })).toThrow('a handler that cannot return')
    })
  })

  test('that a handler which is raised is in the way of whom it suspends', () => {
    // The handler waits to be raised until the task has set `x`, which it then could no more see.
    const system = lowered((m) => {
      const [x, y] = [m.int('x', { max: 1 }), m.int('y', { max: 1 })]
      m.thread('p', (t) => (t.await(eq(y, 1)), t.set(x, 1)))
      once(m, 'irq', (t) => t.local())
      m.thread('q', (t) => t.set(y, 1))
    })
    agrees(system)
    const relations = (right: Relations): Relations => ({
      ...right,
      conflicts: (id) => {
        const { process: raises, label } = system.transitions[id]!
        const interrupted = system.processes.findIndex(({ suspended }) => suspended.some((s) => s.by === raises))
        return right
          .conflicts(id)
          .filter((other) => !label.startsWith('irq on') || system.transitions[other]!.process !== interrupted)
      },
      rivals: (id) => right.rivals(id),
      lastChanges: (conjunct) => right.lastChanges(conjunct),
      firstChanges: (conjunct) => right.firstChanges(conjunct),
    })
    expect(() => searchedReduced(system, { relations, verify: true })).toThrow('does not keep its promise')
  })

  test('on random models too', () => {
    let [verdicts, promises] = [0, 0]
    for (let seed = 1; seed <= 150; seed++) {
      const system = lower(randomHandlers(seed), kernelRegistry)
      const full = searchedInFull(system, { limit: 150 })
      if (full === undefined) continue
      const { neverWaits: _, ...others } = finishingConditions
      const relations = by(system, (known) => finishingHandlers(known, others))
      if (JSON.stringify(searchedReduced(system, { relations })!.told) !== JSON.stringify(full.told)) verdicts++
      try {
        searchedReduced(system, { relations, verify: true })
      } catch {
        promises++
      }
    }
    expect(verdicts).toBeGreaterThan(0)
    expect(promises).toBeGreaterThan(verdicts)
  })
})
