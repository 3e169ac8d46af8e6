// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import { isMay, type ProcessId } from '#system/system'
import type { Evidence } from './property.ts'
import { Reachable, type BitsOf } from './reachable.ts'

/** Who comes to rest on an edge that stands for several transitions, before its end or at it. */
function restingOnTheWay<S>({ machine, graph }: Evidence<S>, state: number, edge: number): readonly ProcessId[] {
  const rest = graph.rest(state, edge)
  if (rest.length === 0) return []
  const { transitions, processes } = machine.system
  return [graph.transition(state, edge), ...rest].flatMap((id) =>
    movesOf(transitions[id]!)
      .filter(({ process, to }) => processes[process]!.locations[to]!.rest)
      .map(({ process }) => process),
  )
}

/** What can be reached without steps on which nobody may rely. */
export function withoutMay<S>(evidence: Evidence<S>): Reachable<S> {
  const { machine, graph } = evidence
  const { transitions } = machine.system
  return new Reachable(evidence, (state, edge) => !isMay(transitions[graph.transition(state, edge)]!.tag))
}

/** Who can come to rest from each state on, or stops otherwise: who gets stuck or faults does not run on. */
export function canRest<S>(evidence: Evidence<S>, reachable: Reachable<S>): BitsOf {
  const { machine, graph, facts } = evidence
  const future = evidence.future('on')
  return reachable.from(
    machine.system.processes.length,
    (state, rows, row) => {
      if (!graph.expanded(state) || facts.faulted.any(state)) return rows.fill(row)
      rows.join(row, facts.resting, state)
      for (let edge = 0; edge < graph.degree(state); edge++)
        for (const process of restingOnTheWay(evidence, state, edge)) rows.set(row, process)
      for (const process of future.stuck(state)) rows.set(row, process)
    },
    (quotient) => (permutation) => quotient.processes(permutation),
  )
}
