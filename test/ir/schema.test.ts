// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { test as check } from '@fast-check/vitest'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import { modelToJson, parseModel } from '#ir/json'
import { modelJsonSchema, schemaPath } from '../../scripts/model-schema.ts'
import { satisfies } from './json-schema.ts'
import { anyModel, everything } from './samples.ts'

const written = readFileSync(new URL(`../../${schemaPath}`, import.meta.url), 'utf8')
const schema = JSON.parse(written) as Record<string, unknown>

/** Whether reading accepts the value; it must not fail in any other way. */
function accepted(value: unknown): boolean {
  try {
    parseModel(JSON.stringify(value), 'm.json')
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(FencecheckError)
    return false
  }
}

test('the JSON Schema in the repository is the one that the code gives', async () => {
  // If this fails: npm run docs
  expect(written).toBe(await modelJsonSchema())
})

test('the JSON Schema says what it is and what its parts are', () => {
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'fencecheck model' })
  const parts = Object.entries(schema['$defs'] as Record<string, Record<string, unknown>>)
  expect(parts.length).toBeGreaterThan(12)
  for (const [name, part] of parts) expect(part['title'], name).toBeTypeOf('string')
})

check.prop([anyModel])('whatever is written satisfies it', (model) => {
  expect(satisfies(JSON.parse(modelToJson(model)), schema)).toBe(true)
})

/** Every place of a value, as the keys that lead there. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...inner.flatMap(([key, x]) => places(x, [...path, key]))]
}

type Container = Record<string | number, unknown>

const damage = fc.record({
  path: fc.constantFrom(...places(everything).slice(1)),
  how: fc.constantFrom('remove', 'replace', 'add'),
  by: fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    '',
    'x',
    'deadlock',
    [],
    ['x'],
    ['!', 1],
    ['==', 1],
    {},
  ),
})

check.prop([damage], { numRuns: 2000 })('a damaged model is refused by both or by neither', ({ path, how, by }) => {
  const model = structuredClone(everything) as unknown as Container
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key] as Container, model)
  const key = path.at(-1)!
  if (how === 'replace') parent[key] = by
  else if (how === 'add' && Array.isArray(parent)) parent.push(by)
  else if (how === 'add') parent['surplus'] = by
  else if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  expect(satisfies(model, schema), JSON.stringify(parent)).toBe(accepted(model))
})

test('both refuse and accept the plain cases', () => {
  expect([satisfies(everything, schema), accepted(everything)]).toEqual([true, true])
  for (const wrong of [
    null,
    [],
    {},
    { ...everything, extra: 1 },
    { ...everything, id: 'a b' },
    { ...everything, bodies: {} },
  ])
    expect([satisfies(wrong, schema), accepted(wrong)], JSON.stringify(wrong)).toEqual([false, false])
})
