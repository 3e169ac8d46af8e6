// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { FencecheckError } from '#base/errors'
import { checkNesting } from './json-nesting.ts'
import { formatError } from './json-issue.ts'
import { oneLine, quoted } from './json-path.ts'
import type { Model } from './model.ts'
import { modelSchema, modelVersion } from './schema.ts'

/**
 * Reads a model from its JSON form. The text is not trusted: keys that nobody asked for, numbers that are not exact,
 * nesting that would exhaust the stack and names that are words of JavaScript's objects are refused. That the model is
 * also well formed (names known, ranges held) is for `validate` to find, as for every other model.
 * `file` is the path as the reader should see it. The caller limits the size of the text.
 * @throws FencecheckError `not-json`, `wrong-version` or `wrong-format`, which names the path of the value at fault.
 */
export function parseModel(text: string, file: string): Model {
  const value = parseJson(text, file)
  checkVersion(value, file)
  checkNesting(value, file)
  const result = v.safeParse(modelSchema, value, { abortEarly: true })
  if (!result.success) throw formatError(modelSchema, result.issues[0], file)
  return result.output
}

/**
 * A model in its JSON form: 2 spaces, a newline at the end. Equal models give equal text, in whatever order their keys
 * were made.
 */
export function modelToJson(model: Model): string {
  return `${JSON.stringify(model, (_, value: unknown) => (isObject(value) ? sorted(value) : value), 2)}\n`
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The engine's own words; some of them say where: `... in JSON at position 17 (line 2 column 3)`.
    const said = error instanceof Error ? error.message : String(error)
    const place = /\(line (\d+) column (\d+)\)/.exec(said)
    const line = Number(place?.[1] ?? 0)
    const where = place === null ? '' : ` (line ${line}, column ${place[2]})`
    const what = oneLine(said.replace(/ at position \d+.*$/s, ''), 200)
    throw new FencecheckError('not-json', `this is not JSON: ${what}${where}`, {
      site: { file, line },
      fix: text.trim() === '' ? 'the file is empty' : 'have a JSON library write the file',
      cause: error,
    })
  }
}

function checkVersion(value: unknown, file: string): void {
  const site = { file, line: 0 }
  if (!isObject(value))
    throw new FencecheckError('wrong-format', 'a model is a JSON object', { site, fix: 'see docs/model-json.md' })
  const schema = Object.hasOwn(value, 'schema') ? value['schema'] : undefined
  if (schema === modelVersion) return
  const fix = `this version reads "schema": "${modelVersion}"`
  if (typeof schema !== 'string')
    throw new FencecheckError('wrong-version', 'the key `schema`, which names the version, is missing or no string', {
      site,
      fix,
    })
  const [kind] = modelVersion.split('/')
  const what = schema.startsWith(`${kind}/`)
    ? `the model is written in version ${quoted(schema)}`
    : `this is a ${quoted(schema)}, not a model`
  throw new FencecheckError('wrong-version', what, { site, fix })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What identifies comes first, then what it means, then where it was written; within that by name. */
const keyOrder = [
  [
    'schema',
    'id',
    'name',
    'summary',
    'sources',
    'abstracts',
    'variant',
    'params',
    'switches',
    'rules',
    'kind',
    'min',
    'max',
    'init',
  ],
  [
    'length',
    'refs',
    'members',
    'role',
    'lockClass',
    'objects',
    'variables',
    'bodies',
    'processes',
    'hooks',
    'groups',
    'invariants',
  ],
  ['expect', 'verdict', 'code', 'shape', 'initial', 'locations', 'steps', 'rest', 'at', 'call', 'op', 'on', 'object'],
  [
    'args',
    'subclass',
    'nestLock',
    'exits',
    'excluded',
    'when',
    'assert',
    'message',
    'set',
    'to',
    'label',
    'sync',
    'channel',
    'tag',
    'body',
    'context',
  ],
  ['handler', 'idleCpu', 'path', 'copies', 'always', 'optional', 'kernel', 'site', 'file', 'line'],
].flat()
const rank = new Map(keyOrder.map((key, i) => [key, i]))
const rankOf = (key: string): number => rank.get(key) ?? keyOrder.length

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(object)
  return Object.fromEntries(entries.sort(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1)))
}
