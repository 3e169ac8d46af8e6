// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { FencecheckError } from '#base/errors'
import { printable } from '#base/text'
import { kinds, shapes } from '#ir/model'
import type { Trace } from './trace.ts'

const text = v.pipe(v.string(), v.maxLength(10_000))
const texts = v.array(text)

const traceSchema = v.strictObject({
  schema: v.literal('fencecheck-trace/1'),
  model: v.strictObject({
    id: text,
    hash: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
    variant: v.exactOptional(text),
    params: v.exactOptional(v.record(text, v.pipe(v.number(), v.safeInteger()))),
    switches: v.exactOptional(v.record(text, text)),
  }),
  outcome: v.strictObject({
    kind: v.picklist(kinds),
    code: v.exactOptional(text),
    detail: v.exactOptional(text),
    shape: v.exactOptional(v.picklist(shapes)),
    processes: texts,
    objects: texts,
    stuck: texts,
    escapes: v.picklist(['on', 'off']),
  }),
  steps: v.array(
    v.strictObject({
      process: text,
      step: text,
      exit: text,
      at: v.exactOptional(text),
      kernel: v.exactOptional(text),
      inside: v.exactOptional(texts),
    }),
  ),
  backTo: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
})

/** The text of a trace file. The same trace always gives the same bytes. */
export const writeTrace = (trace: Trace): string => `${JSON.stringify(trace, null, 2)}\n`

/**
 * Reads a trace. Whatever is in the file stays data.
 * @throws FencecheckError `not-json`, `wrong-version`, `wrong-format`, with the place.
 */
export function readTrace(content: string, file: string): Trace {
  const site = { file, line: 0 }
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new FencecheckError('not-json', `this is not a trace: ${printable((error as Error).message).slice(0, 200)}`, {
      site,
      fix: 'the file is truncated or something else; write the trace again with `fencecheck check`',
    })
  }
  const schema: unknown = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined
  if (schema !== 'fencecheck-trace/1') {
    const got = typeof schema === 'string' ? `'${printable(schema).slice(0, 80)}'` : 'no schema'
    throw new FencecheckError('wrong-version', `this is not a trace that this fencecheck reads: it has ${got}`, {
      site,
      fix: 'a trace says "schema": "fencecheck-trace/1"; write it again with `fencecheck check`',
    })
  }
  const parsed = v.safeParse(traceSchema, value, { abortEarly: true })
  if (parsed.success) return parsed.output as Trace
  const issue = parsed.issues[0]
  throw new FencecheckError(
    'wrong-format',
    `${printable(v.getDotPath(issue) ?? 'the trace')}: ${printable(issue.message).slice(0, 200)}`,
    {
      site,
      fix: 'the file was changed by hand or truncated; write the trace again with `fencecheck check`',
    },
  )
}
