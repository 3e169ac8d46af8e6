// SPDX-License-Identifier: Apache-2.0
import { isAlone, neverMoves } from '#system/lone-process'
import type { System, TransitionId } from '#system/system'

/**
 * Where a single process never moves, as in a Petri net, all that is judged is whether a state is terminal and whether
 * these transitions are fired: then condition (S) need not hold (docs/theory.md 3, "One process that never moves").
 * Undefined for any other system.
 *
 * Visible are faults, and the steps of which vacuity tells exits apart.
 */
export function visibleTransitions(system: System): ReadonlySet<TransitionId> | undefined {
  const { transitions, origins } = system
  if (!isAlone(system) || !neverMoves(system)) return undefined
  const exits = new Map<string, Set<string>>()
  for (const { origin, exit, fault } of transitions) {
    if (fault !== undefined) continue
    const { step } = origins[origin]!
    exits.set(step, (exits.get(step) ?? new Set()).add(exit))
  }
  return new Set(
    [...transitions.keys()].filter((id) => {
      const { origin, fault } = transitions[id]!
      return fault !== undefined || exits.get(origins[origin]!.step)!.size > 1
    }),
  )
}
