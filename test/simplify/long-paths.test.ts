// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

const inAllWays = (build: (m: M) => void): Promise<readonly string[]> =>
  Promise.all(
    (['none', 'stubborn', 'full'] as const).map(
      async (reduction) => (await check(instance(build), kernelRegistry, { reduction })).verdict,
    ),
  )

const [here, there] = [(): void => {}, (): void => {}]

test('a path of thousands of places is simplified like any other', async () => {
  const verdicts = await inAllWays((m) => {
    const lock = m.mutex('lock')
    m.thread('long', (t) => (t.lock(lock), t.repeat(4_200, () => t.local()), t.unlock(lock)))
    m.thread('short', (t) => (t.lock(lock), t.unlock(lock)))
  })
  expect(verdicts).toEqual(['holds', 'holds', 'holds'])
})

// There are 2^24 of them, all longer than a section may be: walked through they take minutes.
test('a section of very many paths is given up at once', async () => {
  const verdicts = await inAllWays((m) => {
    const lock = m.mutex('lock')
    for (const name of ['p', 'q'])
      m.thread(name, (t) => {
        t.lock(lock)
        t.repeat(24, () => t.either({ here, there }))
        t.repeat(12, () => t.local())
        t.unlock(lock)
      })
  })
  expect(verdicts).toEqual(['holds', 'holds', 'holds'])
})
