// SPDX-License-Identifier: Apache-2.0
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check } from '#check/check'
import { cataloguePage, type Scenario } from '#report/catalogue-page'
import { settingsOf } from '#model/switches'
import type { ModelSource } from 'fencecheck'

export const cataloguePath = 'models/README.md'
const folder = fileURLToPath(new URL('../models/', import.meta.url))

/** The page of the bundled models, with what checking all of them gives now. */
export async function catalogue(): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const scenarios: Scenario[] = []
  for (const file of files) {
    const { default: source } = (await import(join(folder, file))) as { default: ModelSource }
    const results = []
    for (const variant of source.variants)
      for (const switches of settingsOf(source.switches))
        results.push(await check(source.instantiate(variant, {}, switches), source.registry))
    scenarios.push({ id: source.id, summary: source.summary, sources: source.sources, results })
  }
  return cataloguePage(scenarios)
}
