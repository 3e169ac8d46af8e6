// SPDX-License-Identifier: Apache-2.0
import { isApplication } from '#system/expression'
import { impliedWithout } from '#system/contrary-faults'
import { interval } from '#system/interval'
import { looksAtLocations } from '#system/footprint'
import type { Expr, System, Transition, Variable } from '#system/system'
import { narrow, type Box } from './box.ts'
import { Invariants } from './invariants.ts'
import { rewritten, unchanged, type Rewriting, type Step } from './rewriting.ts'

/**
 * Takes faults away that no reachable state allows, by linear invariants: a place of a net cannot be given a token too many
 * while those that lead there share one. Ranges become what the invariants leave of them, and conjuncts that always hold
 * then go. States and transitions stay the same one by one (docs/theory-rewriting.md 7).
 *
 * Copies that are alike might be told apart by how far the search for invariants came, so a model that declares some is
 * left as it is.
 */
export function impossibleFaults(system: System, invariants?: Invariants): Rewriting {
  const { transitions, symmetries } = system
  if (symmetries.length > 0 || transitions.every(({ fault }) => fault === undefined)) return unchanged(system)
  const known = invariants ?? new Invariants(system)
  if (known.all.length === 0) return unchanged(system)
  const isImpossible = transitions.map(({ fault, guard }) => fault !== undefined && !allows(guard, system, known))
  const variables = system.variables.map((variable, v): Variable => {
    const { lo, hi } = known.boundsOf(v)
    return { ...variable, min: lo, max: hi }
  })
  const always = alwaysHolds(variables)
  const excluded = Map.groupBy(
    transitions.filter((_, id) => isImpossible[id]!),
    ({ process, from, origin }) => `${process} ${from} ${origin}`,
  )
  const steps = transitions.map((transition, id): Step => ({ transition: lean(transition, id), standsFor: [id] }))
  const removed = isImpossible.filter(Boolean).length
  return rewritten({ ...system, variables }, { steps, variables: () => true, removed })

  function lean(transition: Transition, id: number): Transition {
    if (isImpossible[id]!) return { ...transition, guard: [0], effect: [] }
    const { process, from, origin, guard } = transition
    const holding = impliedWithout(excluded.get(`${process} ${from} ${origin}`) ?? [], guard)
    return { ...transition, guard: guard.filter((g) => !always(g) && !holding.has(JSON.stringify(g))) }
  }
}

/** Whether some state may satisfy all conditions, by what they say of single variables and by the invariants. */
function allows(guard: readonly Expr[], { variables }: System, invariants: Invariants): boolean {
  const box: Box = new Map()
  return narrow(box, guard, variables) && invariants.allow(box) && invariants.tighten(box)
}

/** Whether a comparison holds for all that its variables can be worth. */
function alwaysHolds(variables: readonly Variable[]): (e: Expr) => boolean {
  return (e) => {
    if (!isApplication(e) || (e[0] !== '<' && e[0] !== '<=') || looksAtLocations(e)) return false
    const [a, b] = [interval(e[1]!, variables), interval(e[2]!, variables)]
    return e[0] === '<' ? a.hi < b.lo : a.hi <= b.lo
  }
}
