// SPDX-License-Identifier: Apache-2.0
import { add, eq, gt, lt, sub } from 'fencecheck'
import { expect, test } from 'vitest'
import { lockdepAnswer } from '#lockdep/view/answer'
import { instance, kernelRegistry, type M } from '../../fixtures/models.ts'
import { reports } from './reports.ts'

// Eight states can be reached. For each value that the variable might have all that is waited for was gone through anew: that
// took minutes, after the search, where no limit is looked at.
test('a variable of thousands of values is no work for the square of them', () => {
  const answer = lockdepAnswer(
    instance((m) => {
      const [target, at] = [m.int('target', { max: 16_000 }), m.int('at', { max: 16_000 })]
      m.thread('cabin', (t) =>
        t.loop(() => {
          t.idle()
          t.select({
            up: () => t.step({ when: lt(at, target), set: [[at, add(at, 1)]] }),
            down: () => t.step({ when: gt(at, target), set: [[at, sub(at, 1)]] }),
          })
        }),
      )
      m.thread('user', (t) => t.either({ first: () => t.set(target, 1), second: () => t.set(target, 2) }))
    }),
    kernelRegistry,
  )
  expect(Object.values(answer.modes).map(({ reports }) => reports)).toEqual(Object.values(answer.modes).map(() => []))
})

test('who waits for one value is let go on by that one, not by another', () => {
  const under = (value: number) => (m: M) => {
    const [a, x] = [m.mutex('a'), m.int('x', { max: 2 })]
    m.thread('waiter', (t) => (t.lock(a), t.await(eq(x, 1)), t.unlock(a)))
    m.thread('writer', (t) => (t.set(x, 3 - value), t.lock(a), t.set(x, value), t.unlock(a)))
  }
  const said = (value: number): readonly string[] => reports(under(value), { mode: 'exact' })
  expect(said(1)).toEqual(['circular a x'])
  expect(said(2)).toEqual([])
})
