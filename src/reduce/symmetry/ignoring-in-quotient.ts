// SPDX-License-Identifier: Apache-2.0
import type { Graph } from '#explore/graph'
import { liftedComponents } from '#explore/lifted-components'
import type { Quotient } from '#explore/quotient'
import type { TransitionId } from '#system/system'

/**
 * States at which a search that was reduced by stubborn sets and by symmetry has to look again: those that break
 * condition (S) in the graph that the quotient stands for (docs/theory.md 8). Over a terminal component lie terminal
 * components, images of each other, so one of them is looked at: what is fired or enabled in a state is carried to it by
 * the state's potential, and counts up to the local group, under which that component stays the same.
 */
export function ignoringInQuotient(
  graph: Graph,
  enabledAt: (state: number) => readonly TransitionId[],
  quotient: Quotient,
  transitions: number,
): readonly number[] {
  const lifted = liftedComponents(
    graph,
    quotient,
    () => true,
    (state) => graph.expanded(state),
  )
  const members = Array.from({ length: lifted.count }, (): number[] => [])
  const terminal = new Uint8Array(lifted.count).fill(1)
  for (let state = 0; state < graph.states; state++) {
    const own = lifted.of[state]!
    if (own < 0) continue
    members[own]!.push(state)
    for (let edge = 0; edge < graph.degree(state); edge++)
      if (lifted.of[graph.target(state, edge)] !== own) terminal[own] = 0
  }
  const found: number[] = []
  for (const [component, states] of members.entries()) {
    if (terminal[component] === 0) continue
    const same = new Classes()
    for (const around of lifted.generators(component))
      for (let id = 0; id < transitions; id++) same.join(id, quotient.transition(around, id))
    const carried = (state: number, id: TransitionId): number =>
      same.of(quotient.transition(lifted.potential(state), id))
    const fired = new Set<number>()
    for (const state of states)
      for (let edge = 0; edge < graph.degree(state); edge++)
        for (const id of [graph.transition(state, edge), ...graph.rest(state, edge)]) fired.add(carried(state, id))
    for (const state of states) if (enabledAt(state).some((id) => !fired.has(carried(state, id)))) found.push(state)
  }
  return found
}

/** Classes of numbers that grow together (union-find); a number that was never joined is a class of its own. */
class Classes {
  readonly #parent = new Map<number, number>()

  of(member: number): number {
    let root = member
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up
    if (root !== member) this.#parent.set(member, root)
    return root
  }

  join(a: number, b: number): void {
    const [x, y] = [this.of(a), this.of(b)]
    if (x !== y) this.#parent.set(x, y)
  }
}
