// SPDX-License-Identifier: Apache-2.0
import { liftedComponents } from '#explore/lifted-components'
import type { Quotient } from '#explore/quotient'
import { readsOf, writesOf } from '#system/footprint'
import type { ProcessId, VarId } from '#system/system'
import { countedEdges } from './future.ts'
import type { Evidence } from './property.ts'

/** Who passes in a state. */
type Passing = (state: number, handler: ProcessId) => boolean

/** A condition under which a handler runs on top of somebody. */
interface Mark {
  readonly by: ProcessId
  readonly reads: ReadonlySet<VarId>
}

/**
 * The handlers that come and go in a terminal component: whether they run on top of somebody changes there. One that never
 * leaves is part of why somebody is stuck; one that does is not. Read off what is fired, of which a reduced search has all,
 * and not off which states it has. Before the end every handler may still go.
 */
export function passingHandlers<S>(evidence: Evidence<S>): Passing {
  const { processes } = evidence.machine.system
  const marks = processes.flatMap(({ suspended }) => suspended.map(({ by, when }) => ({ by, reads: readsOf(when) })))
  if (marks.length === 0) return () => false
  const future = evidence.future('on')
  const handlers = new Set(marks.map(({ by }) => by))
  let known: Passing | undefined
  return (state, handler) => {
    if (!handlers.has(handler)) return false
    return future.end(state) < 0 || (known ??= passingInEnds(evidence, marks))(state, handler)
  }
}

function passingInEnds<S>(evidence: Evidence<S>, marks: readonly Mark[]): Passing {
  const { graph, quotient } = evidence
  const future = evidence.future('on')
  const { imageOf, of, sameIn } = quotient === undefined ? plainly(future) : upToSymmetry(evidence, quotient)
  const passing = new Map<number, Set<ProcessId>>()
  for (let state = 0; state < graph.states; state++) {
    if (future.end(state) < 0) continue
    const there = passing.get(of(state)) ?? new Set()
    passing.set(of(state), there)
    for (const by of comingOrGoing(evidence, marks, state)) there.add(imageOf(state, by))
  }
  for (const [component, there] of passing)
    for (const by of there) for (const image of sameIn(component)) there.add(image(by))
  return (state, handler) => passing.get(of(state))!.has(imageOf(state, handler))
}

/** Handlers that what is fired in a state brings on top of somebody, or takes away. */
function comingOrGoing<S>(
  { graph, machine }: Evidence<S>,
  marks: readonly Mark[],
  state: number,
): readonly ProcessId[] {
  const { transitions } = machine.system
  const written = new Set<VarId>()
  for (let edge = 0; edge < graph.degree(state); edge++)
    for (const id of [graph.transition(state, edge), ...graph.rest(state, edge)])
      for (const assign of transitions[id]!.effect) for (const v of writesOf(assign)) written.add(v)
  return marks.filter(({ reads }) => !reads.isDisjointFrom(written)).map(({ by }) => by)
}

/** In whose words the states of a component speak of processes, so that they can be compared. */
interface Common {
  of(state: number): number
  imageOf(state: number, process: ProcessId): ProcessId
  /** What makes a component the same again. */
  sameIn(component: number): readonly ((process: ProcessId) => ProcessId)[]
}

const plainly = (future: { end(state: number): number }): Common => ({
  of: (state) => future.end(state),
  imageOf: (_, process) => process,
  sameIn: () => [],
})

/** Each state by its potential, up to the local group (docs/theory.md 8). */
function upToSymmetry<S>({ machine, graph }: Evidence<S>, quotient: Quotient): Common {
  const lifted = liftedComponents(graph, quotient, countedEdges(machine.system, graph, 'on'))
  const image = (permutation: number) => (process: ProcessId) => quotient.processes(permutation)[process]!
  return {
    of: (state) => lifted.of[state]!,
    imageOf: (state, process) => image(lifted.potential(state))(process),
    sameIn: (component) => [...lifted.generators(component)].map(image),
  }
}
