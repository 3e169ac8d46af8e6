// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { printable } from '#base/text'
import { plainTrace } from './plain-trace.ts'
import type { Reported, Reporter } from './reporter.ts'
import { reasonOf, standingOf } from './standing.ts'
import { instanceName, oneLine, withoutCommands, wrap } from './words.ts'

/**
 * KTAP 1, the dialect of the kernel's own tests (Documentation/dev-tools/ktap.rst): a test a model, a subtest an instance,
 * diagnostics before the line they belong to. What was not decided is no pass: ERROR, or TIMEOUT where a limit was hit.
 */
export const tapReporter: Reporter = {
  name: 'tap',
  extension: 'ktap',
  mediaType: 'text/plain',
  does: "the kernel's KTAP: a test a model, a subtest an instance",
  render(reported, errors) {
    const models = [...Map.groupBy(reported, ({ result }) => result.id)]
    const tests = [
      ...models.map(([id, instances], i) => modelLines(i + 1, id, instances)),
      ...errors.map((error, i) => errorLines(models.length + i + 1, error)),
    ]
    return [`KTAP version 1`, `1..${tests.length}`, ...tests.flat()].map((line) => `${line}\n`).join('')
  },
}

function modelLines(number: number, id: string, instances: readonly Reported[]): readonly string[] {
  const passes = instances.every(({ result }) => standingOf(result) === 'pass')
  const subtests = [
    'KTAP version 1',
    `# Subtest: ${description(id)}`,
    `1..${instances.length}`,
    ...instances.flatMap((instance, i) => instanceLines(i + 1, instance)),
  ]
  return [...subtests.map((line) => `  ${line}`), testLine(passes, number, id)]
}

function instanceLines(number: number, { result }: Reported): readonly string[] {
  const standing = standingOf(result)
  const { violation, findings } = result
  const trace = violation === undefined || standing === 'pass' ? '' : plainTrace(violation)
  const said = [
    ...(standing === 'pass' && violation === undefined ? [] : [wrap(reasonOf(result), 100, '')]),
    // Its first line is the reason again.
    ...(trace === '' ? [] : [trace.slice(trace.indexOf('\n') + 1)]),
    ...findings.map(({ code, message }) => wrap(`note: ${message} [${code}]`, 100, '')),
  ]
  const directive = standing === 'undecided' ? undecided(result.because ?? '') : ''
  return [...said.flatMap(diagnostic), `${testLine(standing === 'pass', number, instanceName(result))}${directive}`]
}

const errorLines = (number: number, error: FencecheckError): readonly string[] => [
  ...diagnostic(error.report),
  `${testLine(false, number, error.site?.file ?? error.code)} # ERROR ${error.code}`,
]

const undecided = (because: string): string =>
  ` # ${/\blimit\b/.test(because) ? 'TIMEOUT' : 'ERROR'} ${description(because)}`

const testLine = (passes: boolean, number: number, name: string): string =>
  `${passes ? 'ok' : 'not ok'} ${number} ${description(name)}`

/** A name on the line of a test, where `#` would begin a directive. */
const description = (text: string): string => oneLine(text, 1_000).toWellFormed().replaceAll('#', '?').trim() || '-'

/** A line each; behind `# ` it is nothing but text. */
const diagnostic = (text: string): readonly string[] =>
  printable(withoutCommands(text))
    .split('\n')
    .map((line) => `# ${line.replaceAll('\t', ' ')}`.trimEnd())
