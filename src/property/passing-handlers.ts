// SPDX-License-Identifier: Apache-2.0
import { readsOf, writesOf } from '#system/footprint'
import type { ProcessId, TransitionId, VarId } from '#system/system'
import type { Evidence } from './property.ts'

/**
 * The handlers that come and go in a terminal component: whether they run on top of somebody changes there. One that never
 * leaves is part of why somebody is stuck; one that does is not. Read off what is fired, of which a reduced search has all,
 * and not off which states it has. Before the end every handler may still go.
 */
export function passingHandlers<S>(evidence: Evidence<S>): (end: number) => ReadonlySet<ProcessId> {
  const { processes } = evidence.machine.system
  const marks = processes.flatMap(({ suspended }) => suspended.map(({ by, when }) => ({ by, reads: readsOf(when) })))
  if (marks.length === 0) return () => new Set()
  let known: ReadonlyMap<number, ReadonlySet<ProcessId>> | undefined
  const all = new Set(marks.map(({ by }) => by))
  return (end) => (known ??= passingByEnd(evidence, marks)).get(end) ?? all
}

interface Mark {
  readonly by: ProcessId
  readonly reads: ReadonlySet<VarId>
}

function passingByEnd<S>(evidence: Evidence<S>, marks: readonly Mark[]): ReadonlyMap<number, ReadonlySet<ProcessId>> {
  const { machine, graph } = evidence
  const { transitions } = machine.system
  const future = evidence.future('on')
  const firedIn = new Map<number, Set<TransitionId>>()
  for (let state = 0; state < graph.states; state++) {
    const end = future.end(state)
    if (end < 0) continue
    const fired = firedIn.get(end) ?? new Set()
    firedIn.set(end, fired)
    for (let edge = 0; edge < graph.degree(state); edge++) {
      fired.add(graph.transition(state, edge))
      for (const id of graph.rest(state, edge)) fired.add(id)
    }
  }
  const passing = (fired: Iterable<TransitionId>): ReadonlySet<ProcessId> => {
    const written = new Set([...fired].flatMap((id) => transitions[id]!.effect.flatMap(writesOf)))
    return new Set(marks.filter(({ reads }) => !reads.isDisjointFrom(written)).map(({ by }) => by))
  }
  return new Map([...firedIn].map(([end, fired]) => [end, passing(fired)]))
}
