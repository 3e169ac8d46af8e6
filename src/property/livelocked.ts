// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import { isEscape, isMay, type Location, type LocationId, type ProcessId } from '#system/system'
import type { Control } from './control.ts'
import type { Evidence } from './property.ts'
import { canRest, withoutMay } from './resting.ts'
import { reachesAvoiding } from './reaches-avoiding.ts'
import { stepsOn } from './steps.ts'

/** Who is livelocked in which states. */
export interface Livelocked {
  /** Processes that may be so somewhere, by their control graphs; nearly always there are none. */
  readonly candidates: readonly ProcessId[]
  /**
   * Whether a process can never come to rest again, and from here on only goes round where its path leads on to rest. Nobody is
   * livelocked who may yet be stuck, so who is keeps moving, who may yet come to where it has nowhere to rest, or who only goes on
   * because waits are given up (timeouts, signals) again and again.
   */
  is(state: number, process: ProcessId): boolean
}

const known = new WeakMap<object, Livelocked>()

/**
 * Who is livelocked where, exactly, by what can still happen from each explored state; nobody counts on steps that
 * merely may happen. All is read off what is fired from a state on: who moves and where, comes to rest or gives up. In a terminal
 * component that says everything, and a reduced search fires the same there (docs/theory.md 3).
 */
export function livelockedIn<S>(evidence: Evidence<S>): Livelocked {
  const made = known.get(evidence) ?? findLivelocked(evidence)
  known.set(evidence, made)
  return made
}

function findLivelocked<S>(evidence: Evidence<S>): Livelocked {
  const { graph, machine, said } = evidence
  const rounds = new Map(
    said.system.processes.flatMap(({ locations }, p) => {
      const round = roundsOf(said.control, p, locations)
      return round.size === 0 ? [] : [[p, round] as const]
    }),
  )
  const candidates = [...rounds.keys()]
  if (candidates.length === 0) return { candidates, is: () => false }
  const reachable = withoutMay(evidence)
  const rests = canRest(evidence, reachable)
  const givesUp = reachable.from(
    machine.system.processes.length,
    (state, rows, row) => {
      for (let edge = 0; edge < graph.degree(state); edge++)
        for (const id of stepsOn(evidence, state, edge)) {
          const { tag, process } = said.system.transitions[id]!
          if (isEscape(tag)) rows.set(row, process)
        }
    },
    (quotient) => (permutation) => quotient.processes(permutation),
  )
  const leaves = reachable.from(
    machine.system.processes.length,
    (state, rows, row) => {
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const steps = stepsOn(evidence, state, edge).map((id) => said.system.transitions[id]!)
        if (steps.some(({ tag }) => isMay(tag))) continue
        for (const { process, from, to } of steps.flatMap(movesOf)) {
          const round = rounds.get(process)
          if (round !== undefined && !(round.has(from) && round.has(to))) rows.set(row, process)
        }
      }
    },
    (quotient) => (permutation) => quotient.processes(permutation),
  )
  const is = (state: number, process: ProcessId): boolean =>
    rounds.has(process) && !rests.has(state, process) && !givesUp.has(state, process) && !leaves.has(state, process)
  return { candidates, is }
}

/** The locations on circles of a control graph that avoid resting, where the path leads on to rest. */
function roundsOf(control: Control, process: ProcessId, locations: readonly Location[]): ReadonlySet<LocationId> {
  if (!locations.some(({ rest }) => rest)) return new Set()
  const left = new Set([...locations.keys()].filter((at) => !locations[at]!.rest))
  const next = (at: LocationId): readonly LocationId[] => control.next(process, at)
  const rests = (at: LocationId): boolean => locations[at]!.rest
  // Whatever leads only out is taken away, from the ends on: mostly that is everything.
  const onward = locations.map((_, at) => (rests(at) ? [] : next(at).filter((to) => !rests(to))))
  const before = locations.map((): LocationId[] => [])
  for (const [at, targets] of onward.entries()) for (const to of targets) before[to]!.push(at)
  const ways = onward.map(({ length }) => length)
  const out = [...left].filter((at) => ways[at] === 0)
  for (const at of out) {
    left.delete(at)
    for (const from of before[at]!) if (--ways[from]! === 0) out.push(from)
  }
  const comesBack = (start: LocationId): boolean =>
    next(start).some((at) => left.has(at) && reachesAvoiding(control, process, rests, at, start))
  return new Set([...left].filter((at) => locations[at]!.restAhead === true && comesBack(at)))
}
