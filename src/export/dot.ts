// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { count } from '#base/text'
import type { Graph } from '#explore/graph'
import type { Machine, StateStore } from '#system/machine'
import { moversOf } from '#system/moves'
import type { TransitionId } from '#system/system'
import { escape } from './dot-text.ts'

/** States that are drawn at most: beyond it nobody can read a drawing, and Graphviz does not finish. */
export const maxDotStates = 2_000

/**
 * An explored state graph in the language of Graphviz. A node lists where each process is and every variable that is
 * not at its start value; an edge is named `process: label`. The initial state is bold, a state in which nothing can
 * happen has a double border, red if some process there is neither at rest nor stopped by a fault; faults are red
 * edges; a state that was not expanded is dashed.
 * @throws FencecheckError `too-large` beyond {@link maxDotStates} states.
 */
export function toDot<S>(machine: Machine<S>, graph: Graph, store: StateStore<S>): string {
  if (graph.states > maxDotStates)
    throw new FencecheckError('too-large', `a drawing of ${count(graph.states, 'state')} cannot be read`, {
      fix: `use smaller parameters: at most ${maxDotStates} states`,
    })
  const { processes, variables, transitions } = machine.system

  const describe = (state: S): readonly string[] => [
    ...processes.map(({ name, locations }, p) => `${name} @ ${locations[machine.location(state, p)]!.name}`),
    ...variables.flatMap(({ name, init }, v) => {
      const value = machine.value(state, v)
      return value === init ? [] : [`${name} = ${value}`]
    }),
  ]
  const parked = (state: S): boolean =>
    processes.every(({ locations, faultAt }, p) => {
      const at = machine.location(state, p)
      return at === faultAt || locations[at]!.rest
    })
  const node = (id: number): string => {
    const state = store.get(id)
    const terminal = graph.expanded(id) && graph.degree(id) === 0
    const marks = [
      ...(id === 0 ? ['penwidth=3'] : []),
      ...(terminal ? ['peripheries=2'] : []),
      ...(terminal && !parked(state) ? ['color=red'] : []),
      ...(graph.expanded(id) ? [] : ['style=dashed']),
    ]
    return `  s${id} [${[
      `label="${describe(state)
        .map((line) => `${escape(line)}\\l`)
        .join('')}"`,
      ...marks,
    ].join(', ')}]`
  }
  const edge = (from: number, to: number, id: TransitionId): string => {
    const { label, fault } = transitions[id]!
    const who = moversOf(transitions[id]!)
      .map((p) => processes[p]!.name)
      .join(' + ')
    return `  s${from} -> s${to} [label="${escape(`${who}: ${label}`)}"${fault === undefined ? '' : ', color=red'}]`
  }

  const lines = ['digraph states {', '  node [shape=box, fontname=monospace]']
  for (let id = 0; id < graph.states; id++) {
    lines.push(node(id))
    for (let i = 0; i < graph.degree(id); i++) lines.push(edge(id, graph.target(id, i), graph.transition(id, i)))
  }
  return `${[...lines, '}'].join('\n')}\n`
}
