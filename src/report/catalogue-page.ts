// SPDX-License-Identifier: Apache-2.0
import { count } from '#base/text'
import type { Result } from '#check/result'
import { instanceName, kindOf } from './words.ts'

/** A scenario with what checking each of its instances gave. */
export interface Scenario {
  readonly id: string
  readonly summary: string
  readonly sources: readonly string[]
  readonly results: readonly Result[]
}

/**
 * The table of bundled scenarios, in Markdown: one section a subsystem, one row a scenario. Times are rounded up to a
 * few steps, so that the page changes with the models and not with the day.
 */
export function cataloguePage(scenarios: readonly Scenario[]): string {
  const bySubsystem = Map.groupBy(
    scenarios.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ({ id }) => id.slice(0, id.lastIndexOf('/')),
  )
  const results = scenarios.flatMap((scenario) => scenario.results)
  const violated = results.filter(({ verdict }) => verdict === 'violated').length
  return [
    '# Bundled scenarios',
    '',
    'Generated from the models and their verdicts by `npm run docs`; `fencecheck check models` checks them all,',
    '`fencecheck check models/<scenario>.ts` one of them with its counterexamples.',
    '',
    `${count(scenarios.length, 'scenario')}, ${count(results.length, 'instance')}: ${results.length - violated} hold, ${violated} violated.`,
    '*States* is the number stored for the largest instance, *time* that of all together.',
    ...[...bySubsystem].flatMap(([subsystem, members]) => [
      '',
      `## ${subsystem}`,
      '',
      '| scenario | what happens | verdicts | states | time | source |',
      '|---|---|---|---:|---:|---|',
      ...members.map(row),
    ]),
    '',
  ].join('\n')
}

function row({ id, summary, sources, results }: Scenario): string {
  const name = id.slice(id.lastIndexOf('/') + 1)
  const states = Math.max(...results.map(({ statistics }) => statistics.states))
  const seconds = results.reduce((sum, { statistics }) => sum + statistics.seconds, 0)
  const cells = [
    `[${name}](${id}.ts)`,
    summary,
    results.map(verdictOf).join('<br>'),
    states.toLocaleString('en-US'),
    timeStep(seconds),
    sources[0] ?? '',
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

const verdictOf = (result: Result): string => {
  const what = result.verdict === 'violated' ? `**${kindOf(result)}**` : result.verdict
  const name = instanceName(result)
  return name === '-' ? what : `${name}: ${what}`
}

const timeStep = (seconds: number): string => {
  const step = [1, 3, 10, 30, 100].find((step) => seconds <= step)
  return step === undefined ? '> 100 s' : `≤ ${step} s`
}

/** What would end a cell, or begin a tag, is written as a character. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll(/<(?!br>)/g, '&lt;')
    .replaceAll('\n', ' ')
