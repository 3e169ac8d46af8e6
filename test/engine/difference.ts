// SPDX-License-Identifier: Apache-2.0
import { explore, type Search } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import type { Expr, System } from '#system/system'

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
 * everything: ids, every location and value, enabled lists, successors, conditions, and that single steps, and those
 * of a selection, lead where the search went.
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
  const wrongCondition = conditionCheck(reference, ours)
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
    if (ours.store.find(state) !== id) return `state ${id}: it is found with id ${ours.store.find(state)}`
    for (const transition of should) {
      const [is, known] = [
        ours.store.find(machine.fire(state, transition)),
        theirs.store.find(reference.fire(expected, transition)),
      ]
      if (is !== known)
        return `state ${id}: what transition ${transition} leads to is found with id ${is}, not ${known}`
    }
    const wrong = wrongCondition(id, expected)
    if (wrong !== undefined) return `state ${id}: ${wrong}`
    if (!theirs.graph.expanded(id)) continue
    const wrongChoice = choiceCheck(machine, ours, id)
    if (wrongChoice !== undefined) return `state ${id}: ${wrongChoice}`
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

/**
 * Has a store expand a state by every other transition, if it does such things: the first that does not lead where the
 * search has gone.
 */
function choiceCheck<S>(machine: Machine<S>, { store, graph }: Search<S>, id: number): string | undefined {
  const isChosen = (transition: number): boolean => transition % 2 === 1
  const expansion = store.expandChosen?.(id, (of, listener) => {
    const from = store.get(of)
    for (const t of machine.enabled(from).filter(isChosen)) listener.fired(t, machine.fire(from, t))
  })
  if (expansion === undefined) return undefined
  const { transitions, targets, from, to } = expansion
  let i = from
  for (let edge = 0; edge < graph.degree(id); edge++) {
    const transition = graph.transition(id, edge)
    if (!isChosen(transition)) continue
    if (i === to || transitions[i] !== transition) return `chosen, transition ${transition} is not fired`
    if (targets[i] !== graph.target(id, edge)) return `chosen, transition ${transition} leads to ${targets[i]}`
    i++
  }
  return i === to ? undefined : `chosen, transition ${transitions[i]} is fired`
}

/** Asks a store for conditions, if it answers such questions: the first that is not as the reference has it. */
function conditionCheck<R, S>(
  reference: Machine<R>,
  { store }: Search<S>,
): (id: number, expected: R) => string | undefined {
  const conditions = conditionsOf(reference.system)
  const meant = conditions.map((e) => evaluator(e, reference))
  const ask = store.asking?.(conditions)
  const between = 77
  const bits = new Int32Array(2 + Math.ceil(conditions.length / 32)).fill(between)
  return (id, expected) => {
    if (ask === undefined || id >= 2000) return undefined
    ask(id, bits, 1)
    if (bits[0] !== between || bits.at(-1) !== between) return 'conditions were written where they do not belong'
    const wrong = meant.findIndex((e, i) => ((bits[1 + (i >> 5)]! >>> (i & 31)) & 1) !== Number(e(expected) !== 0))
    return wrong < 0 ? undefined : `${JSON.stringify(conditions[wrong])} is ${meant[wrong]!(expected)}`
  }
}

/** Conditions of a system: where its processes are, what they hold, what is owed. */
const conditionsOf = ({ processes, holds, debts }: System): readonly Expr[] => [
  ...processes.flatMap(({ locations, faultAt }, process): Expr[] => [
    { process, in: [faultAt] },
    { process, in: [...locations.keys()].filter((l) => locations[l]!.rest) },
  ]),
  ...holds.map((hold) => hold.when),
  ...debts.map((debt) => debt.owed),
]
