// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { ProcessId } from '#system/system'
import type { Evidence } from './property.ts'

/** Who comes to rest on an edge that stands for several transitions, before its end or at it. */
export function restingOnTheWay<S>({ machine, graph }: Evidence<S>, state: number, edge: number): readonly ProcessId[] {
  const rest = graph.rest(state, edge)
  if (rest.length === 0) return []
  const { transitions, processes } = machine.system
  return [graph.transition(state, edge), ...rest].flatMap((id) =>
    movesOf(transitions[id]!)
      .filter(({ process, to }) => processes[process]!.locations[to]!.rest)
      .map(({ process }) => process),
  )
}
