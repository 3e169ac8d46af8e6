// SPDX-License-Identifier: Apache-2.0
// fencecheck against SPIN with its own reduction, whole command against whole command, in one run: a table on the
// terminal, and all of it as JSON with the plot of it beside.
//   npm run bench                      writes bench/results/latest.json and .svg (needs spin and gcc)
//   npm run bench -- docs/bench.json         writes the reference that is committed
//   npm run bench -- --family ordered-locks     only the families of that name
// A contestant that hits a limit on an instance is not tried on larger ones of that family.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { toPromela } from '#export/promela'
import { lower } from '#semantics/lower/lower'
import { families, type Family } from './families.ts'
import { contestants, medians, type Contestant, type Measured, type Row, type Run } from './measured.ts'
import { ours } from './ours.ts'
import { scalingPlot } from './scaling-plot.ts'
import { verify } from './spin.ts'
import { heading, medianText, rowText } from './table.ts'

const limits = { seconds: 40, memoryBytes: 4 * 2 ** 30 }

const { values, positionals } = parseArgs({ allowPositionals: true, options: { family: { type: 'string' } } })
const output = positionals[0] ?? join(import.meta.dirname, 'results/latest.json')

const twinText = (file: string): string => readFileSync(join(import.meta.dirname, 'spin', file), 'utf8')
const exported = ({ source, variant }: Family, N: number): string =>
  toPromela(lower(source.instantiate(variant, { N }), source.registry))

function run(by: Contestant, family: Family, N: number): Run {
  if (!by.startsWith('spin')) return ours(by as Parameters<typeof ours>[0], family, N, limits)
  const { file, defines } = family.twin
  const report =
    by === 'spin-twin'
      ? verify(twinText(file), { defines: [`-DN=${N}`, ...defines], limits })
      : verify(exported(family, N), { compile: ['-DVECTORSZ=8192'], limits })
  const { searchSeconds: _, ...told } = report
  return { by, ...told }
}

function measure(family: Family): readonly Row[] {
  const out = new Set<Contestant>()
  return family.sizes.map((N) => {
    const runs: Run[] = []
    for (const by of contestants) {
      const upTo = by === 'full' ? family.fullUpTo : by.startsWith('spin') ? family.spinUpTo : Infinity
      if (N > upTo || out.has(by)) continue
      const told = run(by, family, N)
      if (told.stopped !== undefined) out.add(by)
      runs.push(told)
    }
    const verdicts = new Set(runs.flatMap(({ verdict }) => verdict ?? []))
    if (verdicts.size > 1) throw new Error(`verdicts differ on ${family.name} ${N}: ${JSON.stringify(runs)}`)
    const row = { family: family.name, N, runs }
    process.stdout.write(`${rowText(row)}\n`)
    return row
  })
}

const version = (command: string): string =>
  /\d+\.\d+(\.\d+)?/.exec(execFileSync(command, [command === 'spin' ? '-V' : '--version'], { encoding: 'utf8' }))![0]

process.stdout.write(`${heading}\n`)
const rows = families
  .filter(({ name }) => values.family === undefined || name.startsWith(values.family))
  .flatMap(measure)
const measured: Measured = {
  schema: 'fencecheck-bench/1',
  machine: {
    processor: cpus()[0]!.model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAtStart: Math.round(loadavg()[0]! * 10) / 10,
    node: process.versions.node,
    spin: version('spin'),
    gcc: version('gcc'),
  },
  limits,
  rows,
  medians: medians(rows),
}
for (const median of measured.medians) process.stdout.write(`${medianText(median)}\n`)
mkdirSync(dirname(output), { recursive: true })
writeFileSync(output, `${JSON.stringify(measured, undefined, 2)}\n`)
writeFileSync(output.replace(/(\.json)?$/, '.svg'), scalingPlot(measured))
