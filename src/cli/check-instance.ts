// SPDX-License-Identifier: Apache-2.0
import { check } from '#check/check'
import type { MachineChoice } from '#check/machine'
import type { Progress, ReductionChoice, SymmetryChoice } from '#check/options'
import type { Result } from '#check/result'
import type { Kind } from '#ir/model'
import type { LockdepBuild } from '#lockdep/view/view'
import type { Instance } from './arguments.ts'
import { inFile } from './in-file.ts'

/** What the command line says about a check: plain data, which also goes to other threads. */
export interface Wanted {
  readonly kinds: readonly Kind[]
  readonly maxStates?: number
  readonly maxMemory?: number
  readonly timeout?: number
  readonly depthFirst?: boolean
  readonly machine: MachineChoice
  readonly reduction: ReductionChoice
  readonly symmetry?: SymmetryChoice
  readonly checkReduction?: boolean
  readonly shortest?: boolean
  readonly all?: boolean
  readonly expect: boolean
  readonly lockdep?: LockdepBuild
}

/**
 * Builds one instance, by running the model's own code, and answers what checks it: until then nothing can end it but the
 * end of its thread.
 */
export function prepared(
  { model, variant, params, switches }: Instance,
  wanted: Wanted,
): (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result> {
  const { kinds, maxStates, maxMemory, timeout, depthFirst, machine, reduction, symmetry, checkReduction, expect } =
    wanted
  const built = inFile(model.file, () => model.instantiate(variant, params, switches))
  const options = {
    kinds,
    machine,
    reduction,
    checkReduction: checkReduction === true,
    shortest: wanted.shortest === true,
    all: wanted.all === true,
    ...(wanted.lockdep !== undefined && { lockdep: wanted.lockdep }),
    expect,
    ...(depthFirst === true && { order: 'depth-first' as const }),
    ...(symmetry !== undefined && { symmetry }),
    ...(maxStates !== undefined && { maxStates }),
    ...(maxMemory !== undefined && { maxMemoryBytes: maxMemory }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
  }
  return (signal, onProgress) =>
    inFile(model.file, () => check(built, model.registry, { ...options, signal, onProgress }))
}
