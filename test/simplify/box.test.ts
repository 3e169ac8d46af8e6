// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Random } from '#base/random'
import { evaluator } from '#system/expression'
import type { Assign, Expr, Operator, Variable } from '#system/system'
import { assignment } from '#system/assignment'
import { changesOf } from '#simplify/changes'
import { narrow, type Box } from '#simplify/box'
import { systemOf, transition, variable } from '../engine/systems.ts'

const models = 20_000
const variables: readonly Variable[] = [variable('a', 0, 3), variable('b', -2, 2), variable('c', 1, 4)]
const values: readonly (readonly number[])[] = variables.reduce<readonly (readonly number[])[]>(
  (all, { min, max }) => all.flatMap((some) => Array.from({ length: max - min + 1 }, (_, i) => [...some, min + i])),
  [[]],
)
const reader = { value: (of: readonly number[], v: number): number => of[v]!, location: (): number => 0 }

function term(random: Random): Expr {
  const factor = random.below(7) - 3
  const v = { v: random.below(variables.length) }
  return random.pick<Expr>([v, ['*', factor, v], ['*', v, factor], ['neg', v], random.below(9) - 4, ['+', v, 1]])
}
const sum = (random: Random): Expr =>
  random.below(3) > 0 ? term(random) : [random.pick(['+', '-'] as const), term(random), term(random)]

function condition(random: Random, depth = 2): Expr {
  const op = random.pick<Operator>(['<', '<=', '==', '!=', '<', '<=', '!', 'and', 'or'])
  if (op === '!' && depth > 0) return ['!', condition(random, depth - 1)]
  if ((op === 'and' || op === 'or') && depth > 0)
    return [op, condition(random, depth - 1), condition(random, depth - 1)]
  if (random.below(12) === 0) return { v: random.below(variables.length) }
  return [op === '!' || op === 'and' || op === 'or' ? '<' : op, sum(random), sum(random)]
}

test('what satisfies the conditions lies in the box that they give', () => {
  let [narrowed, excluded] = [0, 0]
  for (let seed = 1; seed <= models; seed++) {
    const random = new Random(seed)
    const conditions = Array.from({ length: 1 + random.below(3) }, () => condition(random))
    const box: Box = new Map()
    const possible = narrow(box, conditions, variables)
    const satisfy = conditions.map((e) => evaluator(e, reader))
    const fits = (of: readonly number[]): boolean => [...box].every(([v, { lo, hi }]) => lo <= of[v]! && of[v]! <= hi)
    const lost = values.filter((of) => satisfy.every((holds) => holds(of) !== 0) && !(possible && fits(of)))
    expect(lost, JSON.stringify({ conditions, box: [...box] })).toEqual([])
    if (!possible) excluded++
    else if (!values.every(fits)) narrowed++
  }
  expect([narrowed, excluded].every((n) => n > models / 20)).toBe(true)
})

test('and what a transition changes within the bounds of its change', () => {
  let [exact, fired] = [0, 0]
  for (let seed = 1; seed <= models; seed++) {
    const random = new Random(seed)
    const guard = Array.from({ length: random.below(3) }, () => condition(random, 1))
    const effect = Array.from({ length: 1 + random.below(2) }, (): Assign => {
      const v = random.below(variables.length)
      const to = random.below(3) > 0 ? v : (['at', { v: random.below(variables.length) }, v, (v + 1) % 3] as const)
      return { to, value: sum(random) }
    })
    const [change] = changesOf(systemOf({ variables, transitions: [transition(guard, effect)] }))
    const holds = guard.map((e) => evaluator(e, reader))
    const assignments = effect.map((assign) => assignment(assign, reader))
    for (const before of values) {
      if (!holds.every((e) => e(before) !== 0)) continue
      const written = assignments.map(({ target, value }) => [target(before), value(before)] as const)
      if (written.some(([v, x]) => v === undefined || x < variables[v]!.min || x > variables[v]!.max)) continue
      const after = [...before]
      for (const [v, x] of written) after[v] = x
      fired++
      for (const [v, x] of after.entries()) {
        const { lo, hi } = change?.get(v) ?? { lo: 0, hi: 0 }
        if (lo === hi && lo !== 0) exact++
        const by = x - before[v]!
        expect(lo <= by && by <= hi, JSON.stringify({ guard, effect, before, v, by, lo, hi })).toBe(true)
      }
    }
  }
  expect(fired).toBeGreaterThan(models)
  expect(exact).toBeGreaterThan(models / 20)
})
