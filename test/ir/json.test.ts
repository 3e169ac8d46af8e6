// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { test as check } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { FencecheckError, type ErrorCode } from '#base/errors'
import { contentHash } from '#ir/hash'
import { modelToJson, parseModel } from '#ir/json'
import { limits } from '#ir/limits'
import type { Model } from '#ir/model'
import { modelSchema } from '#ir/schema'
import { isModelSource, type ModelSource } from '#model/model'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { anyModel, everything } from './samples.ts'

const registry = new Registry(kernelPrimitives)

/** JSON text to be broken. `any` because breaking it is the point. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

/** The text of a small good model after `change`. */
function changed(change: (model: Json) => void): string {
  const model: Json = structuredClone(everything)
  change(model)
  return JSON.stringify(model)
}

/** A key that JavaScript's own syntax would not make an own one. */
const put = (object: Json, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

function refusal(text: string): FencecheckError {
  try {
    parseModel(text, 'm.json')
  } catch (error) {
    expect(error).toBeInstanceOf(FencecheckError)
    return error as FencecheckError
  }
  throw new Error(`accepted: ${text.slice(0, 200)}`)
}

describe('round trip', () => {
  test('a model with every key comes back as it was', () => {
    expect(parseModel(modelToJson(everything), 'm.json')).toStrictEqual(everything)
  })

  check.prop([anyModel])('any model comes back as it was, and its text is the same again', (model) => {
    const text = modelToJson(model)
    const read = parseModel(text, 'm.json')
    expect(read).toEqual(JSON.parse(JSON.stringify(model)))
    expect(modelToJson(read)).toBe(text)
    expect(contentHash(read)).toBe(contentHash(model))
  })

  check.prop([anyModel])('the text does not depend on the order in which keys were made', (model) => {
    const reversed = JSON.parse(JSON.stringify(model), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ) as Model
    expect(modelToJson(reversed)).toBe(modelToJson(model))
  })

  test('the text is JSON of two spaces with a newline at its end, identity first', () => {
    const text = modelToJson(everything)
    expect(text).toMatch(/^\{\n {2}"schema": "fencecheck-model\/1",\n {2}"id": "test\/everything",\n {2}"summary"/)
    expect(text.endsWith('}\n')).toBe(true)
    expect(text).not.toContain('\n   "')
  })

  test('every bundled model, in every variant', async () => {
    const folder = new URL('../../models/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    let instances = 0
    for (const file of files) {
      const module = (await import(new URL(file, folder).pathname)) as Record<string, unknown>
      for (const source of Object.values(module).filter(isModelSource) as ModelSource[])
        for (const variant of source.variants) {
          const model = source.instantiate(variant)
          const read = parseModel(modelToJson(model), file)
          expect(read, `${file} ${variant}`).toEqual(model)
          expect(lower(read, registry)).toEqual(lower(model, registry))
          instances++
        }
    }
    expect(instances).toBeGreaterThan(2)
  })

  test('a byte order mark is no part of the text', () => {
    expect(parseModel(`\uFEFF${modelToJson(everything)}`, 'm.json')).toEqual(everything)
  })

  test('the keys of a model are written in the order of the form', () => {
    const text = modelToJson(everything)
    const at = (key: string) => text.indexOf(`"${key}":`)
    const order = [
      'schema',
      'id',
      'params',
      'switches',
      'rules',
      'objects',
      'variables',
      'bodies',
      'processes',
      'hooks',
    ]
    expect(order.toSorted((a, b) => at(a) - at(b))).toEqual(order)
    expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(modelSchema.entries))
  })
})

describe('what is refused', () => {
  const cases: readonly (readonly [string, ErrorCode, string, string])[] = [
    // text, code, message, fix
    ['', 'not-json', 'this is not JSON', 'the file is empty'],
    ['{"a":1,}', 'not-json', '(line 1, column 8)', ''],
    ['{"a":1\n,]', 'not-json', '(line 2, column 2)', ''],
    ['{"a": hello}', 'not-json', 'hello', ''],
    ['[]', 'wrong-format', 'a model is a JSON object', ''],
    ['null', 'wrong-format', 'a model is a JSON object', ''],
    ['{}', 'wrong-version', '`schema`', 'fencecheck-model/1'],
    ['{"schema":1}', 'wrong-version', '`schema`', 'fencecheck-model/1'],
    ['{"schema":"fencecheck-model/2"}', 'wrong-version', "version 'fencecheck-model/2'", 'fencecheck-model/1'],
    ['{"schema":"fencecheck-trace/1"}', 'wrong-version', "a 'fencecheck-trace/1', not a model", 'fencecheck-model/1'],
    ['{"schema":"fencecheck-model/1"}', 'wrong-format', 'id is missing', 'known here'],
    [changed((m) => delete m.bodies[1].initial), 'wrong-format', 'bodies[1].initial is missing', 'name, initial'],
    [changed((m) => (m.proceses = m.processes)), 'wrong-format', 'proceses: this key is not known', 'known here'],
    [
      changed((m) => {
        m.bodies[0].steps[6].call.opp = m.bodies[0].steps[6].call.op
        delete m.bodies[0].steps[6].call.op
      }),
      'wrong-format',
      'bodies[0].steps[6].call.opp: this key is not known',
      "did you mean 'op'?",
    ],
    [
      changed((m) => {
        m.bodies[0].steps[6].cal = m.bodies[0].steps[6].call
        delete m.bodies[0].steps[6].call
      }),
      'wrong-format',
      'bodies[0].steps[6].cal: this key is not known',
      "did you mean 'call'?",
    ],
    [changed((m) => (m.bodies[0].steps[6].to = 'end')), 'wrong-format', 'steps[6].to: this key is not known', 'known'],
    [changed((m) => (m.bodies[0].steps[6].exits.ok = 1)), 'wrong-format', 'exits.ok: expected a string, got 1', ''],
    [changed((m) => (m.bodies[0].steps[6].exits = ['end'])), 'wrong-format', 'expected an object, got an array', ''],
    [changed((m) => (m.processes[1].handler = [])), 'wrong-format', 'processes[1].handler: expected an object', ''],
    [changed((m) => (m.processes[1].context = 'tusk')), 'wrong-format', "context: 'tusk'", "did you mean 'task'?"],
    [changed((m) => (m.processes[1].context = 3)), 'wrong-format', 'context: 3', 'use task, worker, softirq'],
    [changed((m) => (m.bodies[0].locations = {})), 'wrong-format', 'locations: expected an array, got an object', ''],
    [changed((m) => (m.bodies[0].locations[0].rest = 1)), 'wrong-format', 'rest: expected true or false, got 1', ''],
    [changed((m) => (m.variables[0].min = 0.5)), 'wrong-format', 'variables[0].min: expected a whole number', ''],
    [changed((m) => (m.variables[0].max = 2 ** 53)), 'wrong-format', 'within 2^53, got 9007199254740992', ''],
    [changed((m) => (m.variables[0].init = '0')), 'wrong-format', "init: expected a whole number, got '0'", ''],
    [changed((m) => (m.variables[1].init[1] = null)), 'wrong-format', 'variables[1].init[1]: expected a whole', ''],
    [changed((m) => (m.variables[1].length = 0)), 'wrong-format', 'length: expected at least 1, got 0', ''],
    [changed((m) => (m.variables[0].name = '')), 'wrong-format', 'name: expected at least 1 character', ''],
    [changed((m) => (m.variables[0].name = 'x'.repeat(limits.name + 1))), 'wrong-format', 'at most 200 characters', ''],
    [changed((m) => (m.bodies[0].steps[6].call.on = 'x'.repeat(1e6))), 'wrong-format', 'at most 200 characters', ''],
    [changed((m) => (m.objects[0].site.line = -1)), 'wrong-format', 'objects[0].site.line: expected at least 0', ''],
    [changed((m) => (m.expect.kind = 'deadlok')), 'wrong-format', 'expect.kind', "did you mean 'deadlock'?"],
    [changed((m) => (m.id = '../../etc/passwd')), 'wrong-format', 'id: expected words of letters', ''],
    [changed((m) => (m.id = 'a//b')), 'wrong-format', 'id: expected words of letters', ''],
    ...expressionCases(),
  ]

  /** Faults of expressions; all stand in the guard of step 3. */
  function expressionCases(): (readonly [string, ErrorCode, string, string])[] {
    const at = (rest: string) => `bodies[0].steps[3].when${rest}`
    const when = (e: unknown) => changed((m) => (m.bodies[0].steps[3].when = e))
    return (
      [
        [true, ': expected an expression, got true', 'docs/model-json.md'],
        [null, ': expected an expression, got null', 'docs/model-json.md'],
        [{ hold: 'A' }, ': expected an expression, got an object', 'docs/model-json.md'],
        [{ holds: 'A', of: 'x' }, '.of: this key is not known', 'holds'],
        [{ field: 'locked' }, '.of is missing', 'field, of'],
        [{ process: 'P', in: 'end' }, '.in: expected an array', ''],
        [[], '[0] is missing', ''],
        [['=', 'x', 1], "[0]: '=' is none of the words", "did you mean '=='?"],
        [['&&', 'x', 1], "[0]: '&&' is none of the words", "did you mean 'and'?"],
        [['toString', 'x'], "[0]: 'toString' is none of the words", 'use !'],
        [['and', 'x', ['andd', 1]], "[2][0]: 'andd' is none of the words", "did you mean 'and'?"],
        [[1, 2], '[0]: 1 is none of the words', ''],
        [['==', 'x'], '[2] is missing', ''],
        [['!', 'x', 'x'], '[2]: this is one item too many', 'give 2 items'],
        [['if', 'x', 1], '[3] is missing', ''],
        [['at', 'a'], '[2] is missing', ''],
        [['at', 1, 2], '[1]: expected a string, got 1', ''],
        [['or', ['and', ['<', 'x', 1.5]]], '[1][1][2]: expected a whole number', ''],
      ] as const
    ).map(([e, rest, fix]) => [when(e), 'wrong-format', at(rest), fix] as const)
  }

  const titled = cases.map(([text, code, message, fix]) => [message, code, text, fix] as const)
  test.each(titled)('%s [%s]', (message, code, text, fix) => {
    const error = refusal(text)
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(error.fix).toContain(fix)
    expect(error.site?.file).toBe('m.json')
    if (code !== 'not-json') expect(error.site?.line).toBe(0)
  })

  test('assignments: the pair, the target, the index', () => {
    const set = (s: unknown) => refusal(changed((m) => (m.bodies[0].steps[3].set = s))).message
    expect(set({})).toContain('bodies[0].steps[3].set: expected an array')
    expect(set([['x']])).toContain('set[0][1] is missing')
    expect(set([['x', 1, 2]])).toContain('set[0][2]: this is one item too many')
    expect(set([[1, 2]])).toContain('set[0][0]: expected a target, got 1')
    expect(set([[['+', 'a', 1], 2]])).toContain(`set[0][0][0]: expected "at", got '+'`)
    expect(set([[['at', 'a', true], 2]])).toContain('set[0][0][2]: expected an expression, got true')
  })

  test('an expression may be nested as deeply as the limit says, and no deeper', () => {
    const nested = (depth: number): string => '["!",'.repeat(depth) + '1' + ']'.repeat(depth)
    const text = (e: string) => changed((m) => (m.bodies[0].steps[3].when = 'HERE')).replace('"HERE"', e)
    expect(() => parseModel(text(nested(limits.expressionDepth)), 'm.json')).not.toThrow()
    const error = refusal(text(nested(limits.expressionDepth + 4)))
    expect(error.code).toBe('wrong-format')
    expect(error.message).toMatch(/^bodies\[0\]\.steps\[3\]\.when\[1\].*nested too deeply$/)
    expect(error.message.length).toBeLessThan(200)
    // What lies between is for validation, which counts levels of the expression alone.
    const read = parseModel(text(nested(limits.expressionDepth + 1)), 'm.json')
    expect(() => lower(read, registry)).toThrow(FencecheckError)
  })

  test.each(['[', '{"a":', '["!",', '[{"holds":'])('a million times %s does not exhaust the stack', (open) => {
    const close = { '[': ']', '{': '}' } as const
    const closing = [...open]
      .toReversed()
      .map((c) => (c === '[' || c === '{' ? close[c] : ''))
      .join('')
    const deep = `${open.repeat(1e6)}1${closing.repeat(1e6)}`
    for (const key of ['"when"', '"nobody asked"']) {
      const text = changed(() => {}).replace('"when":', `${key}:${deep},"old":`)
      expect(refusal(text).code).toBe('wrong-format')
    }
  })

  test('wrong nesting cannot make reading slow: no alternative is tried twice', () => {
    // With a union tried level by level this would take 2^150 steps.
    const text = '["at","a",'.repeat(150) + 'true' + ']'.repeat(150)
    const error = refusal(changed((m) => (m.bodies[0].steps[3].when = 'HERE')).replace('"HERE"', text))
    expect(error.message).toContain('expected an expression, got true')
  })
})

describe('hostile names', () => {
  const words = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

  /** Reads and lowers; whatever goes wrong must be the user's error and not ours. */
  function outcome(text: string): FencecheckError | undefined {
    try {
      lower(parseModel(text, 'm.json'), registry)
      return undefined
    } catch (error) {
      expect(error).toBeInstanceOf(FencecheckError)
      return error as FencecheckError
    } finally {
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      expect(Object.keys(Object.prototype)).toEqual([])
    }
  }

  test.each(words)('%s as a key of an object with fixed keys', (word) => {
    for (const place of [
      (m: Json) => m,
      (m: Json) => m.bodies[0],
      (m: Json) => m.bodies[0].steps[6].call,
      (m: Json) => m.bodies[0].steps[0],
      (m: Json) => m.processes[2].handler,
      (m: Json) => m.objects[0].site,
    ]) {
      const error = outcome(changed((m) => put(place(m), word, { polluted: 1 })))
      expect(error?.code).toBe('wrong-format')
      expect(error?.message).toContain(word)
    }
  })

  test.each(words)('%s as a key of an object with free keys is never dropped', (word) => {
    for (const [place, value] of [
      [(m: Json) => m.bodies[0].steps[6].exits, 'end'],
      [(m: Json) => m.bodies[0].steps[1].call.args, 'cb'],
      [(m: Json) => m.params, 1],
    ] as const) {
      const text = changed((m) => put(place(m), word, value))
      if (['__proto__', 'constructor', 'prototype'].includes(word)) {
        expect(outcome(text)?.code).toBe('wrong-format')
        continue
      }
      const read = parseModel(text, 'm.json')
      expect(Object.getOwnPropertyDescriptor(place(read), word)?.value).toBe(value)
      outcome(text)
    }
  })

  test.each(words)('%s where a name is looked up', (word) => {
    const places: readonly ((m: Json) => void)[] = [
      (m) => (m.objects[0].kind = word),
      (m) => (m.bodies[0].steps[6].call.op = word),
      (m) => (m.bodies[0].steps[6].call.on = word),
      (m) => (m.bodies[0].steps[6].exits.ok = word),
      (m) => (m.bodies[0].initial = word),
      (m) => (m.processes[0].body = word),
      (m) => (m.hooks[0].on = word),
      (m) => (m.hooks[0].object = word),
      (m) => (m.bodies[0].steps[3].when = word),
      (m) => (m.bodies[0].steps[3].when = { field: word, of: 'A' }),
      (m) => (m.bodies[0].steps[3].when = { holds: word }),
      (m) => (m.bodies[0].steps[3].when = { process: word, in: ['end'] }),
      (m) => (m.bodies[0].steps[3].set = [[word, 1]]),
      (m) => (m.groups[0].copies[0].processes = [word]),
    ]
    for (const place of places) expect(outcome(changed(place)), String(place)).toBeDefined()
  })

  test.each(words)('%s as a declared name means nothing special', (word) => {
    const renamed = JSON.stringify(everything).replaceAll('"x"', JSON.stringify(word))
    expect(outcome(renamed)).toBeUndefined()
    expect(modelToJson(parseModel(renamed, 'm.json'))).toContain(`"name": "${word}"`)
    for (const old of ['A', 'main', 'P', 'held']) {
      const text = JSON.stringify(everything).replaceAll(`"${old}"`, JSON.stringify(word))
      expect(outcome(text), old).toBeUndefined()
    }
  })

  test('control characters of a name do not reach the terminal', () => {
    const evil = '\u001b]0;pwned\u0007\u202e\n'
    for (const change of [
      (m: Json) => put(m, evil, 1),
      (m: Json) => put(m.params, evil, 'x'),
      (m: Json) => (m.id = evil),
      (m: Json) => (m.processes[0].context = evil),
      (m: Json) => (m.bodies[0].steps[3].when = [evil]),
      (m: Json) => (m.schema = evil),
    ]) {
      const { message, fix } = refusal(changed(change))
      // oxlint-disable-next-line no-control-regex -- that none is left is the claim
      expect(`${message} ${fix}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
    expect(refusal(`{"a": "${evil}`).message).not.toContain('\u001b')
  })

  test('a duplicate key counts as it does for every JSON reader: the last one', () => {
    const text = JSON.stringify(everything).replace('"id":', '"id":"first","id":')
    expect(parseModel(text, 'm.json').id).toBe('test/everything')
  })
})
