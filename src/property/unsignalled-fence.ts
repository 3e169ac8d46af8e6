// SPDX-License-Identifier: Apache-2.0
import type { Evidence, Violation } from './property.ts'

/**
 * A fence that was published and that no continuation signals, whether or not anybody waits for it. As few as can be lost
 * alone are told, then by their names, then the nearest, so that the choice does not depend on the order of the search.
 */
export function unsignalledFence<S>(evidence: Evidence<S>): Violation | undefined {
  const { machine, graph } = evidence
  const future = evidence.future('on')
  let best: Loss | undefined
  for (const state of evidence.soundStates()) {
    const lost = future.unpaid(state)
    if (lost.length > 0 && (best === undefined || before({ state, lost }, best))) best = { state, lost }
  }
  if (best === undefined) return undefined
  const { state, lost } = best
  return {
    kind: 'unsignalled-fence',
    shape: 'none',
    processes: [],
    objects: objectsOf(lost),
    stuck: future.stuck(state),
    path: graph.path(state),
    escapes: 'on',
  }

  function before(a: Loss, b: Loss): boolean {
    const size = a.lost.length - b.lost.length
    if (size !== 0) return size < 0
    const [mine, theirs] = [objectsOf(a.lost).join(), objectsOf(b.lost).join()]
    return mine === theirs ? graph.depth(a.state) < graph.depth(b.state) : mine < theirs
  }

  function objectsOf(lost: readonly number[]): readonly string[] {
    return lost.map((d) => machine.system.debts[d]!.object)
  }
}

interface Loss {
  readonly state: number
  readonly lost: readonly number[]
}
