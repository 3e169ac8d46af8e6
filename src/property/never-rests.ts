// SPDX-License-Identifier: Apache-2.0
import type { Evidence, Finding } from './property.ts'
import { canRest, withoutMay } from './resting.ts'

/**
 * Processes that could come to rest by their control graph at the start, run on, and yet never can any more. Only remarked on:
 * where they do so on the way to rest, and without waits being given up, it is a livelock (`livelock.ts`).
 */
export function neverRests<S>(evidence: Evidence<S>): readonly Finding[] {
  const { system, control } = evidence.said
  const { processes, transitions } = system
  const candidates = [...processes.keys()].filter((p) => {
    const { init, locations } = processes[p]!
    return [...control.future(p, init)].some(
      (id) => transitions[id]!.fault === undefined && locations[control.successor(p, id)]!.rest,
    )
  })
  if (candidates.length === 0) return []
  const rests = canRest(evidence, withoutMay(evidence))
  const found = new Map<number, Finding>()
  for (const state of evidence.soundStates())
    for (const process of candidates) {
      if (rests.has(state, process) || found.has(process)) continue
      for (const like of evidence.processesLike(process)) {
        const message = `'${processes[like]!.name}' can come to run on for ever without ever resting again`
        found.set(like, { code: 'never-rests', message })
      }
    }
  return [...found.values()]
}
