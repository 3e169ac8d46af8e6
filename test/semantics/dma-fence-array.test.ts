// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { kernelPrimitives } from '#semantics/primitives/index'
import { lower } from '#semantics/lower/lower'
import { instance, kernelRegistry, statesOf } from '../fixtures/models.ts'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['dma-fence-array'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

test('the states of an array of one fence', () => {
  // Pending; the member has signalled; the irq_work is raised; it has signalled the array; it has returned: 5.
  const model = instance((m) => {
    const f = m.fence('f')
    m.fenceArrayOf('array', [f])
    m.thread('s', (t) => t.signal(f))
  })
  expect(statesOf(model).states).toHaveLength(5)
})

test.each(['array', 'chain', 'resv'] as const)('an array cannot be put into a %s: those take fences only', (into) => {
  const build = () =>
    instance((m) => {
      const array = m.fenceArrayOf('inner', [m.fence('f')])
      if (into === 'array') m.fenceArray('outer', { members: [array] })
      const [chain, r] = [m.fenceChain('chain'), m.resv('r', { class: m.wwClass('K') })]
      m.thread('a', (t) => {
        if (into === 'chain') t.chainInit(chain, { fence: array })
        if (into === 'resv') t.addFence(r, { fence: array })
      })
    })
  expect(() => lower(build(), kernelRegistry)).toThrow(/a dma_fence_array/)
})

test('an array of no fences is refused', () => {
  expect(() => instance((m) => m.fenceArrayOf('array', []))).toThrow(/has no fences/)
})
