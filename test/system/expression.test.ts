// SPDX-License-Identifier: Apache-2.0
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { defined } from '#semantics/lower/domain'
import { applyOperator, evaluator, fold, mapLeaves, type Reader } from '#system/expression'
import { readsOf } from '#system/footprint'
import { interval, learn } from '#system/interval'
import type { Expr, Operator, Variable } from '#system/system'

const variables: readonly Variable[] = [
  { name: 'a', min: -3, max: 3, init: 0 },
  { name: 'b', min: 0, max: 1, init: 0 },
  { name: 'c', min: 0, max: 7, init: 0 },
]
const reader: Reader<readonly number[]> = { value: (s, v) => s[v]!, location: () => 0 }

const unary: Operator[] = ['!', 'neg', '~']
const binary: Operator[] = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', 'and', 'or']
const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -4, max: 9 }),
    fc.nat({ max: 2 }).map((v): Expr => ({ v })),
    fc.tuple(fc.constantFrom(...unary), tie('expr')).map(([op, x]): Expr => [op, x]),
    fc.tuple(fc.constantFrom(...binary), tie('expr'), tie('expr')).map(([op, x, y]): Expr => [op, x, y]),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map((xs): Expr => ['if', ...xs]),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map((xs): Expr => ['at', ...xs]),
  ),
}))
const state = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat({ max: 1 }), fc.nat({ max: 7 }))

/** Whether the expression may grow too large to be exact; such a model is refused. */
function bounded(e: Expr): boolean {
  try {
    interval(e, variables)
    return true
  } catch {
    return false
  }
}

describe('an expression, wherever it has a value', () => {
  test.prop([expr, state], { numRuns: 3000, seed: 7 })('lies in its interval', (e, s) => {
    fc.pre(bounded(e) && evaluator(defined(e, variables), reader)(s) !== 0)
    const value = evaluator(e, reader)(s)
    const { lo, hi } = interval(e, variables)
    expect(value).toBeGreaterThanOrEqual(lo)
    expect(value).toBeLessThanOrEqual(hi)
    expect(Number.isSafeInteger(value)).toBe(true)
  })

  test.prop([expr, state], { numRuns: 3000, seed: 8 })('keeps its value when it is simplified', (e, s) => {
    fc.pre(bounded(e) && evaluator(defined(e, variables), reader)(s) !== 0)
    const simplified = mapLeaves(e, (leaf) => leaf)
    expect(evaluator(simplified, reader)(s)).toBe(evaluator(e, reader)(s))
  })

  test.prop([expr, state, state], { numRuns: 2000, seed: 9 })(
    'depends on the variables that it reads only',
    (e, s, t) => {
      fc.pre(bounded(e) && evaluator(defined(e, variables), reader)(s) !== 0)
      const reads = readsOf(e)
      const mixed = s.map((x, v) => (reads.has(v) ? x : t[v]!))
      expect(evaluator(e, reader)(mixed)).toBe(evaluator(e, reader)(s))
    },
  )

  test.prop([fc.array(expr, { maxLength: 3 }), state], { numRuns: 2000, seed: 10 })(
    'a guard that is true teaches nothing false',
    (guard, s) => {
      const all: Expr = ['and', ...guard]
      fc.pre(bounded(all) && evaluator(defined(all, variables), reader)(s) !== 0 && evaluator(all, reader)(s) !== 0)
      for (const [v, { lo, hi }] of learn(guard, variables)) {
        expect(s[v]!).toBeGreaterThanOrEqual(lo)
        expect(s[v]!).toBeLessThanOrEqual(hi)
      }
    },
  )
})

describe('arithmetic', () => {
  test.each([
    ['/', 7, 2, 3],
    ['/', -7, 2, -3],
    ['/', 7, -2, -3],
    ['/', -1, 2, 0],
    ['%', 7, 3, 1],
    ['%', -7, 3, -1],
    ['%', 7, -3, 1],
    ['%', -4, 2, 0],
    ['<<', 3, 4, 48],
    ['<<', -1, 3, -8],
    ['>>', -8, 1, -4],
    ['&', -1, 5, 5],
    ['^', 6, 3, 5],
    ['<=', 2, 2, 1],
  ] as const)('%s of %i and %i is %i', (op, a, b, result) => {
    expect(applyOperator(op, a, b)).toBe(result)
    expect(Object.is(applyOperator(op, a, b), -0)).toBe(false)
  })

  test('a conjunction stops at the first false operand', () => {
    expect(defined(['and', ['!=', { v: 2 }, 0], ['==', ['/', 6, { v: 2 }], 2]], variables)).toBe(1)
    expect(defined(['and', ['==', ['/', 6, { v: 2 }], 2], ['!=', { v: 2 }, 0]], variables)).toEqual(['!=', { v: 2 }, 0])
  })

  test('folding keeps what has no value', () => {
    expect(fold(['/', 1, 0])).toEqual(['/', 1, 0])
    expect(fold(['at', 5, 1, 2])).toEqual(['at', 5, 1, 2])
  })
})
