// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { Graph } from '#explore/graph'
import type { Quotient } from '#explore/quotient'
import type { ProcessId, TransitionId } from '#system/system'
import { getsOn } from './fair-cycles.ts'
import type { Evidence, Finding } from './property.ts'
import { restingOnTheWay } from './resting.ts'
import { reachesRestlessly } from './restless.ts'

/**
 * Loops that retry a failed attempt (a missed trylock, a back-off) for ever: a cycle of the state graph on which the
 * attempt fails and its process never rests. A search in full tells whether a fair run goes round it
 * (`forward-progress.ts`); where that is not known, or fairness does not decide it, a verdict is not *holds*.
 * @param judgesProgress whether a search in full looks for that
 */
export function retryLoops<S>(evidence: Evidence<S>, judgesProgress: boolean): readonly Finding[] {
  const { system } = evidence.machine
  const why = judgesProgress ? undecided : notLookedAt
  const found = new Map<number, Finding>()
  const done = new Set<ProcessId>()
  for (const process of retryingProcesses(evidence)) {
    if (done.has(process) || (judgesProgress && getsOn(evidence, process))) continue
    for (const like of evidence.processesLike(process)) done.add(like)
    for (const id of retriesOnCycles(evidence, process))
      for (const like of evidence.transitionsLike(id)) {
        const { process: mover, origin } = system.transitions[like]!
        const { op, on } = system.origins[origin]!
        const attempt = on === '' ? op : `${op} ${on}`
        const message = `'${system.processes[mover]!.name}' can retry ${attempt} for ever; ${why}`
        found.set(origin, { code: 'retry-loop', message, origin, blocksHolds: true })
      }
  }
  return [...found.values()]
}

const undecided =
  'it is kept going only by timeouts, signals, steps that merely may happen, a choice of its own, or by passing over whoever waits in a queue'
const notLookedAt =
  'whether it makes progress is judged only by a complete search in full (--reduction none) for no-forward-progress'

/** Processes whose control graphs let them retry for ever. */
export const retryingProcesses = <S>(evidence: Evidence<S>): readonly ProcessId[] => {
  const { transitions } = evidence.machine.system
  const some = new Set(transitions.filter((t) => t.retry === true).map((t) => t.process))
  return [...some].filter((process) => canLoop(evidence, process))
}

/** Failed attempts of a process, or of one like it, on cycles on which it never rests. */
function retriesOnCycles<S>(evidence: Evidence<S>, process: ProcessId): ReadonlySet<TransitionId> {
  const { facts, graph, quotient } = evidence
  const { transitions } = evidence.machine.system
  const like = evidence.processesLike(process)
  const followed = quotient === undefined ? graph : withProcess(graph, quotient, like)
  const stateAt = (node: number): number => Math.floor(node / like.length)
  const processAt = (node: number): ProcessId => like[node % like.length]!
  // Edges of a node are those of its state, in the same order; one may stand for several transitions.
  const staysBusy = (node: number, edge: number): boolean =>
    !restingOnTheWay(evidence, stateAt(node), edge).includes(processAt(node))
  const { of } = components(
    followed,
    staysBusy,
    (node) => graph.expanded(stateAt(node)) && !facts.resting.has(stateAt(node), processAt(node)),
  )
  const found = new Set<TransitionId>()
  for (let node = 0; node < followed.states; node++)
    for (let edge = 0; of[node]! >= 0 && edge < followed.degree(node); edge++) {
      if (of[followed.target(node, edge)] !== of[node] || !staysBusy(node, edge)) continue
      for (const id of [followed.transition(node, edge), ...graph.rest(stateAt(node), edge)]) {
        const { retry, process: mover } = transitions[id]!
        if (retry === true && mover === processAt(node)) found.add(id)
      }
    }
  return found
}

/**
 * A quotient with one process followed through it: a node for each state and each process that the one may be there. A
 * cycle of it, gone round as often as the permutation along it has order, is a cycle of the graph it stands for.
 */
function withProcess(graph: Graph, quotient: Quotient, like: readonly ProcessId[]): Graph {
  const place = new Map(like.map((process, i) => [process, i]))
  const followed = new Graph()
  for (let node = 0; node < graph.states * like.length; node++) followed.addState(-1, -1, 0)
  for (let state = 0; state < graph.states; state++)
    for (const [i, process] of like.entries()) {
      const node = state * like.length + i
      followed.beginEdges(node)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const there = place.get(quotient.processes(quotient.along(state, edge))[process]!)!
        followed.addEdge(node, graph.transition(state, edge), graph.target(state, edge) * like.length + there)
      }
    }
  return followed
}

/** Whether the control graph has a cycle through a failed attempt that avoids resting locations at all. */
function canLoop<S>({ machine, control }: Evidence<S>, process: ProcessId): boolean {
  const { transitions, processes } = machine.system
  const { locations } = processes[process]!
  return transitions.some(
    ({ retry, process: own, from, to }) =>
      retry === true &&
      own === process &&
      !locations[from]!.rest &&
      !locations[to]!.rest &&
      reachesRestlessly(control, process, locations, to, from),
  )
}
