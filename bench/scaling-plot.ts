// SPDX-License-Identifier: Apache-2.0
import { contestants, runBy, type Contestant, type Measured, type Row, type Run } from './measured.ts'

/** The families that are drawn, a column each, as far as they were measured. */
const drawn = ['ordered-locks', 'fence-farm in-turn', 'philosophers one-reversed', 'looping-philosophers']

/** Colours that stay apart for colour-blind readers (Okabe and Ito 2008), and a dash for each, for print. */
const looks: Readonly<Record<Contestant, { readonly label: string; readonly colour: string; readonly dash: string }>> =
  {
    full: { label: 'fencecheck, every state', colour: '#56b4e9', dash: '' },
    reduced: { label: 'fencecheck, all reductions', colour: '#0072b2', dash: '' },
    default: { label: 'fencecheck, default', colour: '#009e73', dash: '2 3' },
    'spin-exported': { label: 'SPIN, exported text', colour: '#e69f00', dash: '6 3' },
    'spin-twin': { label: 'SPIN, hand-written twin', colour: '#d55e00', dash: '6 3' },
  }

const measures = [
  { of: 'states', label: 'states stored' },
  { of: 'seconds', label: 'seconds, whole command' },
] as const
type Measure = (typeof measures)[number]['of']

const panel = { width: 190, height: 170, gap: 22, left: 62, top: 74, rowGap: 56 }
const legendWidth = 250
const font = 'font-family="system-ui, sans-serif"'

/** Text of a document, in which nothing is markup. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)!};`)

const text = (x: number, y: number, what: string, attributes = ''): string =>
  `<text x="${at(x)}" y="${at(y)}"${attributes && ` ${attributes}`}>${escaped(what)}</text>`
const lineTo = (x1: number, y1: number, x2: number, y2: number, attributes: string): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" ${attributes}/>`
const at = (x: number): string => String(Math.round(x * 10) / 10)

/**
 * States and seconds against N on logarithmic scales, for each family that is drawn: the same document for the same
 * measurements. A run that did not finish is a hollow triangle at what it had reached: the truth lies above.
 */
export function scalingPlot({ rows }: Measured): string {
  const columns = drawn
    .map((family) => rows.filter((row) => row.family === family))
    .filter((column) => column.length > 0)
  const width = panel.left + Math.max(columns.length * (panel.width + panel.gap), 3 * legendWidth)
  const height = panel.top + measures.length * (panel.height + panel.rowGap)
  const parts = measures.flatMap(({ of, label }, i) => {
    const scale = logarithmic(columns.flat().flatMap(({ runs }) => runs.flatMap((run) => run[of] ?? [])))
    const top = panel.top + i * (panel.height + panel.rowGap)
    const turned = `transform="translate(14 ${at(top + panel.height / 2)}) rotate(-90)" text-anchor="middle"`
    const name = text(0, 0, label, turned)
    return [name, ...columns.map((column, c) => panelOf(column, of, scale, c, top))]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    '<title id="title">States and seconds against N: fencecheck and SPIN</title>',
    `<desc id="desc">${escaped(described(columns))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<g ${font} font-size="11" fill="#333333">`,
    ...legend(),
    ...parts,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

interface Scale {
  readonly ticks: readonly number[]
  /** From 0, the lowest tick, to 1, the highest. */
  readonly place: (value: number) => number
}

function logarithmic(values: readonly number[]): Scale {
  const logs = values.filter((value) => value > 0).map(Math.log10)
  const low = Math.floor(Math.min(...logs, 0))
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs, 0)))
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
    place: (value) => (Math.log10(value) - low) / (high - low),
  }
}

type Point = { readonly x: number; readonly y: number; readonly run: Run }

function panelOf(column: readonly Row[], of: Measure, scale: Scale, index: number, top: number): string {
  const left = panel.left + index * (panel.width + panel.gap)
  const sizes = column.map(({ N }) => N)
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)]
  const x = (N: number): number => left + 8 + ((N - first) / Math.max(1, last - first)) * (panel.width - 16)
  const y = (value: number): number => top + panel.height * (1 - scale.place(value))
  const bottom = top + panel.height
  return [
    text(left, top - 8, column[0]!.family, 'font-weight="600"'),
    ...scale.ticks.map((tick) => lineTo(left, y(tick), left + panel.width, y(tick), 'stroke="#e3e3e3"')),
    ...(index === 0 ? scale.ticks.map((tick) => text(left - 6, y(tick) + 4, short(tick), 'text-anchor="end"')) : []),
    ...sizes.map((N) => text(x(N), bottom + 15, String(N), 'text-anchor="middle" font-size="10"')),
    text(left + panel.width, bottom + 29, 'N', 'text-anchor="end" font-style="italic"'),
    lineTo(left, bottom, left + panel.width, bottom, 'stroke="#888888"'),
    ...contestants.map((by) => {
      const points = column.flatMap((row): readonly Point[] => {
        const run = runBy(row, by)
        return run?.[of] === undefined ? [] : [{ x: x(row.N), y: y(run[of]), run }]
      })
      return series(by, points)
    }),
  ].join('\n')
}

function series(by: Contestant, points: readonly Point[]): string {
  const { colour, dash } = looks[by]
  const path = points.map(({ x, y }) => `${at(x)},${at(y)}`).join(' ')
  const line = `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"${dashed(dash)}/>`
  const marks = points.map(({ x, y, run }) =>
    run.stopped === undefined
      ? `<circle cx="${at(x)}" cy="${at(y)}" r="2.5" fill="${colour}"/>`
      : `<path d="M${at(x - 4)} ${at(y + 3)}h8l-4 -8z" fill="#ffffff" stroke="${colour}"/>`,
  )
  return points.length === 0 ? '' : line + marks.join('')
}

const dashed = (dash: string): string => (dash === '' ? '' : ` stroke-dasharray="${dash}"`)

function legend(): readonly string[] {
  return contestants.map((by, i) => {
    const { label, colour, dash } = looks[by]
    const [left, y] = [panel.left + (i % 3) * legendWidth, 16 + Math.floor(i / 3) * 18]
    const stroke = `stroke="${colour}" stroke-width="2"${dashed(dash)}`
    return lineTo(left, y, left + 26, y, stroke) + text(left + 32, y + 4, label)
  })
}

const short = (n: number): string =>
  n >= 1e9 ? `${n / 1e9}G` : n >= 1e6 ? `${n / 1e6}M` : n >= 1e3 ? `${n / 1e3}k` : String(n)

/** The largest instance of each family in words, for whoever does not see the lines. */
function described(columns: readonly (readonly Row[])[]): string {
  const said = columns.map((column) => {
    const { family, N, runs } = column.at(-1)!
    const each = runs.map(({ by, states, seconds, stopped }) => {
      const than = stopped === undefined ? '' : 'more than '
      return `${looks[by].label} ${than}${states ?? 'unknown'} states in ${than}${seconds.toFixed(1)} s`
    })
    return `${family}, N = ${N}: ${each.join('; ')}.`
  })
  return `Logarithmic scales; a hollow triangle is a run that did not finish. ${said.join(' ')}`
}
