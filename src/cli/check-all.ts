// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os'
import type { Progress } from '#check/options'
import type { Result } from '#check/result'
import type { Instance } from './arguments.ts'
import { prepared, type Wanted } from './check-instance.ts'
import type { Interrupt } from './interrupt.ts'
import { Pool } from './pool.ts'
import { ProgressLine } from './progress.ts'

/** With fewer instances for each of them threads take longer to start than they save. */
const worthAThread = 16

/** What comes of an instance: `result` may be rejected with what is wrong with its model. */
export interface Checked {
  readonly instance: Instance
  readonly result: Promise<Result>
}

/**
 * Checks instances, on several threads where that pays, and yields them in their order. A Ctrl-C ends those under way with
 * what is known; the others are left out.
 */
export async function* checkAll(
  instances: readonly Instance[],
  wanted: Wanted,
  { workers }: { readonly workers?: number },
  interrupt: Interrupt,
): AsyncGenerator<Checked> {
  const line = new ProgressLine(process.stderr)
  const show = ({ model, variant }: Instance, progress: Progress): void =>
    line.show(variant === undefined ? model.id : `${model.id} ${variant}`, progress)
  const threads = workers ?? suitable(instances.length, wanted)
  const pool = threads > 1 ? new Pool(threads, wanted, show) : undefined
  const stop = (): void => pool?.stop()
  interrupt.signal.addEventListener('abort', stop)
  const alone = async (instance: Instance): Promise<Result> => {
    const check = prepared(instance, wanted)
    return interrupt.during(() => check(interrupt.signal, (progress) => show(instance, progress)))
  }
  // Threads work on while this one tells what is known.
  const release = pool === undefined ? undefined : interrupt.hold()
  const pooled = pool === undefined ? [] : instances.map((instance) => pool.check(instance))
  try {
    for (const [i, instance] of instances.entries()) {
      if (pool === undefined && interrupt.signal.aborted) return
      const result = pool === undefined ? alone(instance) : pooled[i]!
      const known = await result.finally(() => line.clear()).catch(() => 'wrong' as const)
      if (known === undefined) return
      yield { instance, result: result as Promise<Result> }
    }
  } finally {
    interrupt.signal.removeEventListener('abort', stop)
    await pool?.close()
    await release?.()
  }
}

/** A limit of memory is one of the process, which threads would share. */
const suitable = (instances: number, { maxMemory }: Wanted): number =>
  maxMemory !== undefined ? 1 : Math.max(1, Math.min(availableParallelism(), Math.floor(instances / worthAThread)))
