// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { JudgedStory } from '#check/check-story'
import type { Story, ToldEdge } from '#lockdep/stories/story'
import { traceText } from './trace-text.ts'
import { effort, oneLine, wrap, withoutCommands, type Style } from './words.ts'

interface Manner {
  readonly style: Style
  readonly width: number
}

/** A lockdep report and what the search says of it, for a person. */
export function lockdepText({ story, verdict, why, result }: JudgedStory, { style, width }: Manner): string {
  const { report } = story
  const colour = verdict === 'holds' ? style.good : verdict === 'violated' ? style.bad : style.unsure
  const violation = result?.violation
  const head = [
    `${report.kind}, line ${report.line}`,
    ...(report.kernel === undefined ? [] : [`kernel ${report.kernel}`]),
    ...(report.tasks.length === 0 ? [] : [report.tasks.join(' ')]),
  ]
  const lines = [
    style.strong(oneLine(head.join(', '))),
    '',
    ...(story.edges.length > 0 ? table(story.edges, width) : [`  lock class: ${oneLine(story.classes.join(', '))}`]),
    ...heldLines(story, width),
    '',
    `  ${colour(verdict)}${result === undefined ? '' : `  ${style.faint(effort(result))}`}`,
    ...(violation === undefined ? [wrap(oneLine(why), width, '  ')] : []),
    ...(violation === undefined
      ? []
      : ['', indented(traceText(violation.trace, violation.explanation, { style, width: width - 4 }))]),
    ...rests(story, violation !== undefined, width),
  ]
  return withoutCommands(lines.join('\n'))
}

/** The circle, a row a dependency; in two lines each where it is too wide for a table. */
function table(edges: readonly ToldEdge[], width: number): readonly string[] {
  const heads = ['lock class', 'kind', 'taken by', 'holding', 'where']
  const rows = edges.map(({ from, to, kind, who, at }) => [to, kind, who, from, at ?? ''].map((cell) => oneLine(cell)))
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  if (widths.reduce((sum, w) => sum + w + 2, 0) <= width)
    return [heads, ...rows].map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd())
  return rows.flatMap(([to, kind, who, from, at]) => [
    `  ${to}  [${kind}]`,
    `      taken by ${who} holding ${from}${at === '' ? '' : `, in ${at}`}`,
  ])
}

const heldLines = ({ report }: Story, width: number): readonly string[] =>
  report.held.map(({ task, locks }) =>
    wrap(oneLine(`held by ${task}: ${locks.map(({ name }) => name).join(', ') || 'nothing'}`), width, '  '),
  )

/** What the verdict rests on. */
function rests({ assumptions, plan }: Story, isViolated: boolean, width: number): readonly string[] {
  const all = [...assumptions.map((line) => `${isViolated ? 'provided that ' : ''}${line}`), ...(plan?.abstracts ?? [])]
  if (all.length === 0) return []
  return ['  this rests on', ...all.map((line) => wrap(printable(`- ${oneLine(line)}`), width, '    '))]
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n')
