// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { LocationId, System, TransitionId } from '#system/system'

/** By process and location: the transitions that leave it, joint ones with every mover, and where that goes. */
export type ControlFlow = readonly (readonly (readonly { readonly id: TransitionId; readonly to: LocationId }[])[])[]

/** Without those that are known to be impossible (guard 0). */
export function controlFlow(system: System): ControlFlow {
  const leaving = system.processes.map(({ locations }) =>
    locations.map((): { id: TransitionId; to: LocationId }[] => []),
  )
  for (const [id, t] of system.transitions.entries())
    if (!t.guard.includes(0)) for (const { process, from, to } of movesOf(t)) leaving[process]![from]!.push({ id, to })
  return leaving
}
