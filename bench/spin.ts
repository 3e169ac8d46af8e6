// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measured, Run } from './measured.ts'

interface Report extends Omit<Run, 'by' | 'reductions'> {
  /** Without generating and compiling the verifier. */
  readonly searchSeconds: number
}
interface Options {
  readonly defines?: readonly string[]
  readonly compile?: readonly string[]
  readonly search?: readonly string[]
  readonly limits?: Measured['limits']
}

/**
 * Has SPIN verify a text: `spin -a`, `gcc -O2`, `./pan`. It looks for invalid end states and failed assertions and stops
 * at the first, unless told otherwise. A verifier that is interrupted reports what it has stored so far.
 * @throws Error if one of the three fails, or a report is not understood.
 */
export function verify(promela: string, { defines = [], compile = [], search = [], limits }: Options = {}): Report {
  const cwd = mkdtempSync(join(tmpdir(), 'fencecheck-bench-'))
  try {
    writeFileSync(join(cwd, 'model.pml'), promela)
    const begin = performance.now()
    execFileSync('spin', ['-a', ...defines, 'model.pml'], { cwd, stdio: 'ignore' })
    const bound = limits === undefined ? [] : [`-DMEMLIM=${limits.memoryBytes / 2 ** 20}`]
    const options = ['-O2', '-w', '-DSAFETY', '-DNOFAIR', ...bound, ...compile]
    execFileSync('gcc', [...options, '-o', 'pan', 'pan.c'], { cwd })
    const start = performance.now()
    const left = limits === undefined ? undefined : Math.max(1, Math.round(limits.seconds * 1000 - (start - begin)))
    // To a file: what an interrupted verifier says would not come through a pipe that is closed already.
    const out = openSync(join(cwd, 'report'), 'w')
    spawnSync('./pan', ['-n', '-m1000000', ...search], {
      cwd,
      stdio: ['ignore', out, 'ignore'],
      ...(left !== undefined && { timeout: left, killSignal: 'SIGINT' }),
    })
    closeSync(out)
    const end = performance.now()
    return {
      ...read(readFileSync(join(cwd, 'report'), 'utf8')),
      seconds: Math.round(end - begin) / 1000,
      searchSeconds: (end - start) / 1000,
    }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** What a verifier prints at its end. */
export function read(report: string): Omit<Report, 'seconds' | 'searchSeconds'> {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(report)?.[1]
    if (found === undefined) throw new Error(`SPIN's report has no ${pattern.source}:\n${report}`)
    return Number(found)
  }
  const violated = number(/errors: (\d+)/) > 0
  const stopped = /^Interrupted/m.test(report)
    ? 'time'
    : /reached -DMEMLIM bound|out of memory/.test(report)
      ? 'memory'
      : /search depth too small/.test(report)
        ? 'depth'
        : undefined
  return {
    ...(violated ? { verdict: 'violated' } : stopped === undefined ? { verdict: 'holds' } : { stopped }),
    states: number(/([\d.e+]+) states, stored/),
    transitions: number(/([\d.e+]+) transitions/),
    memoryBytes: Math.round(number(/([\d.]+)\s+total actual memory usage/) * 2 ** 20),
  }
}

/** How many states SPIN stores without reduction, whatever errors there are, and the seconds of its search alone. */
export function spin(promela: string): { readonly states: number; readonly seconds: number } {
  const { states, searchSeconds } = verify(promela, { compile: ['-DNOREDUCE'], search: ['-A', '-E', '-c0'] })
  return { states: states!, seconds: searchSeconds }
}
