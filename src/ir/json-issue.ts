// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { FencecheckError } from '#base/errors'
import { listed, nearest } from '#base/text'
import { oneLine, quoted, showPath } from './json-path.ts'

/** What the messages need to know of a schema, whatever its kind. */
interface Shape {
  readonly type: string
  readonly entries?: Readonly<Record<string, Shape>>
  readonly items?: readonly Shape[]
  readonly item?: Shape
  readonly rest?: Shape
  readonly value?: Shape
  readonly wrapped?: Shape
  readonly options?: readonly unknown[]
  readonly getter?: (input: unknown) => Shape
}

/** An issue that reading found, as an error with the path of the value, what was expected there, and what to do. */
export function formatError(schema: v.GenericSchema, issue: v.BaseIssue<unknown>, file: string): FencecheckError {
  const { path = [] } = issue
  const keys = path.map((item) => item.key)
  const at = shapeAt(schema as unknown as Shape, path)
  const { message, fix } = explain(issue, at, keys)
  return new FencecheckError('wrong-format', message, { site: { file, line: 0 }, fix })
}

interface Explanation {
  readonly message: string
  readonly fix: string
}

function explain(issue: v.BaseIssue<unknown>, at: Shape, keys: readonly unknown[]): Explanation {
  const path = showPath(keys)
  const parent = issue.path?.at(-1)
  if (issue.type === 'strict_object' && parent?.origin === 'key') {
    const known = Object.keys(at.entries ?? {})
    const present = Object.keys(parent.input as object)
    // A missing key beside one that is not known is most likely that one, mistyped.
    const strange = present.find((key) => !known.includes(key))
    const free = known.filter((key) => !present.includes(key))
    if (strange !== undefined) {
      const meant = nearest(oneLine(strange), free)
      const fix = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean '${meant}'?`
      return { message: `${showPath([...keys.slice(0, -1), strange])}: this key is not known`, fix }
    }
    return { message: `${path} is missing`, fix: `known here: ${known.join(', ')}` }
  }
  if (issue.input === undefined) return { message: `${path} is missing`, fix: 'give every item of this list' }
  if (issue.type === 'strict_tuple')
    return { message: `${path}: this is one item too many`, fix: `give ${(at.items ?? []).length} items` }
  if (issue.type === 'picklist') {
    const meant = typeof issue.input === 'string' ? meantBy(issue.input, (at.options ?? []).map(String)) : undefined
    const fix = meant === undefined ? `use ${listed((at.options ?? []).map(String), 'or')}` : `did you mean '${meant}'?`
    return { message: `${path}: ${got(issue.input)} is none of the words known here`, fix }
  }
  const expected = issue.type === 'union' ? formOf(at) : expectedOf(issue)
  const fix = issue.type === 'union' ? 'see docs/model-json.md' : `give ${expected}`
  return { message: `${path}: expected ${expected}, got ${got(issue.input)}`, fix }
}

/** Operators as other languages write them. */
const spellings = new Map(
  Object.entries({
    '=': '==',
    '===': '==',
    '<>': '!=',
    '&&': 'and',
    '||': 'or',
    not: '!',
    '?': 'if',
    mod: '%',
    '[]': 'at',
  }),
)

function meantBy(word: string, options: readonly string[]): string | undefined {
  const other = spellings.get(word)
  if (other !== undefined && options.includes(other)) return other
  return /^\w/.test(word)
    ? nearest(
        oneLine(word),
        options.filter((option) => /^\w/.test(option)),
      )
    : undefined
}

/** What alternatives have in common, by the title of their schema. */
const formOf = (at: Shape): string => {
  const title = (v.getTitle(at as never) ?? 'value').toLowerCase()
  return `${/^[aeiou]/.test(title) ? 'an' : 'a'} ${title}`
}

const wordFor: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a whole number',
  safe_integer: 'a whole number within 2^53',
  boolean: 'true or false',
  array: 'an array',
  record: 'an object',
  strict_object: 'an object',
  strict_tuple: 'an array',
}

function expectedOf({ type, requirement, expected }: v.BaseIssue<unknown>): string {
  if (type === 'min_value') return `at least ${String(requirement)}`
  if (type === 'min_length') return `at least ${String(requirement)} character`
  if (type === 'max_length') return `at most ${String(requirement)} characters`
  if (type === 'regex') return 'words of letters, digits, -, . and _ with / between them'
  return Object.hasOwn(wordFor, type) ? wordFor[type]! : (expected ?? 'something else')
}

function got(input: unknown): string {
  if (typeof input === 'string') return quoted(input)
  if (Array.isArray(input)) return input.length === 0 ? 'an empty array' : 'an array'
  return typeof input === 'object' && input !== null ? 'an object' : String(input)
}

/** The schema of the object, array or value in which an issue was found: for a wrong key, of the object around it. */
function shapeAt(schema: Shape, path: readonly v.IssuePathItem[]): Shape {
  let shape = schema
  for (const [i, { key, input, value, origin }] of path.entries()) {
    shape = resolved(shape, input)
    if (origin === 'key' || (i === path.length - 1 && shape.items !== undefined && Number(key) >= shape.items.length))
      return shape
    const inner =
      shape.entries?.[key as string] ?? shape.items?.[key as number] ?? shape.item ?? shape.rest ?? shape.value
    if (inner === undefined) return shape
    shape = resolved(inner, value)
  }
  return shape
}

/** A schema without the wrappers that make it optional or choose it by looking at the value. */
function resolved(shape: Shape, value: unknown): Shape {
  let inner = shape
  for (;;) {
    const next = inner.wrapped ?? inner.getter?.(value)
    if (next === undefined) return inner
    inner = next
  }
}
