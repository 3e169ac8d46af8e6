// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { eq } from 'fencecheck'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { instance, kernelRegistry, verdictOf } from '../fixtures/models.ts'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

test.each(facts['verdicts'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

test('a deadlock does not depend on a fault elsewhere, so looking for deadlocks alone never says that it holds', async () => {
  const model = instance((m) => {
    const [p, q, x] = [m.mutex('p'), m.mutex('q'), m.mutex('x')]
    m.thread('a', (t) => {
      t.lock(p)
      t.lock(q)
      t.unlock(q)
      t.unlock(p)
    })
    m.thread('b', (t) => {
      t.lock(q)
      t.lock(p)
      t.unlock(p)
      t.unlock(q)
    })
    m.thread('c', (t) => t.unlock(x))
  })
  expect((await verdictOf(model, kernelRegistry, { kinds: ['deadlock'] })).verdict).not.toBe('holds')
})

test('a broken invariant does not hide a deadlock from those who look for deadlocks alone', async () => {
  const model = instance((m) => {
    const [x, n] = [m.mutex('x'), m.int('n', { max: 1 })]
    m.invariant('n is 1', eq(n, 1))
    m.thread('a', (t) => {
      t.lock(x)
      t.lock(x)
    })
    m.thread('b', (t) => t.set(n, 0))
  })
  expect(await verdictOf(model, kernelRegistry, { kinds: ['deadlock'] })).toMatchObject({
    kind: 'deadlock',
    shape: 'self',
  })
})

test('what follows from a fault is not reported, also to those who do not look for faults', async () => {
  const model = instance((m) => {
    const [x, y] = [m.mutex('x'), m.mutex('y')]
    m.thread('a', (t) => {
      t.lock(x)
      t.unlock(y)
      t.unlock(x)
    })
    m.thread('b', (t) => {
      t.lock(x)
      t.unlock(x)
    })
  })
  const { kind } = await verdictOf(model, kernelRegistry, { kinds: ['deadlock', 'partial-deadlock'] })
  expect(kind).toBeUndefined()
})

test('a step that assigns to one variable twice is refused, with its place', () => {
  const model = instance((m) => {
    const n = m.int('n', { max: 3 })
    m.thread('a', (t) =>
      t.step({
        set: [
          [n, 1],
          [n, 2],
        ],
      }),
    )
  })
  expect(() => lower(model, kernelRegistry)).toThrow(expect.objectContaining({ code: 'wrong-expression' }))
})
