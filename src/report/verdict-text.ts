// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import { count, printable } from '#base/text'
import type { Result } from '#check/result'
import type { Configuration } from '#check/safe-only-if'
import { contractRules } from '#semantics/contract'
import { lockdepLines } from './lockdep-view-text.ts'
import { traceText, type Manner } from './trace-text.ts'
import { effort, expectationWord, instanceName, kindOf, oneLine, wrap, type Style } from './words.ts'

/** One line for a checked instance: variant, verdict, kind, whether expected, effort; names are padded to a width. */
export function verdictLine(result: Result, style: Style, nameWidth = 26): string {
  const colour = result.verdict === 'holds' ? style.good : result.verdict === 'violated' ? style.bad : style.unsure
  const expected = expectationWord(result)
  const cells = [
    `  ${oneLine(instanceName(result)).padEnd(nameWidth)}`,
    colour(result.verdict.padEnd(9)),
    oneLine(kindOf(result)).padEnd(24),
    (result.asExpected === false ? style.bad : style.faint)(expected.padEnd(expected.length > 11 ? 15 : 11)),
    style.faint(effort(result)),
  ]
  return cells.join(' ').trimEnd()
}

/** What follows the line: why a verdict is unknown or unexpected, the counterexample, findings. */
export function verdictDetails(
  result: Result,
  style: Style,
  { full, ...manner }: { readonly full: boolean } & Omit<Manner, 'style'>,
): string {
  const { width } = manner
  const { violation, because, mismatch, findings, narrowed } = result
  const lines: string[] = []
  const say = (text: string, indent: string): void => void lines.push(wrap(printable(text), width, indent))
  if (narrowed !== undefined) say(narrowed, '    ')
  if (because !== undefined)
    say(`${violation === undefined ? 'unknown' : 'not searched to the end'} because ${because}`, '    ')
  if (mismatch !== undefined && result.verdict !== 'unknown') say(mismatch, '    ')
  if (violation !== undefined && !full) say(violation.explanation.headline, '    ')
  if (violation !== undefined && full)
    lines.push('', indent(traceText(violation.trace, violation.explanation, { ...manner, style, width: width - 4 })))
  if (violation !== undefined && result.rules.length > 0) say(brokenRules(result.rules, full), '    ')
  for (const { code, message, site } of findings)
    say(`note: ${message} [${code}]${site === undefined ? '' : ` at ${showSite(site)}`}`, '    ')
  if (full && result.lockdep !== undefined) lines.push(lockdepLines(result, style, width, '    '))
  if (full && result.verdict === 'holds') {
    lines.push('    this rests on')
    for (const assumption of result.assumptions) say(`- ${assumption}`, '      ')
  }
  return lines.join('\n')
}

/** The rules of the contract that the author says are broken; in words where there is room. */
const brokenRules = (rules: readonly string[], full: boolean): string =>
  `breaks ${full ? rules.map((rule) => `${rule} (${contractRules[rule]})`).join('; ') : rules.join(', ')}`

/** What the settings of a variant say together. */
export const configurationLine = ({ variant, safeOnlyIf }: Configuration, style: Style): string =>
  `  ${style.bad(`safe only if ${safeOnlyIf.join(' and ')}`)}${variant === undefined ? '' : `: ${oneLine(variant)}`}`

/** The last line: how many of each. */
export function summaryLine(results: readonly Result[], errors: number, style: Style): string {
  const of = (verdict: Result['verdict']): number => results.filter((r) => r.verdict === verdict).length
  const wrong = results.filter((r) => r.asExpected === false && r.verdict !== 'unknown').length
  const judged = results.filter((r) => r.asExpected !== undefined && r.verdict !== 'unknown').length
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
