// SPDX-License-Identifier: Apache-2.0
import { byComponent, components } from '#explore/components'
import { liftedComponents } from '#explore/lifted-components'
import type { Quotient } from '#explore/quotient'
import { isMay } from '#system/system'
import { BitRows } from './bit-rows.ts'
import type { Evidence, Finding } from './property.ts'
import { joinReachable } from './reachable-rows.ts'
import { restingOnTheWay } from './resting.ts'

/**
 * Processes that could come to rest by their control graph, run on, and yet never can again: a livelock unless the
 * model means it so. Only remarked on; progress is judged elsewhere.
 */
export function neverRests<S>(evidence: Evidence<S>): readonly Finding[] {
  const { machine, graph, said, store } = evidence
  const { processes, transitions } = machine.system
  // Only a process with a resting location somewhere can be missing one.
  const candidates = [...processes.keys()].filter((p) => processes[p]!.locations.some((location) => location.rest))
  if (candidates.length === 0) return []
  const follows = (state: number, edge: number): boolean => !isMay(transitions[graph.transition(state, edge)]!.tag)
  const { rowOf, rests } =
    evidence.quotient === undefined
      ? resting(evidence, follows)
      : restingInQuotient(evidence, evidence.quotient, follows)
  const found = new Map<number, Finding>()
  for (const state of evidence.soundStates())
    for (const process of candidates) {
      if (rests.has(rowOf(state), process) || found.has(process)) continue
      const at = machine.location(store.get(state), process)
      const { locations } = processes[process]!
      const { control } = said
      if (![...control.future(process, at)].some((id) => locations[control.successor(process, id)]!.rest)) continue
      for (const like of evidence.processesLike(process)) {
        const message = `'${processes[like]!.name}' can come to run on for ever without ever resting again`
        found.set(like, { code: 'never-rests', message })
      }
    }
  return [...found.values()]
}

/** Who rests in some state reachable from each, or stops otherwise: who gets stuck or faults does not run on. */
interface Resting {
  readonly rowOf: (state: number) => number
  readonly rests: BitRows
}

function resting<S>(evidence: Evidence<S>, follows: (state: number, edge: number) => boolean): Resting {
  const { machine, graph } = evidence
  const parts = components(graph, follows)
  const { of, count } = parts
  const rests = new BitRows(machine.system.processes.length, count)
  for (let state = 0; state < graph.states; state++) addResting(evidence, state, rests, of[state]!)
  // Components come successors first, so one pass in that order is enough; edges within a component add nothing.
  for (const state of byComponent(parts))
    for (let edge = 0; edge < graph.degree(state); edge++)
      if (follows(state, edge)) rests.join(of[state]!, rests, of[graph.target(state, edge)]!)
  return { rowOf: (state) => of[state]!, rests }
}

function restingInQuotient<S>(
  evidence: Evidence<S>,
  quotient: Quotient,
  follows: (state: number, edge: number) => boolean,
): Resting {
  const { machine, graph } = evidence
  const rests = new BitRows(machine.system.processes.length, graph.states)
  for (let state = 0; state < graph.states; state++) addResting(evidence, state, rests, state)
  const lifted = liftedComponents(graph, quotient, follows)
  joinReachable(rests, graph, quotient, lifted, follows, (p) => quotient.processes(p))
  return { rowOf: (state) => state, rests }
}

function addResting<S>(evidence: Evidence<S>, state: number, rests: BitRows, row: number): void {
  const { graph, facts } = evidence
  if (!graph.expanded(state) || facts.faulted.any(state)) return rests.fill(row)
  rests.join(row, facts.resting, state)
  for (let edge = 0; edge < graph.degree(state); edge++)
    for (const process of restingOnTheWay(evidence, state, edge)) rests.set(row, process)
  for (const process of evidence.future('on').stuck(state)) rests.set(row, process)
}
