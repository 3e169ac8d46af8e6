// SPDX-License-Identifier: Apache-2.0
import { check } from '#check/check'
import type { MachineChoice } from '#check/machine'
import type { ReductionChoice, SymmetryChoice } from '#check/options'
import type { Result } from '#check/result'
import type { Kind } from '#ir/model'
import type { Instance } from './arguments.ts'
import type { Interrupt } from './interrupt.ts'
import type { ProgressLine } from './progress.ts'

/** What the command line says about a check. */
interface Wanted {
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
}

/** Builds and checks one instance. Ctrl-C ends the check with what is known; before that the model's own code runs. */
export async function checkInstance(
  { model, variant, params, switches }: Instance,
  wanted: Wanted,
  interrupt: Interrupt,
  progress: ProgressLine,
): Promise<Result> {
  const { kinds, maxStates, maxMemory, timeout, depthFirst, machine, reduction, symmetry, checkReduction, expect } =
    wanted
  const name = variant === undefined ? model.id : `${model.id} ${variant}`
  const built = model.instantiate(variant, params, switches)
  try {
    return await interrupt.during(() =>
      check(built, model.registry, {
        kinds,
        machine,
        reduction,
        checkReduction: checkReduction === true,
        shortest: wanted.shortest === true,
        all: wanted.all === true,
        expect,
        signal: interrupt.signal,
        order: depthFirst === true ? 'depth-first' : 'breadth-first',
        ...(symmetry !== undefined && { symmetry }),
        ...(maxStates !== undefined && { maxStates }),
        ...(maxMemory !== undefined && { maxMemoryBytes: maxMemory }),
        ...(timeout !== undefined && { timeoutSeconds: timeout }),
        onProgress: (state) => progress.show(name, state),
      }),
    )
  } finally {
    progress.clear()
  }
}
