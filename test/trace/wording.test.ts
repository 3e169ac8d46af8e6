// SPDX-License-Identifier: Apache-2.0
import { and, eq, ge, type Expression } from 'fencecheck'
import { expect, test } from 'vitest'
import type { M } from '../fixtures/models.ts'
import { told } from './told.ts'

test.each<readonly [string, (m: M) => Expression]>([
  ["'x == 1'", (m) => eq(m.int('x', { max: 1 }), 1)],
  ["'a[1] == 1'", (m) => eq(m.array('a', 2, { max: 1 }).at(1), 1)],
  ["'(x >= 1) && (y == 1)'", (m) => and(ge(m.int('x', { max: 1 }), 1), eq(m.int('y', { max: 1 }), 1))],
])('who waits for %s is said to, to the last bracket', async (condition, of) => {
  const { explanation } = await told((m) => {
    const never = of(m)
    m.thread('p', (t) => t.await(never))
  })
  expect(explanation.headline).toContain(`'p' waits for ${condition}, and`)
})
