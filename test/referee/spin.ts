// SPDX-License-Identifier: Apache-2.0
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What SPIN can see of a system. */
export interface Sight {
  /** Reachable states, every one. */
  readonly states: number
  /** Some state has no transition although a process in it may not stay there: neither at rest nor stopped by a fault. */
  readonly deadlock: boolean
  /** Some fault is reported. */
  readonly fault: boolean
}

/** A tool that is needed and not installed. */
export const missingTool = ['spin', 'gcc'].find((tool) => spawnSync(tool, ['--version']).error !== undefined)

const run = promisify(execFile)
/** Without partial-order reduction; a state vector far above what small models need. Compiling takes longer than running. */
const compile = ['-O0', '-w', '-DSAFETY', '-DNOREDUCE', '-DVECTORSZ=16384', '-o', 'pan', 'pan.c']
const search = ['-n', '-w18', '-m200000']

/**
 * Has SPIN explore a Promela text. Three runs of its verifier, since an error found would end the counting.
 * @throws Error if a search did not complete for another reason than the error it looks for.
 */
export async function spin(promela: string): Promise<Sight> {
  const free = await slots.take()
  const cwd = await mkdtemp(join(tmpdir(), 'fencecheck-spin-'))
  try {
    await writeFile(join(cwd, 'model.pml'), promela)
    await run('spin', ['-a', 'model.pml'], { cwd })
    await run('gcc', compile, { cwd })
    const pan = async (...options: string[]): Promise<string> =>
      (await run('./pan', [...search, ...options], { cwd })).stdout
    const finds = async (error: RegExp, option: string): Promise<boolean> => {
      const report = await pan(option)
      const found = error.test(report)
      if (!found) complete(report)
      return found
    }
    const all = complete(await pan('-A', '-E', '-c0'))
    return {
      states: Number(/(\d+) states, stored/.exec(all)![1]),
      deadlock: await finds(/^pan:\d+: invalid end state/m, '-A'),
      fault: await finds(/^pan:\d+: assertion violated/m, '-E'),
    }
  } finally {
    await rm(cwd, { recursive: true })
    free()
  }
}

/** The report of a search that saw everything. */
function complete(report: string): string {
  if (/not completed|too small|errors: [^0]/.test(report) || !report.includes('states, stored'))
    throw new Error(`SPIN did not complete its search:\n${report}`)
  return report
}

/** As many compilers at once as there are processors. */
class Slots {
  #free = availableParallelism()
  readonly #waiting: (() => void)[] = []

  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return () => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

const slots = new Slots()
