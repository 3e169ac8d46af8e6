// SPDX-License-Identifier: Apache-2.0
import { add, gt, lt, sub } from 'fencecheck'
import { expect, test } from 'vitest'
import { lockdepAnswer } from '#lockdep/view/answer'
import { instance, kernelRegistry } from '../../fixtures/models.ts'

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
