// SPDX-License-Identifier: Apache-2.0
import type { Location, LocationId, ProcessId } from '#system/system'
import type { Control } from './control.ts'

/** Whether the control graph of a process leads from one location to another, or is there, without coming to rest. */
export function reachesRestlessly(
  control: Control,
  process: ProcessId,
  locations: readonly Location[],
  from: LocationId,
  to: LocationId,
): boolean {
  const reached = new Set([from])
  for (const at of reached) {
    if (at === to) return true
    for (const id of control.leaving(process, at)) {
      const next = control.successor(process, id)
      if (!locations[next]!.rest) reached.add(next)
    }
  }
  return false
}
