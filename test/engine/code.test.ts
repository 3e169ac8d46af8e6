// SPDX-License-Identifier: Apache-2.0
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { InternalError } from '#base/assert'
import { Functions, js, type Hole } from '#engine/code'
import { layoutOf } from '#engine/layout'
import { bitsCode, expandCode, movesCode, numbersCode } from '#engine/sources'
import { defined } from '#semantics/lower/domain'
import { evaluator, type Reader } from '#system/expression'
import { interval } from '#system/interval'
import type { Expr, Operator, System } from '#system/system'
import { compared } from './difference.ts'
import { engineOf, process, systemOf, transition, variable } from './systems.ts'

describe('code', () => {
  test('is made of whole numbers and code', () => {
    expect(js`f${3}(${-2}, ${[js`a`, js`b`]})`.text).toBe('f3((-2), ab)')
  })

  test.each([['text'], [1.5], [Number.NaN], [2 ** 53], [undefined], [null], [true], [{ text: 'x' }]])(
    'and of nothing else: %j',
    (hole) => {
      expect(() => js`${hole as unknown as Hole}`).toThrow(/./)
      expect(() => js`${[hole] as unknown as Hole}`).toThrow(/./)
    },
  )

  test('text is refused as our own fault', () => {
    expect(() => js`${'process.exit()' as unknown as Hole}`).toThrow(InternalError)
  })

  test('definitions have names of their own', () => {
    const functions = new Functions(1000)
    const f = functions.define(js`s`, js`return s\n`)
    const g = functions.constant(js`[${f}]`)
    expect([f.text, g.text]).toEqual(['f0', 'f1'])
  })
})

/** Every text of a system replaced. */
const renamed = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return isOperator(value[0]) ? [value[0], ...each(value.slice(1))] : each(value)
  if (typeof value === 'string') return name
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, renamed(x, name)]))
  function each(values: readonly unknown[]): unknown[] {
    return values.map((x) => renamed(x, name))
  }
}
const isOperator = (x: unknown): boolean => ['at', '+', '==', '<', 'and', '!'].includes(x as string)

test('names that are code do not change the program by a character', () => {
  const system = systemOf({
    variables: [variable('x', 0, 3), variable('y', -2, 1), variable('z', 0, 3)],
    processes: [process('p'), process('q')],
    transitions: [
      transition([['<', { v: 0 }, 3]], [{ to: 0, value: ['+', { v: 0 }, 1] }]),
      transition([{ process: 1, in: [0] }, ['<', { v: 0 }, 2]], [{ to: ['at', { v: 0 }, 0, 2], value: 1 }], { to: 1 }),
    ],
    holds: [{ process: 0, object: 'o', mode: 'm', when: ['==', { v: 1 }, -2] }],
  })
  const textOf = (of: System): string => {
    const layout = layoutOf(of)
    const asked = of.holds.map(({ when }) => when)
    return [movesCode(of, layout), expandCode(of, layout), bitsCode(asked, layout), numbersCode(asked, layout)]
      .map((code) => code.text)
      .join('')
  }
  const text = textOf(system)
  for (const name of [
    '0)}; globalThis.hacked = 1; {(0',
    '`${globalThis.hacked = 1}`',
    "'; globalThis.hacked = 1 //",
    '\n*/ globalThis.hacked = 1 /*',
    '\u2028globalThis.hacked = 1',
    '__proto__',
  ]) {
    const hostile = renamed(system, name) as System
    expect(hostile.variables[0]!.name).toBe(name)
    expect(textOf(hostile)).toBe(text)
    expect(compared(engineOf(hostile)).difference).toBeUndefined()
  }
  expect(text).not.toMatch(/hacked/)
  expect('hacked' in globalThis).toBe(false)
})

const variables = [variable('a', -3, 3), variable('b', 0, 1), variable('c', 0, 7), variable('d', 0, 2 ** 32 - 1)]
const unary: Operator[] = ['!', 'neg', '~']
const binary: Operator[] = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=']
const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -4, max: 9 }),
    fc.nat({ max: 3 }).map((v): Expr => ({ v })),
    fc
      .tuple(fc.nat({ max: 1 }), fc.uniqueArray(fc.nat({ max: 39 }), { maxLength: 4 }))
      .map(([p, locations]): Expr => ({ process: p, in: p === 0 ? locations.map((l) => l % 5) : locations })),
    fc.tuple(fc.constantFrom(...unary), tie('expr')).map(([op, x]): Expr => [op, x]),
    fc.tuple(fc.constantFrom(...binary), tie('expr'), tie('expr')).map(([op, x, y]): Expr => [op, x, y]),
    fc
      .tuple(fc.constantFrom<Operator>('and', 'or'), fc.array(tie('expr'), { maxLength: 3 }))
      .map(([op, xs]): Expr => [op, ...xs]),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map((xs): Expr => ['if', ...xs]),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map((xs): Expr => ['at', ...xs]),
  ),
}))
const values = fc.tuple(
  fc.integer({ min: -3, max: 3 }),
  fc.nat({ max: 1 }),
  fc.nat({ max: 7 }),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1),
)

describe('a generated expression', () => {
  const seen = { defined: 0, undefined: 0 }

  test.prop([expr, values, fc.nat({ max: 4 }), fc.nat({ max: 39 })], { numRuns: 4000, seed: 3 })(
    'has the value of the evaluator, even where it has none',
    (e, state, here, there) => {
      const reader: Reader<readonly number[]> = {
        value: (s, v) => s[v]!,
        location: (_, p) => [here, there][p]!,
      }
      const system = systemOf({
        variables: variables.map((x, v) => ({ ...x, init: state[v]! })),
        processes: [
          { ...process('p', 5), init: here },
          { ...process('q', 40), init: there },
        ],
        debts: [{ object: 'o', primitive: 'fence', owed: e, paidBy: [] }],
      })
      const engine = engineOf(system)
      const value = engine.compiled(e)!(engine.initial())
      const expected = evaluator(e, reader)(state)
      // Zero has two signs in JavaScript, which nothing that an expression can say tells apart.
      expect(value === 0 ? 0 : value).toBe(expected === 0 ? 0 : expected)
      seen[hasValue(e, state, reader) ? 'defined' : 'undefined']++
    },
  )

  test('both kinds were met', () => {
    expect(Math.min(seen.defined, seen.undefined)).toBeGreaterThan(100)
  })
})

function hasValue(e: Expr, state: readonly number[], reader: Reader<readonly number[]>): boolean {
  try {
    interval(e, variables)
    return evaluator(defined(e, variables), reader)(state) !== 0
  } catch {
    return false
  }
}
