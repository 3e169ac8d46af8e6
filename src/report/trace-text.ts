// SPDX-License-Identifier: Apache-2.0
import { listed, printable } from '#base/text'
import type { Edge, Explanation, Row } from '#trace/explanation'
import type { Trace } from '#trace/trace'
import { laneChart } from './lane-chart.ts'
import { unicodeSymbols, type Symbols } from './symbols.ts'
import { wrap, type Style } from './words.ts'

/** How a counterexample is set. */
export interface Manner {
  readonly style: Style
  /** Columns; 40 at least. */
  readonly width: number
  readonly symbols?: Symbols
  /** Makes a place in the model a hyperlink, on a terminal that has them. */
  readonly link?: ((at: string) => string) | undefined
}

/** Text from a model or a trace: it can neither steer the terminal nor look like another line. */
const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ')

/** Prose wider than this is hard to read. */
const widestProse = 120

/**
 * A counterexample as text: headline, who holds what and waits for what, the wait cycle, and the steps with one column a
 * process. The same trace gives the same bytes.
 */
export function traceText(trace: Trace, explanation: Explanation, manner: Manner): string {
  const { style, symbols = unicodeSymbols, width } = manner
  const { outcome } = trace
  const shape = outcome.shape === undefined || outcome.shape === 'none' ? '' : ` (${outcome.shape})`
  const prose = { ...manner, width: Math.min(width, widestProse) }
  const title = wrap(oneLine(`${outcome.kind}${shape}: ${explanation.headline}`), prose.width, '')
  const sections = [
    [title.replace(`${outcome.kind}${shape}`, (kind) => style.bad(kind))],
    holdWaitTable(explanation.table, trace, prose),
    explanation.edges.length === 0 ? [] : waitCycle(explanation.edges, symbols, prose),
    laneChart(trace, explanation, symbols, width).map((line) => line.show(style)),
    outcome.escapes === 'off' ? ['-- from here on no timeout and no signal comes to the rescue --'] : [],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function holdWaitTable(rows: readonly Row[], { outcome }: Trace, manner: Manner): readonly string[] {
  const of = (...statuses: readonly Row['status'][]): readonly Row[] =>
    rows.filter((row) => statuses.includes(row.status))
  const resting = of('at rest').filter((row) => row.holds.length > 0)
  const quiet = of('at rest').filter((row) => row.holds.length === 0)
  const running = of('runs on').filter((row) => row.holds.length > 0)
  const silent = of('runs on').filter((row) => row.holds.length === 0)
  const others =
    outcome.code !== undefined
      ? 'elsewhere'
      : outcome.kind === 'partial-deadlock'
        ? 'still running, which does not help'
        : 'can still move, which does not help'
  const section = (title: string, some: readonly Row[]): readonly string[] =>
    some.length === 0 ? [] : [manner.style.strong(title), ...some.flatMap((row) => rowLines(row, manner))]
  const names = (title: string, some: readonly Row[]): readonly string[] =>
    some.length === 0 ? [] : [wrap(oneLine(`${title}: ${listed(some.map((row) => row.process))}`), manner.width, '')]
  return [
    ...section('stuck', of('stuck')),
    ...section('goes round for ever', of('goes round')),
    ...section('at fault', of('faulted')),
    ...section('waits as long as that goes on', of('waits')),
    ...section('at rest, holding', resting),
    ...section(others, running),
    ...names(others, silent),
    ...names('at rest', quiet),
  ]
}

function rowLines(row: Row, { width, link = (at) => at, style }: Manner): readonly string[] {
  const held = row.holds.map(({ object, mode, since, queued }) => {
    const what = queued !== true && mode.includes(' ') ? mode : `${object} (${mode})`
    return `${what} ${since === 0 ? 'from the start' : `since step ${since}`}`
  })
  const place = row.inside === undefined ? row.context : `${row.context}, in ${row.inside}`
  const entry = (key: string, text: string): readonly string[] => {
    if (text === '') return []
    const [first, ...more] = wrap(oneLine(text), width - 16, '').split('\n')
    return [`    ${style.faint(key.padEnd(11))} ${first}`, ...more.map((line) => `${' '.repeat(16)}${line}`)]
  }
  // A link is put around what has been laid out.
  const where = entry('at', [row.at, row.kernel].filter((x) => x !== undefined).join(', '))
  const at = row.at === undefined ? undefined : oneLine(row.at)
  return [
    ...wrap(oneLine(`${row.process} [${place}]`), width, '  ').split('\n'),
    ...entry('holds', held.join(', ')),
    ...entry('waits for', row.waitsFor),
    ...where.map((line) => (at === undefined ? line : line.replace(at, () => link(at)))),
  ]
}

/** Who waits for whom, an arrow an edge. */
function waitCycle(edges: readonly Edge[], symbols: Symbols, manner: Manner): readonly string[] {
  const { line, toRight } = symbols
  const names = Math.max(...edges.map(({ process }) => process.length))
  const lines = edges.map(({ process, objects, classes, waitsFor, on, since, idle, at }) => {
    const thing = objects.length === 0 ? waitsFor : objects.join(', ')
    const isOwnClass = classes.length === objects.length && classes.every((name) => objects.includes(name))
    const lockClass = isOwnClass ? '' : ` (class ${classes.join(', ')})`
    const when = idle === true ? 'idle' : since === 0 ? 'from the start' : `since step ${since}`
    const arrow = `${line}${line} ${thing}${lockClass} ${line}${toRight}`
    const whom = `${arrow} ${on.length === 0 ? 'nobody' : listed(on, 'or')}, ${when}`
    return {
      text: `${oneLine(process).padEnd(names)} ${oneLine(whom)}`,
      at: at === undefined ? '' : `, ${oneLine(at)}`,
    }
  })
  // Where each stands is said above, too.
  const hasRoom = lines.every(({ text, at }) => 2 + text.length + at.length <= manner.width)
  const shown = lines.map(({ text, at }) => wrap(hasRoom ? `${text}${at}` : text, manner.width, '  '))
  return [manner.style.strong('who waits for whom'), ...shown]
}
