// SPDX-License-Identifier: Apache-2.0
import { createRequire } from 'node:module'
import { afterAll, describe, expect, test } from 'vitest'
import { counterexampleForms } from '#export/counterexample'
import { counterexampleOf, stuck } from '../export/counterexamples.ts'
import { Chromium, missingBrowser } from './chromium.ts'

// Mermaid's own parser reads what we write. It needs a browser, as it cleans text with one.

const chromium = missingBrowser === undefined ? new Chromium() : undefined
afterAll(() => chromium?.close())

const script = createRequire(import.meta.url)
  .resolve('mermaid')
  .replace(/mermaid\.core\.mjs$/, 'mermaid.min.js')

interface Mermaid {
  parse: (text: string) => Promise<{ readonly diagramType: string }>
}

const titled = missingBrowser === undefined ? 'mermaid' : `mermaid (skipped outside CI: there is no ${missingBrowser})`
describe.skipIf(missingBrowser !== undefined && process.env['CI'] === undefined)(titled, () => {
  test('its own parser takes every diagram, whatever the names are', { timeout: 60_000 }, async () => {
    const { page } = await chromium!.open('<!doctype html><title>mermaid</title>')
    await page.addScriptTag({ path: script })
    const parse = (text: string): Promise<string> =>
      page.evaluate(
        (source) =>
          (globalThis as unknown as { mermaid: Mermaid }).mermaid.parse(source).then(
            ({ diagramType }) => diagramType,
            (error: unknown) => String(error),
          ),
        text,
      )
    const hostile = [
      '<script>alert(1)</script>',
      'x\nend\nP0->>P1: y\n',
      'end; %% loop',
      'a\u202eb#59;',
      '"]:::x',
      'x'.repeat(180),
    ]
    const models = [
      stuck(),
      ...hostile.map((text) =>
        stuck({
          locks: [`${text}1`, `${text}2`],
          fence: `${text}3`,
          processes: [`${text}4`, `${text}5`, `${text}6`],
          label: `${text}7`,
        }),
      ),
    ]
    for (const model of models)
      expect(await parse(counterexampleForms['mermaid']!(await counterexampleOf(model)))).toBe('sequence')
    // It can say no.
    expect(await parse('sequenceDiagram\n  a ->> : nobody\n')).toMatch(/error/i)
  })
})
