// SPDX-License-Identifier: Apache-2.0
import type { Evidence, Violation } from './property.ts'

/** A fence that was published and that no continuation signals, whether or not anybody waits for it. */
export function unsignalledFence<S>(evidence: Evidence<S>): Violation | undefined {
  const { machine, graph } = evidence
  const future = evidence.future('on')
  let nearest: { readonly state: number; readonly lost: readonly number[] } | undefined
  for (const state of evidence.soundStates()) {
    if (nearest !== undefined && graph.depth(nearest.state) <= graph.depth(state)) continue
    const lost = future.unpaid(state)
    if (lost.length > 0) nearest = { state, lost }
  }
  if (nearest === undefined) return undefined
  return {
    kind: 'unsignalled-fence',
    shape: 'none',
    processes: [],
    objects: nearest.lost.map((d) => machine.system.debts[d]!.object),
    stuck: future.stuck(nearest.state),
    path: graph.path(nearest.state),
    escapes: 'on',
  }
}
