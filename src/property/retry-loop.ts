// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { Graph } from '#explore/graph'
import type { Quotient } from '#explore/quotient'
import { movesOf } from '#system/moves'
import type { OriginId, ProcessId } from '#system/system'
import { getsOnAt, repeatable, type Attempt } from './attempt.ts'
import { getsOn } from './fair-cycles.ts'
import type { Evidence, Finding } from './property.ts'
import { stepsOn } from './steps.ts'

/**
 * Attempts that are repeated for ever (a missed trylock, a back-off): a cycle of the state graph on which one fails and its
 * process neither rests nor gets what it tries for. A search in full tells whether a fair run goes round it
 * (`forward-progress.ts`); where that is not known, or fairness does not decide it, a verdict is not *holds*.
 * @param judgesProgress whether a search in full looks for that
 */
export function retryLoops<S>(evidence: Evidence<S>, judgesProgress: boolean): readonly Finding[] {
  const { processes, origins } = evidence.said.system
  const why = judgesProgress ? undecided : notLookedAt
  const found = new Map<OriginId, Finding>()
  for (const attempt of repeatable(evidence)) {
    if (found.has(attempt.origin) || (judgesProgress && getsOn(evidence, attempt))) continue
    const alike = likes(evidence, attempt)
    if (!isRepeated(evidence, alike)) continue
    for (const { process, origin } of alike.values()) {
      const { op, on } = origins[origin]!
      const what = on === '' ? op : `${op} ${on}`
      const message = `'${processes[process]!.name}' can retry ${what} for ever; ${why}`
      found.set(origin, { code: 'retry-loop', message, origin, blocksHolds: true })
    }
  }
  return [...found.values()]
}

const undecided =
  'it is kept going only by timeouts, signals, steps that merely may happen, a choice of its own, or by passing over whoever waits in a queue'
const notLookedAt =
  'whether it makes progress is judged only by a complete search in full (--reduction none) for no-forward-progress'

/** An attempt and those that symmetry makes of it, by process. */
function likes<S>(evidence: Evidence<S>, attempt: Attempt): ReadonlyMap<ProcessId, Attempt> {
  const alike = new Map([[attempt.process, attempt]])
  if (evidence.quotient === undefined) return alike
  const failsBy = new Map(repeatable(evidence).flatMap((one) => [...one.failures].map((id) => [id, one] as const)))
  for (const id of evidence.machine.system.transitions.keys()) {
    if (!evidence.originals(id).some((original) => attempt.failures.has(original))) continue
    for (const original of evidence.transitionsLike(id).flatMap(evidence.originals)) {
      const other = failsBy.get(original)
      if (other !== undefined && !alike.has(other.process)) alike.set(other.process, other)
    }
  }
  return alike
}

/** Whether some cycle has a failure on it, and its process does not get on there. */
function isRepeated<S>(evidence: Evidence<S>, alike: ReadonlyMap<ProcessId, Attempt>): boolean {
  const { graph, quotient, said, store, view } = evidence
  const { transitions } = said.system
  const all = [...alike.values()]
  const followed = quotient === undefined ? graph : withProcess(graph, quotient, [...alike.keys()])
  const stateAt = (node: number): number => Math.floor(node / all.length)
  const attemptAt = (node: number): Attempt => all[node % all.length]!
  const getsOnIn = (node: number): boolean => {
    const attempt = attemptAt(node)
    return getsOnAt(evidence, attempt, view.location(store.get(stateAt(node)), attempt.process))
  }
  // Edges of a node are those of its state, in the same order; one may stand for several steps.
  const getsOnBy = (node: number, edge: number): boolean => {
    const attempt = attemptAt(node)
    const steps = stepsOn(evidence, stateAt(node), edge)
    return (
      steps.some((id) => attempt.successes.has(id)) ||
      steps
        .flatMap((id) => movesOf(transitions[id]!))
        .some(({ process, to }) => process === attempt.process && getsOnAt(evidence, attempt, to))
    )
  }
  const { of } = components(
    followed,
    (node, edge) => !getsOnBy(node, edge),
    (node) => graph.expanded(stateAt(node)) && !getsOnIn(node),
  )
  for (let node = 0; node < followed.states; node++)
    for (let edge = 0; of[node]! >= 0 && edge < followed.degree(node); edge++) {
      if (of[followed.target(node, edge)] !== of[node] || getsOnBy(node, edge)) continue
      const { failures } = attemptAt(node)
      if (stepsOn(evidence, stateAt(node), edge).some((id) => failures.has(id))) return true
    }
  return false
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
