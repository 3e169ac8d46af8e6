// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contractPage } from '#report/contract-page'
import { misuseCodes, primitivesPage } from '#report/primitive-page'
import { kernelPrimitives } from '#semantics/primitives/index'

test('docs/primitives.md is what the registry says (npm run docs)', () => {
  const page = readFileSync(new URL('../../docs/primitives.md', import.meta.url), 'utf8')
  expect(page).toBe(primitivesPage(kernelPrimitives))
})

test('docs/contract.md has every rule (npm run docs)', () => {
  expect(readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8')).toBe(contractPage())
  expect(contractPage().match(/^- \*\*R\d+\*\*/gm)).toHaveLength(38)
})

test('every operation and every misuse code of every primitive is on the page', () => {
  const page = primitivesPage(kernelPrimitives)
  for (const { name, operations } of Object.values(kernelPrimitives)) {
    expect(page).toContain(`\n## ${name}\n`)
    for (const op of Object.keys(operations)) expect(page).toContain(`### \`${op}\``)
  }
  for (const code of misuseCodes(kernelPrimitives).keys()) expect(page).toContain(`- \`${code}\`: `)
})

test('conditions read as in the kernel', () => {
  const page = primitivesPage(kernelPrimitives)
  expect(page).toContain('*call -> ok* when !locked: locked := 1, my held := 1')
  expect(page).toContain('misuse `unlock-not-held` unless my held')
})

test('an argument is told from the field of that name', () => {
  expect(primitivesPage(kernelPrimitives)).toContain('*call -> ok* when value < given value: value := given value')
})
