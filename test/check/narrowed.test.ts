// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import abba from '../../models/dma-fence/fence-lock-abba.ts'

const narrowed = (assumptions: readonly string[]): boolean =>
  assumptions.some((line) => line.startsWith('LOOKED ONLY FOR misuse;'))

test('a holds for which not everything was looked for says so first', async () => {
  const result = await check(abba.instantiate('buggy'), abba.registry, { kinds: ['misuse'], expect: false })
  expect(result.verdict).toBe('holds')
  expect(narrowed(result.assumptions.slice(0, 1))).toBe(true)
  expect(result.assumptions[0]).toContain(
    'not for assertion, range, use-after-free, stale-data, dropped-dependency, deadlock',
  )
})

test('one for which everything was looked for does not', async () => {
  const result = await check(abba.instantiate('signal-first'), abba.registry)
  expect(result.assumptions.some((line) => line.includes('LOOKED ONLY FOR'))).toBe(false)
})
