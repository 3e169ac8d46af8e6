// SPDX-License-Identifier: Apache-2.0
import type { ProcessId } from '#system/system'
import type { Evidence, Finding } from './property.ts'
import { canRest, withoutMay } from './resting.ts'

/**
 * Processes that could come to rest by their control graph, run on, and yet never can again. Only remarked on: where they
 * do so without waits being given up, it is a livelock (`livelock.ts`).
 */
export function neverRests<S>(evidence: Evidence<S>): readonly Finding[] {
  const { processes } = evidence.machine.system
  // Only a process with a resting location somewhere can be missing one.
  const candidates = [...processes.keys()].filter((p) => processes[p]!.locations.some((location) => location.rest))
  if (candidates.length === 0) return []
  const rests = canRest(evidence, withoutMay(evidence))
  const found = new Map<number, Finding>()
  for (const state of evidence.soundStates())
    for (const process of candidates) {
      if (rests.has(state, process) || found.has(process) || !hasRestAhead(evidence, state, process)) continue
      for (const like of evidence.processesLike(process)) {
        const message = `'${processes[like]!.name}' can come to run on for ever without ever resting again`
        found.set(like, { code: 'never-rests', message })
      }
    }
  return [...found.values()]
}

/** Whether the control graph of a process leads from where it is to a location at which it rests. */
function hasRestAhead<S>({ said, view, store }: Evidence<S>, state: number, process: ProcessId): boolean {
  const { system, control } = said
  const { locations } = system.processes[process]!
  const at = view.location(store.get(state), process)
  return [...control.future(process, at)].some((id) => locations[control.successor(process, id)]!.rest)
}
