// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue, cataloguePath } from '../../scripts/catalogue.ts'

/** The page without its times, which are of whoever wrote it. */
const timeless = (page: string): string => page.replaceAll(/\| [≤>] \S+ s \|/g, '| - |')

test('the table of bundled models is what checking them gives now', async () => {
  const written = readFileSync(new URL(`../../${cataloguePath}`, import.meta.url), 'utf8')
  expect(timeless(written)).not.toBe(written)
  // If this fails: npm run docs
  expect(timeless(written)).toBe(timeless(await catalogue()))
}, 120_000)
