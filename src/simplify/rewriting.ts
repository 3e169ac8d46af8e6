// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { writesOf } from '#system/footprint'
import { Renumbering } from '#system/renumbering'
import type { System, Transition, TransitionId, VarId } from '#system/system'

/** A transition of a rewritten system with the transitions of the system before that it stands for, in order. */
export interface Step {
  readonly transition: Transition
  readonly standsFor: readonly TransitionId[]
}

/**
 * A system rewritten into another one that is judged the same. Processes, locations and origins keep their numbers;
 * variables and transitions do not.
 */
export interface Rewriting {
  readonly system: System
  /** What each transition of `system` stands for: a schedule of the system before, from and to states that have a twin. */
  readonly standsFor: readonly (readonly TransitionId[])[]
  /** What every run of the system before begins with where `system` is there from the start. */
  readonly before: readonly TransitionId[]
  /** The variable that a variable of the system before has become; undefined if it has no part in anything judged. */
  readonly variables: readonly (VarId | undefined)[]
  /** Those variables of the system before that decide nothing any more: conjuncts that read one hold where they matter. */
  readonly idle: ReadonlySet<VarId>
  /** How many things were taken away. */
  readonly removed: number
}

/** Rewrites a system and says how to get back. */
export type Pass = (system: System) => Rewriting

/** Nothing is changed. */
export const unchanged = (system: System): Rewriting => ({
  system,
  standsFor: system.transitions.map((_, id) => [id]),
  before: [],
  variables: system.variables.map((_, v) => v),
  idle: new Set(),
  removed: 0,
})

/** A schedule of the system before: the same run. */
export const lifted = ({ before, standsFor }: Rewriting, path: readonly TransitionId[]): TransitionId[] => [
  ...before,
  ...path.flatMap((id) => standsFor[id]!),
]

/** One rewriting after the other. */
export const composed = (first: Rewriting, second: Rewriting): Rewriting => ({
  system: second.system,
  standsFor: second.standsFor.map((ids) => ids.flatMap((id) => first.standsFor[id]!)),
  before: lifted(first, second.before),
  variables: first.variables.map((v) => (v === undefined ? undefined : second.variables[v])),
  idle: new Set([
    ...first.idle,
    ...first.variables.flatMap((v, before) => (v !== undefined && second.idle.has(v) ? [before] : [])),
  ]),
  removed: first.removed + second.removed,
})

/** What a rewriting keeps. */
interface Kept {
  readonly steps: readonly Step[]
  /** Other variables are taken for constants: what assigns to them goes, what reads them reads the start value. */
  readonly variables: (v: VarId) => boolean
  readonly idle?: ReadonlySet<VarId>
  readonly before?: readonly TransitionId[]
  readonly removed: number
}

/** The system of these steps and variables. Faults that can then never be reported go as well. */
export function rewritten(
  system: System,
  { steps, variables: keeps, idle = new Set(), before = [], removed }: Kept,
): Rewriting {
  const renumbering = new Renumbering(system, keeps)
  const rewrite = (t: Transition): Transition => {
    const guard = renumbering.guard(t.guard)
    if (guard.includes(0)) return { ...t, guard, effect: [] }
    const effect = t.effect.filter((each) => {
      const elements = writesOf(each)
      invariant(elements.every(keeps) || !elements.some(keeps), 'an array is kept or dropped as a whole')
      return elements.every(keeps)
    })
    return { ...t, guard, effect: effect.map((each) => renumbering.assign(each)) }
  }
  const ordered = steps
    .map(({ transition, standsFor }): Step => ({ transition: rewrite(transition), standsFor }))
    .filter(({ transition: { fault, guard } }) => fault === undefined || !guard.includes(0))
    .sort((a, b) => a.transition.process - b.transition.process || a.standsFor[0]! - b.standsFor[0]!)
  const standsFor = ordered.map((step) => step.standsFor)
  return {
    system: renumbering.system(
      ordered.map(({ transition }) => transition),
      (ids) => [...standsFor.keys()].filter((id) => standsFor[id]!.some((old) => ids.includes(old))),
    ),
    standsFor,
    before,
    variables: renumbering.variables,
    idle,
    removed,
  }
}
