// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { kernelPrimitives } from '#semantics/primitives/index'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['kthread-worker'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

/** So the mutants of these arrows need no facts of their own: those of workqueues tell them. */
test('an item of a kthread_worker does what one of an ordered workqueue does', () => {
  const { work, workqueue, kthreadWork, kthreadWorker } = kernelPrimitives
  const arrows = (primitive: { readonly operations: object }): readonly unknown[] =>
    Object.values(primitive.operations as Record<string, { readonly arrows: unknown }>).map((o) => o.arrows)
  expect(arrows(kthreadWork)).toEqual(arrows(work))
  expect(arrows(kthreadWorker)).toEqual([workqueue.operations.flushWorkqueue.arrows])
  expect(kthreadWorker.fields).toEqual({ ...workqueue.fields, ordered: { max: 1, init: 1 } })
})
