// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { div, eq, model } from 'fencecheck'

const faultOf = async (source: ReturnType<typeof model>): Promise<string | undefined> =>
  (await check(source.instantiate(), source.registry)).violation?.code

test('an assertion that has no value is a fault of its own, not a crash and not a failed assertion', async () => {
  const source = model('t/assert', { summary: '' }, (m) => {
    const x = m.int('x', { max: 2 })
    const a = m.array('a', 2, { max: 1 })
    m.thread('t', (t) => {
      t.step({
        set: [
          [x, 2],
          [a.at(0), 1],
        ],
      })
      t.assert(eq(a.at(x), 0))
    })
  })
  expect(await faultOf(source)).toBe('undefined-value')
})

test('so is an invariant that has no value', async () => {
  const source = model('t/invariant', { summary: '' }, (m) => {
    const x = m.int('x', { max: 1, init: 1 })
    m.invariant('i', eq(div(1, x), 1))
    m.thread('t', (t) => t.set(x, 0))
  })
  expect(await faultOf(source)).toBe('undefined-value')
})

test('an invariant that is false is an assertion', async () => {
  const source = model('t/false', { summary: '' }, (m) => {
    const x = m.int('x', { max: 1 })
    m.invariant('x is 0', eq(x, 0))
    m.thread('t', (t) => t.set(x, 1))
  })
  expect(await faultOf(source)).toBe('invariant')
})
