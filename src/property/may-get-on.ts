// SPDX-License-Identifier: Apache-2.0
import { getsOnAt, type Attempt } from './attempt.ts'
import type { Evidence } from './property.ts'
import { Reachable } from './reachable.ts'
import { stepsOn } from './steps.ts'

/**
 * From which states some schedule still lets an attempt get on, be it by timeouts, signals or what merely may happen. Asked
 * of a search in full.
 */
export function mayGetOn<S>(evidence: Evidence<S>, attempt: Attempt): (state: number) => boolean {
  const { graph, machine, store } = evidence
  const isGettingOn = new Reachable(evidence, () => true).from(
    1,
    (state, rows, row) => {
      if (getsOnAt(evidence, attempt, machine.location(store.get(state), attempt.process))) rows.set(row, 0)
      for (let edge = 0; edge < graph.degree(state); edge++)
        if (stepsOn(evidence, state, edge).some((id) => attempt.successes.has(id))) rows.set(row, 0)
    },
    () => () => [0],
  )
  return (state) => isGettingOn.has(state, 0)
}
