// SPDX-License-Identifier: Apache-2.0
import { and, not } from './expression.ts'
import { movesOf, suspensionsOf } from './moves.ts'
import type { Expr, System, TransitionId } from './system.ts'

/** A condition of a state: that a transition is enabled. What a machine does, said as an expression. */
export function whenEnabled(system: System, id: TransitionId): Expr {
  const transition = system.transitions[id]!
  return and(
    ...movesOf(transition).map(({ process, from }): Expr => ({ process, in: [from] })),
    ...suspensionsOf(system, transition).map((when) => not(when)),
    ...transition.guard,
  )
}
