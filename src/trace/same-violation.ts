// SPDX-License-Identifier: Apache-2.0
import type { Evidence } from '#property/property'
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import { evidenceFrom } from './from-state.ts'
import type { Outcome } from './trace.ts'

/** What an outcome says, other than who besides those of the wait cycle is stuck. */
export type Wanted = Pick<Outcome, 'kind' | 'code' | 'shape' | 'processes' | 'objects' | 'escapes'>

/**
 * Who is stuck at the end of another path, if that shows the same violation: the same kind, and the same wait cycle of
 * processes and objects, whoever else may still be on the way. Undefined if it shows another one or none, or if more than
 * `limit` states would have to be looked at.
 *
 * The end of a deadlock need not be a state in which nothing moves any more, as long as one can be reached from there: the
 * cycle is closed, and others who have not run yet do not open it.
 */
export function stuckIn<S>(
  machine: Machine<S>,
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
  const evidence = evidenceFrom(machine, end, limit)
  return evidence !== undefined && comesTo(evidence, wanted) ? stuckThere(evidence, wanted) : undefined
}

/** By kind: that everybody else can come to an end, that the fences are lost, that only an escape helps. */
function comesTo<S>(evidence: Evidence<S>, { kind, objects, escapes }: Wanted): boolean {
  const { graph, machine, facts } = evidence
  if (facts.faulted.any(0)) return false
  const future = evidence.future(escapes)
  switch (kind) {
    case 'deadlock':
      return canComeToQuiet(evidence)
    case 'unsignalled-fence': {
      const unpaid = future.unpaid(0).map((d) => machine.system.debts[d]!.object)
      return objects.every((object) => unpaid.includes(object))
    }
    default:
      return graph.states > 0
  }
}

/** Whether a state in which nothing can move any more can be reached. */
export function canComeToQuiet<S>(evidence: Evidence<S>): boolean {
  const future = evidence.future('on')
  for (const state of evidence.soundStates()) if (future.quiet(state)) return true
  return false
}

function stuckThere<S>(evidence: Evidence<S>, wanted: Wanted): readonly ProcessId[] | undefined {
  const { machine, waitGraphs, store } = evidence
  const { processes } = machine.system
  const anyway = wanted.kind === 'masked' ? evidence.future('on').stuck(0) : []
  const stuck = evidence
    .future(wanted.escapes)
    .stuck(0)
    .filter((p) => !anyway.includes(p))
  const names = stuck.map((p) => processes[p]!.name)
  if (!wanted.processes.every((name) => names.includes(name))) return undefined
  if (wanted.processes.length === 0) return stuck
  const waits = waitGraphs.at(store.get(0), stuck, wanted.escapes)
  const core = waits.core.map((p) => processes[p]!.name)
  const isSame =
    waits.shape === wanted.shape &&
    sameMembers(core, wanted.processes) &&
    wanted.objects.every((object) => waits.objects.includes(object))
  return isSame ? stuck : undefined
}

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))
