// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { kernelPrimitives } from '#semantics/primitives/index'
import { model } from 'fencecheck'
import { instance } from '../fixtures/models.ts'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['mmu-interval'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

test('a callback of a notifier that belongs to no mm is refused', () => {
  const build = () => instance((m) => m.intervalCallback(m.interval('n'), 'invalidate', (t) => t.local()))
  expect(build).toThrow(/belongs to no mm/)
})

test('with notifiers off no callback runs', () => {
  const source = model('test/off', { summary: 'Off.', switches: { notifiers: ['on', 'off'] } }, (m) => {
    m.intervalCallback(m.interval('n', { mm: m.mmNotifiers('mm') }), 'invalidate', (t) => t.local())
    m.thread('a', (t) => t.invalidateRange())
  })
  const hooks = (notifiers: string) => source.instantiate(undefined, {}, { notifiers }).hooks ?? []
  expect([hooks('on').length, hooks('off').length]).toEqual([1, 0])
})
