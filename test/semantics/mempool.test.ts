// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { kernelPrimitives } from '#semantics/primitives/index'
import { instance, statesOf } from '../fixtures/models.ts'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['mempool'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

test('the states of two tasks that use one element of the reserve in turn', () => {
  // Each is before, in or after its use: 9 combinations, but for both in it. What is taken follows from that: 8.
  const model = instance((m) => {
    const pool = m.mempool('pool')
    for (const name of ['a', 'b'])
      m.thread(name, (t) => t.mempoolAllocPreallocated(pool, { ok: () => t.mempoolFree(pool), enomem: () => {} }))
  })
  expect(statesOf(model).states).toHaveLength(8)
})
