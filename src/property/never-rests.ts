// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { isMay } from '#system/system'
import { BitRows } from './bit-rows.ts'
import type { Evidence, Finding } from './property.ts'

/**
 * Processes that could come to rest by their control graph, run on, and yet never can again: a livelock unless the
 * model means it so. Only remarked on; progress is judged elsewhere.
 */
export function neverRests<S>(evidence: Evidence<S>): readonly Finding[] {
  const { machine, graph, facts, control, store } = evidence
  const { processes, transitions } = machine.system
  const follows = (state: number, edge: number): boolean => !isMay(transitions[graph.transition(state, edge)]!.tag)
  const { of, count } = components(graph, follows)
  const future = evidence.future('on')
  // Rests, or stops otherwise: who gets stuck or faults does not run on.
  const rests = new BitRows(processes.length, count)
  for (let state = 0; state < graph.states; state++) {
    if (!graph.expanded(state) || facts.faulted.any(state)) {
      rests.fill(of[state]!)
      continue
    }
    rests.join(of[state]!, facts.resting, state)
    for (const process of future.stuck(state)) rests.set(of[state]!, process)
  }
  // Components come successors first, so one pass in that order is enough; edges within a component add nothing.
  const states = Array.from({ length: graph.states }, (_, i) => i).sort((a, b) => of[a]! - of[b]!)
  for (const state of states)
    for (let edge = 0; edge < graph.degree(state); edge++)
      if (follows(state, edge)) {
        rests.join(of[state]!, rests, of[graph.target(state, edge)]!)
        if (graph.rest(state, edge).length > 0)
          for (const id of [graph.transition(state, edge), ...graph.rest(state, edge)])
            for (const { process, to } of [transitions[id]!, ...(transitions[id]!.joint ?? [])])
              if (processes[process]!.locations[to]!.rest) rests.set(of[state]!, process)
      }
  const found = new Map<number, Finding>()
  // Only a process with a resting location somewhere can be missing one.
  const candidates = [...processes.keys()].filter((p) => processes[p]!.locations.some((location) => location.rest))
  for (const state of evidence.soundStates())
    for (const process of candidates) {
      if (rests.has(of[state]!, process) || found.has(process)) continue
      const at = machine.location(store.get(state), process)
      const { name, locations } = processes[process]!
      if (![...control.future(process, at)].some((id) => locations[control.successor(process, id)]!.rest)) continue
      const message = `'${name}' can come to run on for ever without ever resting again`
      found.set(process, { code: 'never-rests', message })
    }
  return [...found.values()]
}
