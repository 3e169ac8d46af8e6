// SPDX-License-Identifier: Apache-2.0
import { add, eq, mod } from 'fencecheck'
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { readTrace, writeTrace } from '#trace/codec'
import { instance, kernelRegistry } from '../fixtures/models.ts'

test('a step is named by the beginning and the end of what would fill pages', async () => {
  const model = instance((m) => {
    const x = m.int('x', { max: 1 })
    const sum = (n: number): Parameters<typeof add>[0] =>
      n === 1 ? x : add(sum(Math.floor(n / 2)), sum(Math.ceil(n / 2)))
    m.machine('a', {
      initial: 'start',
      states: {
        // Two that differ in the middle only.
        start: [
          { set: [[x, mod(sum(4_001), 2)]], to: 'stuck' },
          { set: [[x, mod(sum(4_001), 2)]], to: 'stuck' },
        ],
        stuck: [{ when: eq(x, 1), to: 'stuck' }],
      },
    })
  })
  const { violation } = await check(model, kernelRegistry)
  expect(violation!.kind).toBe('deadlock')
  const { steps } = readTrace(writeTrace(violation!.trace), 'again')
  for (const { step } of steps) expect(step.length).toBeLessThan(1_100)
  expect(steps.map(({ step }) => step).join()).toContain(' [...] ')
})
