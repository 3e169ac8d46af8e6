// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { count, printable } from '#base/text'
import { placeOf } from './place.ts'
import type { Reported, Reporter } from './reporter.ts'
import { reasonOf, standingOf } from './standing.ts'
import { plainTrace } from './plain-trace.ts'
import { instanceName, kindOf, oneLine } from './words.ts'
import { element, xmlDocument, type Element } from './xml.ts'

/**
 * JUnit XML as Jenkins and GitLab read it: a suite a model, a case an instance. What is not as expected is a failure; what
 * was not decided, or could not be checked, is an error.
 */
export const junitReporter: Reporter = {
  name: 'junit',
  extension: 'xml',
  mediaType: 'application/xml',
  does: 'JUnit XML, for Jenkins, GitLab and others',
  render(reported, errors) {
    const suites = [...Map.groupBy(reported, ({ result }) => result.id)].map(([id, instances]) => suite(id, instances))
    const unchecked = errors.length === 0 ? [] : [suiteOf('models that could not be checked', errors.map(errorCase), 0)]
    const all = [...suites, ...unchecked]
    const sum = (key: string): number => all.reduce((n, { attributes }) => n + Number(attributes[key]), 0)
    const totals = { tests: sum('tests'), failures: sum('failures'), errors: sum('errors') }
    return xmlDocument(element('testsuites', { name: 'fencecheck', ...totals, time: sum('time').toFixed(3) }, all))
  },
}

const suite = (id: string, instances: readonly Reported[]): Element =>
  suiteOf(
    id,
    instances.map(instanceCase),
    instances.reduce((seconds, { result }) => seconds + result.statistics.seconds, 0),
  )

function suiteOf(name: string, cases: readonly Element[], seconds: number): Element {
  const having = (what: string): number =>
    cases.filter(({ content }) => typeof content !== 'string' && content.some((child) => child.name === what)).length
  const counts = { tests: cases.length, failures: having('failure'), errors: having('error'), skipped: 0 }
  return element('testsuite', { name: oneLine(name), ...counts, time: seconds.toFixed(3) }, cases)
}

function instanceCase(reported: Reported): Element {
  const { result } = reported
  const { file, line } = placeOf(reported)
  const attributes = {
    classname: oneLine(result.id),
    name: oneLine(instanceName(result)),
    time: result.statistics.seconds.toFixed(3),
    file: oneLine(file),
    line: line === 0 ? undefined : line,
  }
  return element('testcase', attributes, [...problemOf(reported), ...output(reported)])
}

function problemOf({ result }: Reported): readonly Element[] {
  const message = oneLine(reasonOf(result))
  const { violation } = result
  switch (standingOf(result)) {
    case 'pass':
      return []
    case 'undecided':
      return [element('error', { message, type: 'unknown' }, result.because ?? message)]
    case 'fail': {
      const trace = violation === undefined ? reasonOf(result) : plainTrace(violation)
      return [element('failure', { message, type: kindOf(result) || result.verdict }, trace)]
    }
  }
}

/** What was found, where nothing else says it, and notes: where a proof is vacuous. */
function output({ result, traceFile }: Reported): readonly Element[] {
  const lines = [
    `${result.verdict}${result.violation === undefined ? '' : `: ${kindOf(result)}: ${reasonOf(result)}`}`,
    `${count(result.statistics.states, 'state')}${result.statistics.complete ? '' : ', not complete'}`,
    ...(traceFile === undefined ? [] : [`trace: ${printable(traceFile)}`]),
    ...result.findings.map(({ code, message }) => `note: ${message} [${code}]`),
  ]
  return [element('system-out', {}, lines.join('\n'))]
}

const errorCase = (error: FencecheckError): Element =>
  element('testcase', { classname: 'fencecheck', name: oneLine(error.site?.file ?? error.code), time: '0.000' }, [
    element('error', { message: oneLine(error.message), type: error.code }, error.report),
  ])
