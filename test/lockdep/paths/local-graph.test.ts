// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Interpreter } from '#interp/interpreter'
import { decide } from '#lockdep/paths/decide'
import { localGraph } from '#lockdep/paths/local-graph'
import { evaluateKnown, type LocalKnowledge } from '#lockdep/paths/three-valued'
import { lower } from '#semantics/lower/lower'
import { moversOf } from '#system/moves'
import { and, evaluator, or } from '#system/expression'
import type { Expr } from '#system/system'
import { isModelSource } from 'fencecheck'
import { instancesOf } from '../../fixtures/instances.ts'

const expression: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 2 }),
    fc.record({ v: fc.integer({ min: 0, max: 2 }) }),
    fc.tuple(fc.constantFrom('!' as const), tie('e')),
    fc.tuple(fc.constantFrom('+' as const, '*' as const, '==' as const, '<' as const), tie('e'), tie('e')),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), tie('e'), tie('e')),
    fc.tuple(fc.constantFrom('if' as const), tie('e'), tie('e'), tie('e')),
  ),
})).e
const values = fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), { minLength: 3, maxLength: 3 })

/** Every way to fill in what is not known. */
const completions = (partial: readonly (number | undefined)[]): number[][] =>
  partial.reduce<number[][]>(
    (all, value) => all.flatMap((some) => (value === undefined ? [0, 1, 2] : [value]).map((x) => [...some, x])),
    [[]],
  )
const knowing = (partial: readonly (number | undefined)[]): LocalKnowledge => ({
  value: (v) => partial[v],
  test: () => undefined,
})
/** Evaluation as everything else does it. */
const exactly = (e: Expr, state: number[]): number =>
  evaluator<number[]>(e, { value: (s, v) => s[v]!, location: () => 0 })(state)

describe('what a process can tell by itself', () => {
  test('a value that is known is the value whatever the rest is', () => {
    let known = 0
    fc.assert(
      fc.property(expression, values, (e, partial) => {
        const value = evaluateKnown(e, knowing(partial))
        if (value === undefined) return
        known++
        for (const state of completions(partial)) expect(exactly(e, state)).toBe(value)
      }),
      { numRuns: 2_000 },
    )
    expect(known).toBeGreaterThan(200)
  })

  test('guards cover everything exactly if one of them holds in each completion', () => {
    const system = { variables: [0, 1, 2].map((i) => ({ name: `v${i}`, min: 0, max: 2, init: 0 })) }
    let covered = 0
    fc.assert(
      fc.property(fc.array(fc.array(expression, { maxLength: 2 }), { maxLength: 3 }), values, (guards, partial) => {
        const expected = completions(partial).every((state) =>
          guards.some((guard) => guard.every((g) => exactly(g, state) !== 0)),
        )
        covered += Number(expected)
        const all = or(...guards.map((guard) => and(...guard)))
        expect(decide(all, knowing(partial), system) === 'always').toBe(expected)
      }),
      { numRuns: 2_000 },
    )
    expect(covered).toBeGreaterThan(100)
  })
})

/** A seeded random run of a system, as long as it goes or `steps` steps. */
function* run(machine: Interpreter, seed: number, steps: number) {
  let random = seed
  let state = machine.initial()
  for (let i = 0; i < steps; i++) {
    const enabled = machine.enabled(state)
    if (enabled.length === 0) return
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
    const transition = enabled[random % enabled.length]!
    state = machine.fire(state, transition)
    yield { transition, state }
  }
}

const folder = new URL('../../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('_'),
)

describe('every run, seen by one process alone, is a path of its local graph', () => {
  test.each(files)('%s', async (file) => {
    const { default: source } = (await import(join(folder, file))) as { default: unknown }
    if (!isModelSource(source)) throw new Error(`${file} is no model`)
    for (const { name, build } of instancesOf(source)) {
      const system = lower(build(), source.registry)
      const machine = new Interpreter(system)
      const graphs = system.processes.map((_, process) => localGraph(system, process))
      for (let seed = 1; seed <= 3; seed++) {
        const at = graphs.map(() => 0)
        for (const { transition, state } of run(machine, seed, 60))
          for (const process of moversOf(system.transitions[transition]!)) {
            const edge = graphs[process]!.nodes[at[process]!]!.edges.find((one) => one.transition === transition)
            expect(edge, `${name}: ${system.transitions[transition]!.label}`).toBeDefined()
            at[process] = edge!.to
            const { location, known } = graphs[process]!.nodes[edge!.to]!
            expect(machine.location(state, process)).toBe(location)
            for (const v of system.variables.keys())
              if (known.value(v) !== undefined) expect(machine.value(state, v)).toBe(known.value(v))
          }
      }
    }
  })
})
