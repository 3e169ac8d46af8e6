// SPDX-License-Identifier: Apache-2.0
import type { LocationId, ProcessId } from '#system/system'
import type { Control } from './control.ts'

/**
 * Whether the control graph of a process leads from one location to another, or is there, by none of those to avoid. Faults
 * lead nowhere, also where a search leaves who reports one in place.
 */
export function reachesAvoiding(
  control: Control,
  process: ProcessId,
  avoids: (at: LocationId) => boolean,
  from: LocationId,
  to: LocationId,
): boolean {
  const reached = new Set([from])
  for (const at of reached) {
    if (at === to) return true
    for (const next of control.next(process, at)) if (!avoids(next)) reached.add(next)
  }
  return false
}
