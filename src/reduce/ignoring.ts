// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import type { Graph } from '#explore/graph'
import type { TransitionId } from '#system/system'

/**
 * States at which a reduced search has to look again. A reduction may put a transition off for ever, round a cycle of
 * others: then a process would seem stuck that is not. Condition (S) of docs/theory.md forbids that: in every terminal
 * strongly connected component of the reduced graph, what is enabled in some state is fired in some state. Checked
 * after the search, so that the order of the search does not matter.
 *
 * Enough of them that, expanded fully, they fire everything that their components ignored; the others are left as they are.
 *
 * @param back transitions of which every cycle fires one (`chains.ts`). Without a cycle terminal components are terminal
 * states, where nothing is enabled.
 */
export const ignoringStates = (
  graph: Graph,
  enabledAt: (state: number) => readonly TransitionId[],
  back?: ReadonlySet<TransitionId>,
): readonly number[] => ignoringByComponent(graph, enabledAt, back).flat()

/**
 * The same, apart by component.
 *
 * @param settles states of which one makes a component fine, whatever is ignored in it
 */
export function ignoringByComponent(
  graph: Graph,
  enabledAt: (state: number) => readonly TransitionId[],
  back?: ReadonlySet<TransitionId>,
  settles: (state: number) => boolean = () => false,
): readonly (readonly number[])[] {
  if (back !== undefined && !graph.firesAny(back)) return []
  const { of, count } = components(
    graph,
    () => true,
    (state) => graph.expanded(state),
  )
  // 1 for each terminal component that is not settled yet.
  const terminal = new Uint8Array(count).fill(1)
  const each = (visit: (state: number, own: number) => void): void => {
    for (let state = 0; state < graph.states; state++) if (of[state]! >= 0) visit(state, of[state]!)
  }
  each((state, own) => {
    if (settles(state)) terminal[own] = 0
    for (let edge = 0; edge < graph.degree(state); edge++) if (of[graph.target(state, edge)] !== own) terminal[own] = 0
  })
  // Few components are terminal; a set for each of the others would take more room than the graph.
  const fired = Array.from(terminal, (isTerminal) => (isTerminal === 1 ? new Set<TransitionId>() : undefined))
  each((state, own) => {
    if (terminal[own] === 0) return
    for (let edge = 0; edge < graph.degree(state); edge++) {
      fired[own]!.add(graph.transition(state, edge))
      for (const id of graph.rest(state, edge)) fired[own]!.add(id)
    }
  })
  const found = new Map<number, number[]>()
  each((state, own) => {
    if (terminal[own] === 0) return
    const enabled = enabledAt(state)
    if (enabled.every((id) => fired[own]!.has(id))) return
    const known = found.get(own)
    if (known === undefined) found.set(own, [state])
    else known.push(state)
    // They will be fired here, so other states of the component need not fire them.
    for (const id of enabled) fired[own]!.add(id)
  })
  return [...found.values()]
}
