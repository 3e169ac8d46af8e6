// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Explanation, Row } from '#trace/explanation'
import type { Trace, TraceStep } from '#trace/trace'
import { wrap, type Style } from './words.ts'

/**
 * A counterexample as text: headline, who holds what and waits for what, the wait cycle, and the steps with one
 * column a process. The same trace gives the same bytes.
 */
export function traceText(trace: Trace, explanation: Explanation, style: Style, width = 100): string {
  const { outcome } = trace
  const title = [outcome.kind, outcome.shape === undefined || outcome.shape === 'none' ? '' : `(${outcome.shape})`]
    .filter((x) => x !== '')
    .join(' ')
  const cycle =
    explanation.cycle.length === 0 ? [] : ['', 'waits', ...explanation.cycle.map((line) => wrap(line, width, '  '))]
  const body = [
    '',
    ...holdWaitTable(explanation.table, width),
    ...cycle,
    '',
    ...columns(trace.steps, explanation.table, width),
    ...(outcome.escapes === 'off' ? ['  -- from here on no timeout and no signal comes to the rescue --'] : []),
    '',
  ].join('\n')
  // Text of the trace is made harmless before colours are put around any of it.
  return `${style.bad(title)}: ${printable(explanation.headline)}\n${printable(body)}`
}

function holdWaitTable(rows: readonly Row[], width: number): string[] {
  const involved = rows.filter((row) => row.status !== 'at rest' || row.holds.length > 0)
  const quiet = rows.filter((row) => !involved.includes(row)).map((row) => row.process)
  const lines = involved.flatMap((row) => {
    const held = row.holds.map((hold) => `${hold.object} (${hold.mode}, since step ${hold.since})`)
    const place = [row.at, row.kernel].filter((x) => x !== undefined).join(', ')
    return [
      `  ${row.process} [${row.context}] ${row.status}`,
      ...(held.length > 0 ? [wrap(`holds ${held.join(', ')}`, width, '      ')] : []),
      ...(row.waitsFor === '' ? [] : [wrap(`waits for ${row.waitsFor}`, width, '      ')]),
      ...(place === '' ? [] : [`      at ${place}`]),
    ]
  })
  return ['at the end', ...lines, ...(quiet.length > 0 ? [wrap(`at rest: ${quiet.join(', ')}`, width, '  ')] : [])]
}

const gap = '  '

/** A row a step, and under them the step that each stuck process cannot take. */
function columns(steps: readonly TraceStep[], table: readonly Row[], width: number): string[] {
  const shown = table.filter((row) => row.status === 'stuck' || steps.some((step) => step.process === row.process))
  const number = Math.max(4, String(steps.length).length + 2)
  const room = Math.floor((width - number) / Math.max(1, shown.length)) - gap.length
  if (room < 16) return list(steps, number)
  const blocked = (row: Row): string => (row.blockedAt === undefined ? '' : `... ${row.blockedAt}`)
  const own = (row: Row): string[] => steps.filter((step) => step.process === row.process).map(text)
  const widths = shown.map((row) =>
    Math.min(room, Math.max(...[row.process, blocked(row), ...own(row)].map((cell) => cell.length))),
  )
  const line = (head: string, cell: (row: Row) => string): string =>
    [head.padStart(number), ...shown.map((row, i) => fit(cell(row), widths[i]!))].join(gap).trimEnd()
  return [
    line('step', (row) => row.process),
    ...steps.map((step, i) =>
      shown.some((row) => row.process === step.process)
        ? line(String(i + 1), (row) => (row.process === step.process ? text(step) : ''))
        : `${String(i + 1).padStart(number)}${gap}${text(step)}`,
    ),
    ...(shown.some((row) => blocked(row) !== '') ? [line('', blocked)] : []),
  ]
}

/** More processes than fit side by side: one line a step. */
const list = (steps: readonly TraceStep[], number: number): string[] => [
  'steps',
  ...steps.map((step, i) => `${String(i + 1).padStart(number)}${gap}${step.process}: ${text(step)}`),
]

const text = (step: TraceStep): string =>
  step.inside === undefined ? step.step : `${step.step} [in ${step.inside.join(' > ')}]`

const fit = (s: string, width: number): string => (s.length > width ? `${s.slice(0, width - 1)}~` : s.padEnd(width))
