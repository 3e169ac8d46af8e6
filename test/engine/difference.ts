// SPDX-License-Identifier: Apache-2.0
import { explore, type Search } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import type { Machine } from '#system/machine'

/** What was compared, so that a test can say that it was something. */
export interface Compared {
  readonly states: number
  readonly transitions: number
  /** The first thing that the two machines disagree on. */
  readonly difference: string | undefined
}

function searched<S>(machine: Machine<S>, expansions: number): Search<S> {
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(expansions)
  return search
}

/**
 * Explores a machine and the reference interpreter breadth first, as far as so many expanded states, and compares
 * everything: ids, every location and value, enabled lists, successors, and that a single step leads where the search
 * went.
 */
export function compared<S>(machine: Machine<S>, expansions = Infinity): Compared {
  const reference = new Interpreter(machine.system)
  const theirs = searched(reference, expansions)
  const ours = searched(machine, expansions)
  const counts = { states: theirs.graph.states, transitions: theirs.graph.edges }
  return { ...counts, difference: difference(reference, theirs, machine, ours) }
}

function difference<R, S>(
  reference: Machine<R>,
  theirs: Search<R>,
  machine: Machine<S>,
  ours: Search<S>,
): string | undefined {
  const { processes, variables } = machine.system
  for (let id = 0; id < Math.min(theirs.graph.states, ours.graph.states); id++) {
    const [expected, state] = [theirs.store.get(id), ours.store.get(id)]
    for (const [p, { name }] of processes.entries())
      if (machine.location(state, p) !== reference.location(expected, p))
        return `state ${id}: ${name} is at ${machine.location(state, p)}, not ${reference.location(expected, p)}`
    for (const [v, { name }] of variables.entries())
      if (machine.value(state, v) !== reference.value(expected, v))
        return `state ${id}: ${name} is ${machine.value(state, v)}, not ${reference.value(expected, v)}`
    const enabled = machine.enabled(state)
    const should = reference.enabled(expected)
    if (enabled.join() !== should.join()) return `state ${id}: enabled are ${enabled.join()}, not ${should.join()}`
    if (!theirs.graph.expanded(id)) continue
    for (const [i, transition] of should.entries()) {
      const target = theirs.graph.target(id, i)
      if (ours.graph.transition(id, i) !== transition || ours.graph.target(id, i) !== target)
        return `state ${id}: transition ${transition} leads to ${ours.graph.target(id, i)}, not ${target}`
      if (ours.store.add(machine.fire(state, transition)) !== target)
        return `state ${id}: fired alone, transition ${transition} does not lead to ${target}`
    }
  }
  const [a, b] = [ours.graph, theirs.graph].map(({ states, edges }) => `${states} states, ${edges} transitions`)
  return a === b ? undefined : `${a}, not ${b}`
}
