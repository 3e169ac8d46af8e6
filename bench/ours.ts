// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Family } from './families.ts'
import type { Contestant, Measured, Run } from './measured.ts'

const root = join(import.meta.dirname, '..')

/** How the command is told what to do. */
const asked = {
  full: ['--reduction', 'none'],
  reduced: ['--reduction', 'full'],
  default: [],
} satisfies Partial<Record<Contestant, readonly string[]>>
export type Ours = keyof typeof asked

/** What is read of `check --json` (docs/json-documents.md). */
interface Told {
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly asExpected: boolean
  readonly mismatch: string | null
  readonly complete: boolean
  readonly because: string | null
  readonly states: number
  readonly transitions: number
  readonly reductions: readonly string[]
  readonly peakMemoryBytes: number
}

/**
 * `fencecheck check` of one instance in a process of its own, from start to exit.
 * @throws Error if the verdict is not what the model expects, or a full search was reduced.
 */
export function ours(by: Ours, { source, variant }: Family, N: number, limits: Measured['limits']): Run {
  const traces = mkdtempSync(join(tmpdir(), 'fencecheck-bench-'))
  try {
    const instance = [
      `models/${source.id}.ts`,
      '--param',
      `N=${N}`,
      ...(variant === undefined ? [] : ['--variant', variant]),
    ]
    // With limits of its own the command decides otherwise by default, so only this process limits it then.
    const within = by === 'default' ? [] : ['--timeout', `${limits.seconds}s`, '--max-memory', `${limits.memoryBytes}`]
    const options = ['--json', '--trace-dir', traces, ...asked[by], ...within]
    const patience = by === 'default' ? 0 : 30
    const start = performance.now()
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      ['bin/fencecheck.js', 'check', ...instance, ...options],
      { cwd: root, encoding: 'utf8', timeout: (limits.seconds + patience) * 1000, maxBuffer: 2 ** 30 },
    )
    const seconds = Math.round(performance.now() - start) / 1000
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return { by, seconds, stopped: 'time' }
    if (status !== 0 && status !== 3)
      throw new Error(`${source.id} ${N}, ${by}: exit status ${status}\n${stdout}${stderr}`)
    return { by, seconds, ...readTold(by, (JSON.parse(stdout) as { models: readonly [Told] }).models[0]) }
  } finally {
    rmSync(traces, { recursive: true })
  }
}

function readTold(by: Ours, told: Told): Omit<Run, 'by' | 'seconds'> {
  const { verdict, because, states, transitions, peakMemoryBytes: memoryBytes } = told
  const reductions = told.reductions.join(', ')
  if (by === 'full' && reductions !== '') throw new Error(`a full search used ${reductions}`)
  if (told.complete && verdict === 'unknown') throw new Error(`no verdict: ${because}`)
  const outcome =
    verdict === 'unknown' ? ({ stopped: /memory/.test(because!) ? 'memory' : 'time' } as const) : { verdict }
  return { ...outcome, states, transitions, memoryBytes, ...(reductions !== '' && { reductions }) }
}
