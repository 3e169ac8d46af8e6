// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import type { LocationId, ProcessId, TransitionId } from '#system/system'
import type { Evidence, Finding } from './property.ts'

/**
 * Loops that retry a failed attempt (a missed trylock, a back-off) for ever: a cycle of the state graph on which the
 * attempt fails and its process never rests. Whether such a run is fair is not judged here, so it keeps a verdict from
 * being *holds* instead of being called a livelock.
 */
export function retryLoops<S>(evidence: Evidence<S>): readonly Finding[] {
  const { machine, graph, facts } = evidence
  const { system } = machine
  const found = new Map<number, Finding>()
  for (const process of new Set(system.transitions.filter((t) => t.retry === true).map((t) => t.process))) {
    if (!canLoop(evidence, process)) continue
    const { of } = components(
      graph,
      () => true,
      (state) => graph.expanded(state) && !facts.resting.has(state, process),
    )
    for (let state = 0; state < graph.states; state++)
      for (let edge = 0; of[state]! >= 0 && edge < graph.degree(state); edge++) {
        const { retry, process: mover, origin } = system.transitions[graph.transition(state, edge)]!
        if (retry !== true || mover !== process || of[graph.target(state, edge)] !== of[state] || found.has(origin))
          continue
        const { op, on } = system.origins[origin]!
        const name = system.processes[process]!.name
        const message = `'${name}' can retry ${op}${on === '' ? '' : ` ${on}`} for ever; whether the loop makes progress is not checked`
        found.set(origin, { code: 'retry-loop', message, origin, blocksHolds: true })
      }
  }
  return [...found.values()]
}

/** Whether the control graph has a cycle through a failed attempt that avoids resting locations at all. */
function canLoop<S>({ machine, control }: Evidence<S>, process: ProcessId): boolean {
  const { transitions, processes } = machine.system
  const { locations } = processes[process]!
  const reaches = (from: LocationId, to: LocationId): boolean => {
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
  const isRetry = (id: TransitionId): boolean => transitions[id]!.retry === true && transitions[id]!.process === process
  return [...transitions.keys()].some(
    (id) =>
      isRetry(id) &&
      !locations[transitions[id]!.from]!.rest &&
      !locations[transitions[id]!.to]!.rest &&
      reaches(transitions[id]!.to, transitions[id]!.from),
  )
}
