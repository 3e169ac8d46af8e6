// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findingsPath, withOutcomes } from '../../scripts/findings.ts'

test('what the models taught is what they tell now', async () => {
  const page = readFileSync(new URL(`../../${findingsPath}`, import.meta.url), 'utf8')
  expect(page.match(/^\$ npx fencecheck check/gm)!.length).toBeGreaterThan(20)
  // If this fails: npm run docs
  expect(page).toBe(await withOutcomes(page))
}, 60_000)
