// SPDX-License-Identifier: Apache-2.0
import { and, not } from './expression.ts'
import type { Expr, System, TransitionId } from './system.ts'

/** A condition of a state: that a transition is enabled. What a machine does, said as an expression. */
export function whenEnabled({ transitions, processes }: System, id: TransitionId): Expr {
  const transition = transitions[id]!
  const movers = [transition, ...(transition.joint ?? [])]
  return and(
    ...movers.map(({ process, from }): Expr => ({ process, in: [from] })),
    ...movers.flatMap(({ process }) => processes[process]!.suspended.map(({ when }) => not(when))),
    ...transition.guard,
  )
}
