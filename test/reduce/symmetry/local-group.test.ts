// SPDX-License-Identifier: Apache-2.0
import { and, eq, model, type VariableHandle } from 'fencecheck'
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import type { Model } from '#ir/model'
import { verifiedGroups } from '#reduce/symmetry/groups'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { otherFate, searched } from './searched.ts'

/**
 * Copies take turns: who has had the last turn may not take the next. Once round the one cycle of the quotient another
 * copy is where the first was, so in each stored state all but one copy seem to be out of it for ever, unless what a way
 * around permutes is taken into account. `n` is 0 for who may go on, 2 for who has just done so, 1 for who went last.
 */
const turns = (copies: number): Model =>
  model('test/turns', { summary: 'A test.' }, (m) => {
    const turn = m.flag('turn', true)
    const ns: VariableHandle[] = []
    m.copies('c', copies, (c) => {
      const n = c.int('n', { max: 2 })
      ns.push(n)
      c.thread('p', (t) =>
        t.loop(() =>
          t.step({
            when: and(eq(n, 0), eq(turn, 1)),
            set: [
              [n, 2],
              [turn, 0],
            ],
          }),
        ),
      )
    })
    m.thread('arbiter', (t) =>
      t.loop(() =>
        t.select(
          Object.fromEntries(
            ns.map((n, i) => [
              `c${i}`,
              () =>
                t.step({
                  when: eq(n, 2),
                  set: [[turn, 1], ...ns.map((other) => [other, other === n ? 1 : 0] as const)],
                }),
            ]),
          ),
        ),
      ),
    )
  }).instantiate()

test.each([2, 3, 4])('of %i copies that take turns none is stuck', async (copies) => {
  const registry = new Registry(kernelPrimitives)
  const machine = new Engine(lower(turns(copies), registry))
  const { groups } = verifiedGroups(machine.system)
  const full = searched(machine, groups)!
  expect(otherFate(full, searched(machine, groups, { groups })!)).toBeUndefined()
  expect(otherFate(full, searched(machine, groups, { groups, stubborn: true })!)).toBeUndefined()
  for (const reduction of ['none', 'stubborn'] as const) {
    const [plain, orbits] = [
      await check(turns(copies), registry, { reduction, symmetry: 'off' }),
      await check(turns(copies), registry, { reduction, symmetry: 'on' }),
    ]
    expect(orbits.statistics.reductions).toContain('symmetry')
    expect([orbits.verdict, orbits.findings.map(({ message }) => message).sort()]).toEqual([
      plain.verdict,
      plain.findings.map(({ message }) => message).sort(),
    ])
    expect(plain.verdict).toBe('holds')
    // At first; one has gone, and nobody before; one went last; one has gone and another went before.
    const states = 1 + copies + copies + copies * (copies - 1)
    expect([plain.statistics.states, orbits.statistics.states]).toEqual([states, 4])
  }
})
