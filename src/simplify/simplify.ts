// SPDX-License-Identifier: Apache-2.0
import { count } from '#base/text'
import type { Machine } from '#system/machine'
import { readsOf } from '#system/footprint'
import type { System, TransitionId, VarId } from '#system/system'
import { decided } from './decided.ts'
import { impossibleFaults } from './impossible-faults.ts'
import { leafLocks } from './leaf-locks.ts'
import { localSteps } from './local-steps.ts'
import { composed, lifted, unchanged, type Pass, type Rewriting } from './rewriting.ts'
import { slice } from './slice.ts'
import { viewOf } from './view.ts'

/** A smaller system that is judged as the original is, and the way back (docs/theory-rewriting.md). */
export interface Simplified {
  readonly system: System
  /** The run of the original that a run of `system` stands for. */
  lift(path: readonly TransitionId[]): TransitionId[]
  /** The transitions of the original that are fired when this one is. */
  standsFor(id: TransitionId): readonly TransitionId[]
  /** Those that every run of the original begins with; `system` starts behind them. */
  readonly before: readonly TransitionId[]
  /** The original's states behind those of a machine that executes `system`: only to be looked at. */
  view<S>(machine: Machine<S>): Machine<S>
  /** What was taken away, in words; empty if nothing was. */
  readonly did: readonly string[]
}

/** In this order, by what each takes away. */
export const passes: Readonly<Record<string, Pass>> = {
  'impossible fault': (system) => impossibleFaults(system),
  'leaf lock': leafLocks,
  'sliced variable': slice,
  'local step': localSteps,
}

/** The same system, whose guards say nothing of these variables. */
const without = (idle: ReadonlySet<VarId>, system: System): System => ({
  ...system,
  transitions: system.transitions.map((t) => ({ ...t, guard: t.guard.filter((g) => readsOf(g).isDisjointFrom(idle)) })),
})

/** Simplifies a system with every pass, or with others, perhaps after another rewriting of it. */
export function simplified(
  original: System,
  asked: Readonly<Record<string, Pass>> = passes,
  first: Rewriting = unchanged(original),
): Simplified {
  let whole = first
  const did: string[] = []
  for (const [noun, pass] of Object.entries(asked)) {
    const next = pass(whole.system)
    if (next.removed > 0) did.push(count(next.removed, noun))
    whole = composed(whole, next)
  }
  return {
    system: whole.system,
    lift: (path) => lifted(whole, path),
    standsFor: (id) => whole.standsFor[id]!,
    before: whole.before,
    view: (machine) => viewOf(machine, without(whole.idle, decided(original)), whole.variables),
    did,
  }
}
