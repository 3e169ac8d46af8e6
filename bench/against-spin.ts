// SPDX-License-Identifier: Apache-2.0
// The interpreter against SPIN without reduction, on the same systems, in one run: states, seconds, ratio, memory.
//   npm run bench            (needs spin and gcc)
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from '#check/check'
import { toPromela } from '#export/promela'
import { lower } from '#semantics/lower/lower'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'

const cases: readonly (readonly [ModelSource, string | undefined, number])[] = [
  [orderedLocks, undefined, 5],
  [orderedLocks, undefined, 6],
  [orderedLocks, undefined, 7],
  [fenceFarm, 'in-turn', 2],
  [fenceFarm, 'in-turn', 3],
  [fenceFarm, 'atomic', 3],
]

/** SPIN's own count and the seconds of its search, without generating and compiling the verifier. */
function spin(promela: string): { readonly states: number; readonly seconds: number } {
  const folder = mkdtempSync(join(tmpdir(), 'fencecheck-bench-'))
  try {
    writeFileSync(join(folder, 'model.pml'), promela)
    execFileSync('spin', ['-a', 'model.pml'], { cwd: folder, stdio: 'ignore' })
    execFileSync('gcc', ['-O2', '-w', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c'], { cwd: folder })
    const start = performance.now()
    const out = execFileSync('./pan', ['-A', '-E', '-c0', '-n', '-m1000000'], { cwd: folder, encoding: 'utf8' })
    const states = Number(/(\d+) states, stored/.exec(out)?.[1])
    return { states, seconds: (performance.now() - start) / 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const row = (...cells: (string | number)[]): void =>
  void process.stdout.write(`${cells.map((cell, i) => String(cell).padStart(i === 0 ? 26 : 12)).join('')}\n`)

row('family', 'states', 'agree', 'ours s', 'SPIN s', 'ratio', 'ours MiB')
for (const [source, variant, N] of cases) {
  const model = source.instantiate(variant, { N })
  const { statistics } = await check(model, source.registry)
  const referee = spin(toPromela(lower(model, source.registry)))
  const { states, seconds, peakMemoryBytes } = statistics
  row(
    `${source.id.replace('bench/', '')} ${variant ?? ''} ${N}`,
    states,
    referee.states === states ? 'yes' : `NO ${referee.states}`,
    seconds.toFixed(2),
    referee.seconds.toFixed(2),
    (seconds / referee.seconds).toFixed(1),
    Math.round(peakMemoryBytes / 2 ** 20),
  )
}
