// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { model, type ModelSource } from 'fencecheck'
import { kernelPrimitives } from '#semantics/primitives/index'
import { kernelRegistry, verdictOf, type Verdict } from '../fixtures/models.ts'
import { facts } from './facts.ts'
import { contradiction } from './facts/fact.ts'

// Fifteen things that the kernel checks at run time, by number (facts/checks.ts).

test.each(facts['checks'])('$name', async (fact) => {
  const found = await contradiction(fact, kernelPrimitives)
  expect(found, found).toBeUndefined()
})

const inSetting = (
  source: ModelSource,
  variant: string | undefined,
  setting: Record<string, string>,
): Promise<Verdict> => verdictOf(source.instantiate(variant, {}, setting), kernelRegistry, { expect: false })

describe('4: GFP_NOIO on the path to a signal', () => {
  const source = model(
    'test/noio',
    {
      summary: 'The path to a signal allocates with GFP_NOIO.',
      switches: { notifiers: ['on', 'off'] },
      variants: { 'no-shrinker': 'unknown', 'waiting-shrinker': 'unknown', 'fs-shrinker': 'unknown' },
    },
    (m, variant) => {
      const f = m.fence('f', { published: true })
      m.mmuNotifier('invalidate', (t) => t.wait(f))
      if (variant !== 'no-shrinker') m.shrinker('shrinker', (t) => t.wait(f), { looksAtFs: variant === 'fs-shrinker' })
      m.worker('signaller', (t) => {
        t.allocNoio()
        t.signal(f)
      })
      m.thread('waiter', (t) => t.wait(f))
    },
  )
  const self = { verdict: 'violated', kind: 'deadlock', shape: 'self', processes: ['signaller'], objects: ['f'] }
  test.each([
    ['no-shrinker', 'on', self],
    ['no-shrinker', 'off', { verdict: 'holds' }],
    ['waiting-shrinker', 'on', self],
    ['waiting-shrinker', 'off', self],
    ['fs-shrinker', 'on', self],
    ['fs-shrinker', 'off', { verdict: 'holds' }],
  ])('%s, notifiers %s', async (variant, notifiers, expected) => {
    expect(await inSetting(source, variant, { notifiers })).toMatchObject(expected)
  })
})

test('8: what is left out of a wait on a reservation is said with every proof', async () => {
  const { limits = [] } = kernelPrimitives.resv
  expect(limits.some((limit) => limit.includes('that it may restart for ever is not seen'))).toBe(true)
})

describe('9: a wait for a fence that gives up after a time (P6)', () => {
  const source = model(
    'test/timeouts',
    {
      summary: 'A waiter holds what the signaller needs, and gives up after a time.',
      switches: { timeouts: ['error', 'success', 'never'] },
    },
    (m) => {
      const [x, f, b] = [m.mutex('x'), m.fence('f', { published: true }), m.buffer('b')]
      m.thread('evict', (t) => {
        t.lock(x)
        t.waitTimeout(f, { ok: () => t.freeBuffer(b), timeout: () => {} })
        t.unlock(x)
      })
      m.worker('job', (t) => {
        t.beginWrite(b)
        t.lock(x)
        t.unlock(x)
        t.endWrite(b)
        t.signal(f)
      })
    },
  )
  const cycle = { shape: 'cycle', processes: ['evict', 'job'], objects: ['f', 'x'] }
  test.each([
    ['error', { verdict: 'violated', kind: 'masked', ...cycle }],
    [
      'success',
      { verdict: 'violated', kind: 'use-after-free', code: 'access-after-free', processes: ['job'], objects: ['b'] },
    ],
    ['never', { verdict: 'violated', kind: 'deadlock', ...cycle }],
  ])('%s', async (timeouts, expected) => {
    expect(await inSetting(source, undefined, { timeouts })).toMatchObject(expected)
  })
})
