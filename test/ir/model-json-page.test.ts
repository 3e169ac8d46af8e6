// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { operators } from '#ir/expression'
import { parseModel } from '#ir/json'
import { limits } from '#ir/limits'
import { kinds, shapes } from '#ir/model'
import { definitions, modelSchema } from '#ir/schema'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { docsPath, withPrimitives } from '../../scripts/primitive-table.ts'

const page = readFileSync(new URL(`../../${docsPath}`, import.meta.url), 'utf8')
const registry = new Registry(kernelPrimitives)

/** Each example with the counts that the page states below it. */
const examples = [
  ...page.matchAll(/```json\n(.*?)```\s+This model has ([\d,]+) states and ([\d,]+) transitions\./gs),
].map(([, text, states, transitions]) => ({
  text: text!,
  id: /"id": "([^"]+)"/.exec(text!)![1]!,
  states: Number(states!.replaceAll(',', '')),
  transitions: Number(transitions!.replaceAll(',', '')),
}))

test('every JSON block of the page is one of the examples', () => {
  expect(examples.length).toBe(3)
  expect(page.match(/```json/g)?.length).toBe(examples.length)
})

describe.each(examples)('$id', ({ text, states, transitions }) => {
  test('has the verdict and the counts that the page states', async () => {
    const model = parseModel(text, docsPath)
    expect(model.expect).toBeDefined()
    const result = await check(model, registry)
    expect(result).toMatchObject({ asExpected: true })
    expect(result.statistics).toMatchObject({ states, transitions })
  })
})

test('the list of primitives is the one that the code gives', async () => {
  // If this fails: npm run docs
  expect(page).toBe(await format(withPrimitives(page), { parser: 'markdown', printWidth: 120 }))
})

test('the page mentions every key, operator, kind, shape and limit', () => {
  const parts: readonly object[] = [modelSchema, ...Object.values(definitions)]
  const keys = parts.flatMap((part) => ('entries' in part ? Object.keys(part.entries as object) : []))
  expect(new Set(keys).size).toBeGreaterThan(35)
  const words = [...keys, ...Object.keys(operators), 'and', 'or', 'at', ...kinds, ...shapes]
  const cells = page.replaceAll('\\|', '|')
  for (const word of words)
    expect(
      [`\`${word}\``, `"${word}"`].some((form) => cells.includes(form)),
      `'${word}' is not mentioned`,
    ).toBe(true)
  for (const limit of Object.values(limits)) expect(page).toContain(limit.toLocaleString('en-US'))
})
