// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { kernelPrimitives } from '#semantics/primitives/index'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['srcu'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})
