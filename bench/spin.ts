// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * SPIN's own count and the seconds of its search; with `wholeCommand` those of generating and compiling the verifier
 * too. `reduced` leaves its partial-order reduction on.
 */
export function spin(
  promela: string,
  { reduced = false, wholeCommand = false }: { readonly reduced?: boolean; readonly wholeCommand?: boolean } = {},
): { readonly states: number; readonly seconds: number } {
  const folder = mkdtempSync(join(tmpdir(), 'fencecheck-bench-'))
  try {
    writeFileSync(join(folder, 'model.pml'), promela)
    const begin = performance.now()
    execFileSync('spin', ['-a', 'model.pml'], { cwd: folder, stdio: 'ignore' })
    execFileSync('gcc', ['-O2', '-w', '-DSAFETY', ...(reduced ? [] : ['-DNOREDUCE']), '-o', 'pan', 'pan.c'], {
      cwd: folder,
    })
    const start = performance.now()
    const out = execFileSync('./pan', ['-A', '-E', '-c0', '-n', '-m1000000'], { cwd: folder, encoding: 'utf8' })
    const states = Number(/(\d+) states, stored/.exec(out)?.[1])
    return { states, seconds: (performance.now() - (wholeCommand ? begin : start)) / 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Prints a line of a table. */
export const row = (...cells: (string | number)[]): void =>
  void process.stdout.write(`${cells.map((cell, i) => String(cell).padStart(i === 0 ? 26 : 12)).join('')}\n`)
