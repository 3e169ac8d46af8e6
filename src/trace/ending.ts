// SPDX-License-Identifier: Apache-2.0
import { Control } from '#property/control'
import { WaitGraphs, type WaitGraph } from '#property/wait-graph'
import type { Machine } from '#system/machine'
import { moversOf } from '#system/moves'
import type { ProcessId, TransitionId } from '#system/system'
import { isRunningOn } from './same-violation.ts'
import type { Outcome } from './trace.ts'

/** A replayed path with what it has led to: what every part of an explanation is told from. */
export interface Ending<S> {
  readonly machine: Machine<S>
  readonly graphs: WaitGraphs<S>
  readonly path: readonly TransitionId[]
  /** One more than steps: the initial state first. */
  readonly states: readonly S[]
  readonly outcome: Outcome
  /** The step after which the path has come round to where it ends, if it goes round. */
  readonly backTo: number | undefined
  readonly stuck: readonly ProcessId[]
  /** Those who run on for ever without coming to rest, where that is what it is about. */
  readonly runningOn: readonly ProcessId[]
  /** Who waits for whom at the end. */
  readonly graph: WaitGraph
  /** The wait cycle in the order of waiting, with the idle processes that it leads through. */
  readonly circle: readonly ProcessId[]
}

export type Status = 'stuck' | 'goes round' | 'waits' | 'at rest' | 'runs on' | 'faulted'

export function endingOf<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  outcome: Outcome,
  backTo?: number,
): Ending<S> {
  const { processes } = machine.system
  const graphs = new WaitGraphs(machine, new Control(machine.system))
  const named = (names: readonly string[]): readonly ProcessId[] =>
    names.map((name) => processes.findIndex((p) => p.name === name)).filter((p) => p >= 0)
  const stuck = named(outcome.stuck)
  const runningOn = isRunningOn(outcome) ? named(outcome.processes) : []
  const graph = graphs.at(states.at(-1)!, stuck, outcome.escapes)
  return { machine, graphs, path, states, outcome, backTo, stuck, runningOn, graph, circle: inTurn(graph) }
}

/** The core and the idle, each followed by one that it waits for, as far as one is left. */
function inTurn({ core, waits, idle }: WaitGraph): readonly ProcessId[] {
  const all = [...core, ...new Set(idle.map((wait) => wait.process))]
  const order: ProcessId[] = []
  while (order.length < all.length) {
    const isLeft = (p: ProcessId): boolean => all.includes(p) && !order.includes(p)
    const waited = [...waits, ...idle].filter((wait) => wait.process === order.at(-1)).flatMap((wait) => wait.for)
    order.push(waited.find(isLeft) ?? all.find(isLeft)!)
  }
  return order
}

/** How a process stands at the end. */
export function statusOf<S>(
  { machine, path, states, backTo, stuck, runningOn }: Ending<S>,
  process: ProcessId,
): Status {
  const { transitions } = machine.system
  const { locations, faultAt } = machine.system.processes[process]!
  const at = machine.location(states.at(-1)!, process)
  if (at === faultAt) return 'faulted'
  if (runningOn.includes(process)) return 'goes round'
  if (stuck.includes(process)) return 'stuck'
  if (locations[at]!.rest) return 'at rest'
  // Whoever can move in one state of a round moves on it.
  const round = backTo === undefined ? undefined : path.slice(backTo)
  return round?.every((id) => !moversOf(transitions[id]!).includes(process)) === true ? 'waits' : 'runs on'
}

/** The people of the story: those of the wait cycle or who run on for ever, the other stuck ones, the rest. */
export function castOf<S>({ machine, graph, stuck, runningOn, circle }: Ending<S>): readonly ProcessId[] {
  const { processes } = machine.system
  const inOrder = circle.filter((p) => graph.core.includes(p))
  return [...new Set([...inOrder, ...runningOn, ...stuck, ...processes.keys()])].filter(
    (p) => processes[p]!.context !== 'observer',
  )
}
