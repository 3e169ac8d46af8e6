// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { printable } from '#base/text'
import type { ResultViolation } from '#check/result'
import { toMermaid } from '#export/mermaid'
import type { Reported } from './reporter.ts'
import { reasonOf, standingOf, tally } from './standing.ts'
import { expectationWord, kindOf, titleOf } from './words.ts'

/** Counterexamples that are drawn; GitHub takes 1 MiB a step. */
const maxDrawn = 10
const maxRows = 1_000

/** The job summary, in Markdown: how many passed, each that did not with a diagram, and a table of all. */
export function githubSummary(reported: readonly Reported[], errors: readonly FencecheckError[]): string {
  const results = reported.map(({ result }) => result)
  const failing = reported.filter(({ result }) => standingOf(result) !== 'pass')
  const left = failing.length - maxDrawn
  const lines = [
    `## fencecheck: ${tally(results, errors.length)}`,
    ...errors.map(({ report }) => `\n${code(report)}`),
    ...failing.slice(0, maxDrawn).flatMap(section),
    ...(left > 0 ? [`\n${left} more are in the table.`] : []),
    ...(reported.length === 0 ? [] : table(reported)),
  ]
  return `${lines.join('\n')}\n`
}

const section = ({ result }: Reported): readonly string[] => [
  `\n### ${code(titleOf(result))}`,
  `\n${text(reasonOf(result))}`,
  ...(result.violation === undefined ? [] : drawn(result.violation)),
]

const drawn = ({ trace, explanation }: ResultViolation): readonly string[] => [
  '\n| process | holds | waits for | at |\n|---|---|---|---|',
  ...explanation.table
    .filter(({ status, holds }) => status !== 'at rest' || holds.length > 0)
    .slice(0, maxRows)
    .map(({ process, holds, waitsFor, at = '', kernel }) => {
      const held = holds.map(({ object, mode, since }) => `${object} (${mode}, since step ${since})`).join(', ')
      const place = [at, kernel].filter((part) => part !== undefined && part !== '').join(', ')
      return row([code(process), text(held), text(waitsFor), place === '' ? '' : code(place)])
    }),
  `\n\`\`\`mermaid\n${toMermaid(trace, explanation)}\`\`\``,
]

function table(reported: readonly Reported[]): readonly string[] {
  const rows = reported.slice(0, maxRows).map(({ result }) => {
    const mark = { pass: 'pass', fail: '**fail**', undecided: '**undecided**' }[standingOf(result)]
    return row([mark, code(titleOf(result)), result.verdict, text(kindOf(result)), expectationWord(result)])
  })
  const left = reported.length - maxRows
  return [
    `\n<details><summary>All ${reported.length}</summary>\n`,
    '| | instance | verdict | kind | |\n|---|---|---|---|---|',
    ...rows,
    ...(left > 0 ? [`\n${left} more were checked.`] : []),
    '\n</details>',
  ]
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Characters of a name or sentence. */
const maxText = 2_000

/** A hyphen, underscore or colon inside a word means nothing, nor does a full stop that makes neither a list nor a link. */
const meaningful =
  /(?<![A-Za-z0-9])[-_]|[-_](?![A-Za-z0-9])|(?<![A-Za-z]):|:(?!\d)|(?<=^\d{1,9})[.)]|(?<=\bwww)\.|[^A-Za-z0-9 ,;.:()'/=_\u00a0-\u{10ffff}-]/giu

/** Text in which nothing is Markdown or HTML: whatever could be is written by its code point. */
const text = (words: string): string =>
  printable(words.toWellFormed().slice(0, maxText).toWellFormed())
    .replace(/\s+/g, ' ')
    .replace(meaningful, (c) => `&#${c.codePointAt(0)};`)

/** The same where names are not looked up: `@somebody` and `#12` stay what they are. */
const code = (words: string): string => `<code>${text(words)}</code>`
