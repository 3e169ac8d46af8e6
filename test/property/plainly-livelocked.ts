// SPDX-License-Identifier: Apache-2.0
import type { Evidence } from '#property/property'
import { isEscape, isMay, type ProcessId } from '#system/system'

/** Who is livelocked in a state, by the words of the definition. */
export function plainlyLivelocked<S>(
  { machine, graph, store, facts, control }: Evidence<S>,
  state: number,
): ProcessId[] {
  const { processes, transitions } = machine.system
  const reached = new Set([state])
  const fired = new Set<number>()
  for (const at of reached)
    for (let edge = 0; edge < graph.degree(at); edge++) {
      const id = graph.transition(at, edge)
      if (isMay(transitions[id]!.tag)) continue
      fired.add(id)
      reached.add(graph.target(at, edge))
    }
  const moves = (p: number): boolean =>
    [...fired].some((id) => {
      const { process, joint = [] } = transitions[id]!
      return process === p || joint.some((move) => move.process === p)
    })
  const stops = (p: number): boolean =>
    [...reached].some((at) => {
      if (facts.faulted.any(at) || facts.resting.has(at, p)) return true
      // Stuck: nothing that is reachable from there moves it.
      const on = new Set([at])
      for (const next of on)
        for (let edge = 0; edge < graph.degree(next); edge++) {
          const id = graph.transition(next, edge)
          const { process, joint = [], tag } = transitions[id]!
          if (isMay(tag)) continue
          if (facts.faulted.any(graph.target(next, edge))) return true
          if (process === p || joint.some((move) => move.process === p)) return false
          on.add(graph.target(next, edge))
        }
      return true
    })
  const givesUp = (p: number): boolean =>
    [...fired].some((id) => transitions[id]!.process === p && isEscape(transitions[id]!.tag))
  return [...processes.keys()].filter((p) => {
    const { locations } = processes[p]!
    const walk = (from: number, isOut: (at: number) => boolean): Set<number> => {
      const seen = new Set<number>()
      const open = [from]
      for (let at = open.pop(); at !== undefined; at = open.pop())
        for (const id of control.leaving(p, at)) {
          const to = control.successor(p, id)
          if (isOut(to) || seen.has(to)) continue
          seen.add(to)
          open.push(to)
        }
      return seen
    }
    const goesRoundAhead = (at: number): boolean =>
      !locations[at]!.rest &&
      walk(at, (to) => locations[to]!.rest).has(at) &&
      [...walk(at, () => false)].some((to) => locations[to]!.rest)
    const visited = [...reached].map((at) => machine.location(store.get(at), p))
    return visited.every(goesRoundAhead) && moves(p) && !stops(p) && !givesUp(p)
  })
}
