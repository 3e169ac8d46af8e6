// SPDX-License-Identifier: Apache-2.0
import { groups, ratio, type Median, type Ratio, type Row, type Run } from './measured.ts'

/** Prints a line of a table. */
export const row = (...cells: (string | number)[]): void =>
  void process.stdout.write(`${cells.map((cell, i) => String(cell).padStart(i === 0 ? 26 : 12)).join('')}\n`)

const names = {
  full: 'every state',
  reduced: 'all reductions',
  default: 'default',
  'spin-exported': 'SPIN, exported',
  'spin-twin': 'SPIN, twin',
} as const

const whole = (n: number | undefined): string => (n === undefined ? '-' : Math.round(n).toLocaleString('en-US'))

const line = (...cells: readonly string[]): string =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(i === 0 ? 30 : 16) : cell.padStart(14))).join('')

export const heading = line('family, N', 'by', 'states', 'transitions', 'seconds', 'MiB', 'verdict')

/** An instance: a line for each run, and how ours compares with the better of SPIN's two texts. */
export function rowText(measured: Row): string {
  const name = `${measured.family}, ${measured.N}`
  const lines = measured.runs.map((run, i) => runText(i === 0 ? name : '', run))
  const compared = (['reduced', 'default'] as const).flatMap((by) => {
    const [faster, fewer] = [ratio(measured, by, 'seconds'), ratio(measured, by, 'states')]
    return faster === undefined || fewer === undefined
      ? []
      : [`${names[by]} ${ratioText(faster)} faster, ${ratioText(fewer)} fewer`]
  })
  return [...lines, ...(compared.length === 0 ? [] : [line('', compared.join('; '))])].join('\n')
}

function runText(name: string, run: Run): string {
  const least = (text: string): string => (run.stopped === undefined || text === '-' ? text : `> ${text}`)
  const mebibytes = run.memoryBytes === undefined ? undefined : run.memoryBytes / 2 ** 20
  return line(
    name,
    names[run.by],
    least(whole(run.states)),
    least(whole(run.transitions)),
    least(run.seconds.toFixed(2)),
    least(whole(mebibytes)),
    run.verdict ?? `(${run.stopped})`,
  )
}

const ratioText = ({ value, atLeast }: Ratio): string =>
  `${atLeast ? '> ' : ''}${value < 10 ? value.toFixed(1) : whole(value)}x`

export const medianText = ({ by, what, of, ratio, least, rows }: Median): string =>
  `${names[by]} against the better of SPIN's two texts, ${of === 'all' ? 'all rows' : `rows that take SPIN ${groups[of]} s and more`}: median ${ratioText(ratio)} ${what}, at least ${ratioText(least)} (${rows} rows)`
