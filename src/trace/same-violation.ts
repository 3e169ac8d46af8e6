// SPDX-License-Identifier: Apache-2.0
import { starvingAttempt } from '#property/forward-progress'
import { livelockedIn } from '#property/livelocked'
import type { Evidence } from '#property/property'
import { isAlone } from '#system/lone-process'
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import type { Ahead } from './from-state.ts'
import type { Outcome } from './trace.ts'

/** What an outcome says, other than who besides those of the wait cycle is stuck. */
export type Wanted = Pick<Outcome, 'kind' | 'code' | 'shape' | 'processes' | 'objects' | 'escapes'>

/**
 * Who is stuck at the end of another path, if that shows the same violation: the same kind, and the same wait cycle of
 * processes and objects, whoever else may still be on the way. Undefined if it shows another one or none, or if more than
 * `limit` states would have to be explored.
 *
 * The end of a deadlock need not be a state in which nothing moves any more, as long as one can be reached from there: the
 * cycle is closed, and others who have not run yet do not open it.
 */
export function stuckIn<S>(
  machine: Machine<S>,
  ahead: Ahead<S>,
  end: S,
  last: TransitionId | undefined,
  wanted: Wanted,
  limit: number,
): readonly ProcessId[] | undefined {
  const { system } = machine
  if (wanted.code !== undefined) {
    const fault = last === undefined ? undefined : system.transitions[last]!.fault
    return fault?.kind === wanted.kind && fault.code === wanted.code ? [] : undefined
  }
  if (isAlone(system) && !isRunningOn(wanted) && machine.enabled(end).length > 0) return undefined
  const found = ahead.from(end, limit)
  if (found === undefined || found.evidence.facts.faulted.any(found.id)) return undefined
  if (isRunningOn(wanted)) return runsOnAsSaid(found.evidence, found.id, last, wanted) ? [] : undefined
  const stuck = stuckThere(found.evidence, found.id, wanted)
  return stuck !== undefined && comesTo(found.evidence, found.id, wanted) ? stuck : undefined
}

/** By kind: that everybody else can come to an end, that the fences are lost, that only an escape helps. */
function comesTo<S>(evidence: Evidence<S>, id: number, { kind, objects, escapes }: Wanted): boolean {
  if (kind === 'deadlock') return canComeToQuiet(evidence, id)
  if (kind !== 'unsignalled-fence') return true
  const { debts } = evidence.machine.system
  const unpaid = evidence
    .future(escapes)
    .unpaid(id)
    .map((d) => debts[d]!.object)
  return objects.every((object) => unpaid.includes(object))
}

export type RunningOn = Pick<Outcome, 'kind' | 'processes'>

/** Whether an outcome is about who runs on for ever. */
export const isRunningOn = ({ kind }: Pick<Outcome, 'kind'>): boolean =>
  kind === 'livelock' || kind === 'no-forward-progress'

/** Whether those of such an outcome do so from the state with this id on, to which the step `last` has led. */
export function runsOnAsSaid<S>(
  evidence: Evidence<S>,
  id: number,
  last: TransitionId | undefined,
  { kind, processes }: RunningOn,
): boolean {
  const livelocked = livelockedIn(evidence)
  const ids = processes.map((name) => evidence.machine.system.processes.findIndex((p) => p.name === name))
  return (
    ids.length > 0 &&
    ids.every((process) =>
      kind === 'livelock' ? livelocked.is(id, process) : starvingAttempt(evidence, id, process, last) !== undefined,
    )
  )
}

/** Whether a state in which nothing can move any more, and nobody has reported a fault, can be reached from the one with this id. */
export function canComeToQuiet<S>(evidence: Evidence<S>, id: number): boolean {
  const { graph, facts } = evidence
  const future = evidence.future('on')
  const reached = new Set([id])
  for (const state of reached) {
    if (!graph.expanded(state)) continue
    if (future.quiet(state) && !facts.faulted.any(state)) return true
    for (let edge = 0; edge < graph.degree(state); edge++) reached.add(graph.target(state, edge))
  }
  return false
}

function stuckThere<S>(evidence: Evidence<S>, id: number, wanted: Wanted): readonly ProcessId[] | undefined {
  const { machine, waitGraphs, store } = evidence
  const { processes } = machine.system
  const anyway = wanted.kind === 'masked' ? evidence.future('on').stuck(id) : []
  const future = evidence.future(wanted.escapes)
  const stuck = future.stuck(id).filter((p) => !anyway.includes(p))
  const names = stuck.map((p) => processes[p]!.name)
  if (!wanted.processes.every((name) => names.includes(name))) return undefined
  if (wanted.processes.length === 0) return stuck
  const waits = waitGraphs.at(store.get(id), stuck, wanted.escapes, (p) => future.canMove(id, p))
  const core = waits.core.map((p) => processes[p]!.name)
  const isSame =
    waits.shape === wanted.shape &&
    sameMembers(core, wanted.processes) &&
    wanted.objects.every((object) => waits.objects.includes(object))
  return isSame ? stuck : undefined
}

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))
