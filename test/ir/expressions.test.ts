// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Interpreter } from '#interp/interpreter'
import { parseModel } from '#ir/json'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'

// What docs/model-json.md says of every operator, on values that only a run knows.

const registry = new Registry(kernelPrimitives)
const range = { min: -(2 ** 31), max: 2 ** 31 - 1, init: 0 }

/** The value that `r` gets from an expression over `a` and `b`, or the code of the fault that stops it. */
function evaluate(e: unknown, a: number, b = 0, target: unknown = 'r'): number | string {
  const model = {
    schema: 'fencecheck-model/1',
    id: 'test/expression',
    variables: [
      { name: 'a', ...range },
      // Narrow, since what an expression could be by the ranges must be exact: 2^31 << 21 is, 2^31 << 22 would not be.
      { name: 'b', min: Math.min(b, -1), max: Math.max(b, 21), init: 0 },
      { name: 'r', ...range },
      { name: 'v', min: 0, max: 9, init: [5, 6, 7], length: 3 },
    ],
    bodies: [
      {
        name: 'p',
        initial: 'start',
        locations: [{ name: 'start' }, { name: 'ready' }, { name: 'end', rest: true }],
        steps: [
          {
            at: 'start',
            set: [
              ['a', a],
              ['b', b],
              [['at', 'v', 0], 8],
            ],
            to: 'ready',
          },
          { at: 'ready', set: [[target, e]], to: 'end' },
        ],
      },
    ],
    processes: [{ name: 'P', body: 'p' }],
  }
  const system = lower(parseModel(JSON.stringify(model), 'e.json'), registry)
  const machine = new Interpreter(system)
  const ready = machine.fire(machine.initial(), machine.enabled(machine.initial())[0]!)
  const enabled = machine.enabled(ready)
  expect(enabled.length, 'exactly one thing can happen').toBe(1)
  const { fault } = system.transitions[enabled[0]!]!
  if (fault !== undefined) return fault.code
  const after = machine.fire(ready, enabled[0]!)
  const r = system.variables.findIndex(({ name }) => name === 'r')
  return r < 0 ? 'r is never assigned' : machine.value(after, r)
}

describe('values', () => {
  test.each<[unknown, number, number, number]>([
    [['neg', 'a'], 7, 0, -7],
    [['!', 'a'], 0, 0, 1],
    [['!', 'a'], -3, 0, 0],
    [['~', 'a'], 5, 0, -6],
    [['+', 'a', 'b'], 7, -9, -2],
    [['-', 'a', 'b'], 7, -9, 16],
    [['/', ['*', 'a', 'b'], 4], 2 ** 20, 2 ** 12 - 1, 2 ** 18 * (2 ** 12 - 1)],
    [['/', 'a', 'b'], 7, 2, 3],
    [['/', 'a', 'b'], -7, 2, -3],
    [['/', 'a', 'b'], 7, -2, -3],
    [['/', 'a', 'b'], -7, -2, 3],
    [['%', 'a', 'b'], 7, 2, 1],
    [['%', 'a', 'b'], -7, 2, -1],
    [['%', 'a', 'b'], 7, -2, 1],
    [['%', 'a', 'b'], -7, -2, -1],
    [['&', 'a', 'b'], -1, 6, 6],
    [['|', 'a', 'b'], -8, 3, -5],
    [['^', 'a', 'b'], -1, 1, -2],
    [['<<', 'a', 'b'], 3, 4, 48],
    [['<<', 'a', 'b'], -3, 1, -6],
    [['>>', 'a', 'b'], 7, 1, 3],
    [['>>', 'a', 'b'], -7, 1, -4],
    [['>>', 'a', 'b'], -7, 31, -1],
    [['==', 'a', 'b'], 3, 3, 1],
    [['!=', 'a', 'b'], 3, 3, 0],
    [['<', 'a', 'b'], -4, 3, 1],
    [['<', 'a', 'b'], 3, 3, 0],
    [['<=', 'a', 'b'], 3, 3, 1],
    [['>', 'a', 'b'], 4, 3, 1],
    [['>', 'a', 'b'], 3, 3, 0],
    [['>=', 'a', 'b'], 3, 3, 1],
    [['and', 'a', 'b'], 3, -2, 1],
    [['and', 'a', 'b'], 3, 0, 0],
    [['and'], 0, 0, 1],
    [['or'], 0, 0, 0],
    [['or', 'a', 'b'], 0, -2, 1],
    [['if', 'a', 10, 20], -1, 0, 10],
    [['if', 'a', 10, 20], 0, 0, 20],
    [['at', 'v', 'a'], 2, 0, 7],
    [['at', 'v', 'a'], 0, 0, 8],
  ])('%j with a = %d, b = %d is %d', (e, a, b, value) => {
    expect(evaluate(e, a, b)).toBe(value)
  })
})

describe('faults', () => {
  test.each<[unknown, number, number, string]>([
    [['/', 'a', 'b'], 1, 0, 'undefined-value'],
    [['%', 'a', 'b'], 1, 0, 'undefined-value'],
    [['at', 'v', 'a'], 3, 0, 'undefined-value'],
    [['at', 'v', 'a'], -1, 0, 'undefined-value'],
    [['<<', 'a', 'b'], 1, 21, 'undefined-value'],
    [['<<', 'a', 'b'], 1, -1, 'undefined-value'],
    [['>>', 'a', 'b'], 1, 32, 'undefined-value'],
    [['>>', 'a', 'b'], 1, -1, 'undefined-value'],
    [['/', ['&', ['*', 'a', 2], 1], 4], 2 ** 31 - 1, 0, 'undefined-value'],
    [['<<', 'a', 'b'], 2 ** 30, 1, 'out-of-range'],
    [['+', 'a', 1], 2 ** 31 - 1, 0, 'out-of-range'],
    [['neg', 'a'], -(2 ** 31), 0, 'out-of-range'],
  ])('%j with a = %d, b = %d is %s', (e, a, b, code) => {
    expect(evaluate(e, a, b)).toBe(code)
  })

  test('an index on the left', () => {
    expect(evaluate(1, 3, 0, ['at', 'v', 'a'])).toBe('undefined-value')
    expect(evaluate(10, 2, 0, ['at', 'v', 'a'])).toBe('out-of-range')
    expect(evaluate(9, 2, 0, ['at', 'v', 'a'])).toBe('r is never assigned')
  })

  test('only what is evaluated counts', () => {
    const risky = ['/', 'a', 'b']
    expect(evaluate(['and', ['!=', 'b', 0], risky], 1, 0)).toBe(0)
    expect(evaluate(['or', ['==', 'b', 0], risky], 1, 0)).toBe(1)
    expect(evaluate(['if', 'b', risky, 5], 1, 0)).toBe(5)
    expect(evaluate(['and', risky, ['!=', 'b', 0]], 1, 0)).toBe('undefined-value')
    expect(evaluate(['if', 'b', 5, risky], 1, 0)).toBe('undefined-value')
  })
})
