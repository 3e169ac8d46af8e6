// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import { count, printable } from '#base/text'
import type { Result } from '#check/result'
import { traceText } from './trace-text.ts'
import { effort, expectationWord, instanceName, kindOf, wrap, type Style } from './words.ts'

/** One line for a checked instance: variant, verdict, kind, whether expected, effort. */
export function verdictLine(result: Result, style: Style): string {
  const colour = result.verdict === 'holds' ? style.good : result.verdict === 'violated' ? style.bad : style.unsure
  const expected = expectationWord(result)
  const cells = [
    `  ${instanceName(result).padEnd(26)}`,
    colour(result.verdict.padEnd(9)),
    kindOf(result).padEnd(28),
    (result.asExpected === false ? style.bad : style.faint)(expected.padEnd(expected.length > 11 ? 15 : 11)),
    style.faint(effort(result)),
  ]
  return printable(cells.join(' ').trimEnd())
}

/** What follows the line: why a verdict is unknown or unexpected, the counterexample, findings. */
export function verdictDetails(
  result: Result,
  style: Style,
  {
    full,
    traceFile,
    width,
  }: { readonly full: boolean; readonly traceFile: string | undefined; readonly width: number },
): string {
  const { violation, because, mismatch, findings } = result
  const lines: string[] = []
  if (because !== undefined) lines.push(wrap(`unknown because ${because}`, width, '    '))
  if (mismatch !== undefined && result.verdict !== 'unknown') lines.push(wrap(mismatch, width, '    '))
  if (violation !== undefined && !full) lines.push(wrap(violation.explanation.headline, width, '    '))
  if (violation !== undefined && full)
    lines.push('', indent(traceText(violation.trace, violation.explanation, style, width - 4)))
  if (traceFile !== undefined && full) lines.push(`    replay with: fencecheck replay ${traceFile}`)
  for (const { code, message, site } of findings)
    lines.push(wrap(`note: ${message} [${code}]${site === undefined ? '' : ` at ${showSite(site)}`}`, width, '    '))
  if (full && result.verdict === 'holds') {
    lines.push('    this rests on')
    for (const assumption of result.assumptions) lines.push(wrap(`- ${assumption}`, width, '      '))
  }
  return lines.map((line) => printable(line)).join('\n')
}

/** The last line: how many of each. */
export function summaryLine(results: readonly Result[], errors: number, style: Style): string {
  const of = (verdict: Result['verdict']): number => results.filter((r) => r.verdict === verdict).length
  const wrong = results.filter((r) => r.asExpected === false && r.verdict !== 'unknown').length
  const judged = results.filter((r) => r.asExpected !== undefined).length
  const parts = [
    `${count(results.length, 'instance')}: ${of('holds')} hold, ${of('violated')} violated, ${of('unknown')} unknown`,
    ...(judged > 0
      ? [
          wrong === 0
            ? style.good(of('unknown') === 0 ? 'all as expected' : 'the others as expected')
            : style.bad(`${wrong} not as expected`),
        ]
      : []),
    ...(errors > 0 ? [style.bad(count(errors, 'error'))] : []),
  ]
  return parts.join('; ')
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n')
