// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { machineFor } from '#check/machine'
import { Functions, js } from '#engine/code'
import { Engine } from '#engine/engine'
import { layoutOf, maxWords } from '#engine/layout'
import { evaluate, programOf } from '#engine/program'
import { expandCode, movesCode } from '#engine/sources'
import { Unfit } from '#engine/unfit'
import type { Expr } from '#system/system'
import { instance, kernelRegistry } from '../fixtures/models.ts'
import { compared } from './difference.ts'
import { engineOf, process, systemOf, transition, variable } from './systems.ts'

const wide = systemOf({
  variables: [variable('x', 0, 2 ** 33)],
  transitions: [transition([['==', { v: 0 }, 0]], [{ to: 0, value: 2 ** 33 }], { to: 1 })],
})

describe('a system that the engine does not take', () => {
  test('runs on the interpreter', () => {
    expect(machineFor(wide, 'auto').name).toBe('interpreter')
    expect(machineFor(systemOf({}), 'auto').name).toBe('engine')
    expect(machineFor(systemOf({}), 'interpreter').name).toBe('interpreter')
  })

  test('is an error where the engine is insisted on', () => {
    expect(() => machineFor(wide, 'engine')).toThrow(expect.objectContaining({ code: 'too-large' }))
  })

  test('changes no verdict, and the result says what ran', async () => {
    const model = instance((m) => {
      const x = m.array('x', maxWords, { min: -(2 ** 31), max: 2 ** 31 - 1 })
      const i = m.int('i', { max: maxWords - 1 })
      const f = m.fence('f', { published: true })
      m.thread('waiter', (t) => {
        t.set(i, 700)
        t.set(x.at(i), 1)
        t.wait(f)
      })
    })
    const { verdict, violation, statistics } = await check(model, kernelRegistry, { machine: 'auto' })
    expect([verdict, violation?.kind, statistics.machine]).toEqual(['violated', 'unsignalled-fence', 'interpreter'])
    await expect(check(model, kernelRegistry, { machine: 'engine' })).rejects.toMatchObject({ code: 'too-large' })
  })

  test('what the runtime refuses is one', () => {
    expect(() => evaluate(js`(`)).toThrow(Unfit)
    expect(() => new Functions(20).define(js`s`, js`return s + s + s + s`)).toThrow(Unfit)
  })
})

test('where a condition cannot be compiled, it is evaluated', () => {
  const owed: Expr = ['==', { v: 0 }, 1]
  const system = systemOf({
    variables: [variable('x', 0, 1)],
    debts: [{ object: 'o', primitive: 'fence', owed, paidBy: [] }],
  })
  const refuse = (): never => {
    throw new Unfit('too long')
  }
  const engine = new Engine(system, undefined, {
    ...programOf(system, layoutOf(system)),
    bits: refuse,
    numbers: refuse,
  })
  expect(engine.store().asking([owed])).toBeUndefined()
  expect([engine.compile([owed]), engine.compiled(owed)]).toEqual([undefined, undefined])
})

describe('large systems', () => {
  test('500 variables and 200 processes', () => {
    const n = 500
    const system = systemOf({
      variables: Array.from({ length: n }, (_, v) => variable(`x${v}`, -v, v, 0)),
      processes: Array.from({ length: 200 }, (_, p) => process(`p${p}`)),
      transitions: Array.from({ length: 200 }, (_, p) =>
        transition(
          [['<', { v: p * 2 }, p * 2]],
          [
            { to: p * 2, value: ['+', { v: p * 2 }, 1] },
            { to: n - 1 - p, value: ['neg', { v: p }] },
          ],
          { process: p, to: 1 },
        ),
      ),
    })
    expect(compared(engineOf(system), 60)).toMatchObject({ difference: undefined })
  })

  test('a process of 3,000 locations is split into functions that V8 optimises', () => {
    const locations = 3000
    const system = systemOf({
      variables: [variable('x', 0, locations)],
      processes: [process('p', locations)],
      transitions: Array.from({ length: locations - 2 }, (_, l) =>
        transition([['==', { v: 0 }, l]], [{ to: 0, value: l + 1 }], { from: l, to: l + 1 }),
      ),
    })
    const sources = [movesCode, expandCode].map((code) => code(system, layoutOf(system)).text)
    const longest = Math.max(...sources.flatMap((text) => text.split('\nfunction ')).map((f) => f.length))
    expect(longest).toBeLessThan(20_000)
    const result = compared(engineOf(system))
    expect(result).toEqual({ states: locations - 1, transitions: locations - 2, difference: undefined })
  })

  test('a state of many words', () => {
    const system = systemOf({
      variables: Array.from({ length: 40 }, (_, v) => variable(`x${v}`, -(2 ** 31), 2 ** 31 - 1, v % 2 === 0 ? 1 : -1)),
      transitions: Array.from({ length: 40 }, (_, v) =>
        transition([['<', { v }, 3]], [{ to: (v * 7) % 40, value: ['-', 2 ** 31 - 1, { v }] }]),
      ).slice(0, 5),
    })
    expect(compared(engineOf(system), 50).difference).toBeUndefined()
  })
})
