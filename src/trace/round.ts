// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { shortestWalk, type Walk } from '#explore/walk'
import type { Attempt } from '#property/attempt'
import { fairRetries } from '#property/fair-cycles'
import { starvingAttempt } from '#property/forward-progress'
import type { Evidence } from '#property/property'
import type { Machine } from '#system/machine'
import { isMay, type TransitionId } from '#system/system'
import { fairRound, type Track } from './fair-round.ts'
import type { Ahead } from './from-state.ts'
import { isRunningOn, type RunningOn } from './same-violation.ts'

type Path = readonly TransitionId[]

/** States to look at for a round, and those, each with who has moved and who has to, up to which the shortest is looked for. */
const roundLimits = { states: 100_000, exact: 200_000 } as const

/**
 * A path that shows how somebody goes on for ever, led on to a cycle of states and once round it: its last step leads back to
 * the state after the first `backTo`. On the round everybody moves who can somewhere on it, so that it may be repeated
 * for ever in a strongly fair run. The path as it is, if the outcome is another, or too much can still happen.
 */
export function goingOn<S>(
  machine: Machine<S>,
  path: Path,
  outcome: RunningOn,
  ahead: Ahead<S>,
  limits: Readonly<Record<keyof typeof roundLimits, number>> = roundLimits,
): { readonly path: Path; readonly backTo?: number } {
  if (!isRunningOn(outcome)) return { path }
  const end = path.reduce((state, id) => machine.fire(state, id), machine.initial())
  const found = ahead.from(end, limits.states)
  const on = found && roundFrom(found.evidence, found.id, path.at(-1), outcome, limits.exact)
  return on === undefined
    ? { path }
    : { path: [...path, ...on.lead, ...on.round], backTo: path.length + on.lead.length }
}

/** Steps that lead to a cycle of states, and the steps once round it. */
interface Round {
  readonly lead: Path
  readonly round: Path
}

function roundFrom<S>(
  evidence: Evidence<S>,
  state: number,
  last: TransitionId | undefined,
  { kind, processes }: RunningOn,
  exactLimit: number,
): Round | undefined {
  const { graph, machine } = evidence
  const named = processes.map((name) => machine.system.processes.findIndex((p) => p.name === name))
  const track =
    kind === 'livelock'
      ? settling(evidence, state)
      : retrying(evidence, state, starvingAttempt(evidence, state, named[0]!, last))
  const round = track && fairRound({ graph, system: machine.system, start: track.lead.end, track, named }, exactLimit)
  const fired = (edges: Walk['edges']): Path => edges.map((at) => graph.transition(at.state, at.edge))
  return round && { lead: fired(track.lead.edges), round: fired(round) }
}

/** Edges on which a run can stay for ever, and how it gets there. */
interface LedTo extends Track {
  readonly lead: Walk
}

const nowhere = (at: number): Walk => ({ edges: [], end: at })

/** The nearest part of the graph that is never left again: whoever is livelocked moves in it. */
function settling<S>({ graph, machine }: Evidence<S>, from: number): LedTo | undefined {
  const { transitions } = machine.system
  const isOn = (state: number, edge: number): boolean => !isMay(transitions[graph.transition(state, edge)]!.tag)
  const { of, count } = components(graph, isOn)
  const isLeft = new Uint8Array(count)
  for (const [state, own] of of.entries())
    for (let edge = 0; edge < graph.degree(state); edge++)
      if (isOn(state, edge) && of[graph.target(state, edge)] !== own) isLeft[own] = 1
  const isSettled = (state: number): boolean => isLeft[of[state]!] === 0
  const lead = isSettled(from)
    ? nowhere(from)
    : shortestWalk(graph, from, isOn, (state, edge) => isSettled(graph.target(state, edge)))
  return lead && { lead, isOn, isLast: () => true }
}

/** The fair cycles on which an attempt is repeated; a round ends with one that fails. */
function retrying<S>(evidence: Evidence<S>, from: number, attempt: Attempt | undefined): LedTo | undefined {
  if (attempt === undefined) return undefined
  const { graph } = evidence
  const { of, attempts, isInside } = fairRetries(evidence, attempt, 'strongly')
  const fails = (state: number, edge: number): boolean =>
    isInside(state, edge) && attempts.get(of[state]!)?.has(graph.transition(state, edge)) === true
  const failsInto = (state: number, edge: number): boolean => fails(state, edge) && graph.target(state, edge) === from
  const lead =
    shortestWalk(graph, from, isInside, failsInto) === undefined
      ? shortestWalk(graph, from, isInside, fails)
      : nowhere(from)
  return lead && { lead, isOn: isInside, isLast: fails }
}
