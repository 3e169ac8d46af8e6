// SPDX-License-Identifier: Apache-2.0
import { writeTrace } from '#trace/codec'
import type { Trace } from '#trace/trace'

/**
 * A test file for vitest that replays a counterexample: it passes while the model still does that. Names of the model come in
 * as quoted strings only.
 *
 * @param modelFile where the test imports the model from, as a path relative to it
 */
export function traceTest(trace: Trace, modelFile: string): string {
  const { id, variant, params = {}, switches = {} } = trace.model
  const choices = [variant, params, switches].map((choice) => JSON.stringify(choice) ?? 'undefined')
  const name = `${id}${variant === undefined ? '' : ` ${variant}`} still leads to ${trace.outcome.kind}`
  const lines = writeTrace(trace).trimEnd().split('\n')
  return [
    "import { expect, test } from 'vitest'",
    "import 'fencecheck/vitest'",
    `import model from ${quoted(modelFile)}`,
    '',
    '// A counterexample that `fencecheck check` found. Once the rule is mended, the steps can no longer be taken, or no longer',
    '// lead there: then say `.not.toReplay(trace)`, and the test keeps it from coming back.',
    `test(${quoted(name)}, async () => {`,
    `  await expect(model.instantiate(${choices.map(harmless).join(', ')})).toReplay(trace)`,
    '})',
    '',
    'const trace = [',
    ...lines.map((line) => `  ${quoted(line)},`),
    "].join('\\n')",
    '',
  ].join('\n')
}

/** What a reader could take for the end of a line, or for the other direction of writing, is written as an escape. */
const harmless = (json: string): string =>
  json.replace(/[\u007f-\u{10ffff}]/gu, (c) =>
    [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )

const quoted = (text: string): string => harmless(JSON.stringify(text))
