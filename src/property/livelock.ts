// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'
import { livelockedIn } from './livelocked.ts'
import { lockClasses } from './lock-class.ts'
import { compareText, precedence } from './precedence.ts'
import type { Evidence, Violation } from './property.ts'
import { withoutMay } from './resting.ts'

/** A livelock in a state. */
interface Found {
  readonly state: number
  readonly processes: readonly string[]
  readonly objects: readonly string[]
  /** What it is chosen by. */
  readonly text: string
}

/**
 * Livelock: somebody keeps moving and can never come to rest again; completion is out of reach, however fair what
 * is scheduled (`livelocked.ts`).
 *
 * The one with the fewest processes is told, then by names, then the nearest, so that the choice does not depend on
 * the order of the search.
 */
export const livelock = <S>(evidence: Evidence<S>): Violation | undefined => livelocks(evidence, () => '')[0]

/** The same, one of each set of lock classes that are tried in vain; of each set of processes where nothing is. */
export function everyLivelock<S>(evidence: Evidence<S>): readonly Violation[] {
  const classOf = lockClasses(evidence.said.system)
  return livelocks(evidence, ({ processes, objects }) =>
    JSON.stringify(objects.length > 0 ? [...new Set(objects.map(classOf))].sort() : processes),
  )
}

/** At most one violation of those that are not told apart. */
function livelocks<S>(evidence: Evidence<S>, tell: (found: Found) => string): readonly Violation[] {
  const { graph, said } = evidence
  const livelocked = livelockedIn(evidence)
  const { candidates } = livelocked
  if (candidates.length === 0) return []
  const ever = withoutMay(evidence).from(
    evidence.machine.system.processes.length,
    (state, rows, row) => {
      for (const p of candidates) if (livelocked.is(state, p)) rows.set(row, p)
    },
    (quotient) => (permutation) => quotient.processes(permutation),
  )
  const rank = precedence(said.system)
  let attempts: Attempts | undefined
  const best = new Map<string, Found>()
  for (const state of evidence.soundStates()) {
    const there = candidates.filter((p) => livelocked.is(state, p))
    // Before everybody is who will be, it is under way.
    if (there.length === 0 || candidates.some((p) => ever.has(state, p) !== there.includes(p))) continue
    const tries = (attempts ??= failedAttempts(evidence))
    const objects = [...new Set(there.flatMap((p) => tries(state, p)))].sort()
    const processes = there.map((p) => said.system.processes[p]!.name)
    const found: Found = { state, processes, objects, text: rank(there, objects) }
    const known = best.get(tell(found))
    if (known === undefined || comesBefore(found, known)) best.set(tell(found), found)
  }
  return [...best.values()].map(({ state, processes, objects }) => ({
    kind: 'livelock',
    processes,
    objects,
    stuck: [],
    path: graph.path(state),
    escapes: 'on',
  }))

  function comesBefore(a: Found, b: Found): boolean {
    const order = a.processes.length - b.processes.length || compareText(a.text, b.text)
    return (order || graph.depth(a.state) - graph.depth(b.state)) < 0
  }
}

/** The objects that a process may still try to get in vain from a state on. */
type Attempts = (state: number, process: ProcessId) => readonly string[]

function failedAttempts<S>(evidence: Evidence<S>): Attempts {
  const { graph, machine, said, originals } = evidence
  const { transitions, origins } = said.system
  const failures = [...machine.system.transitions.keys()].filter((id) =>
    originals(id).some((original) => transitions[original]!.retry === true),
  )
  const column = new Map(failures.map((id, i) => [id, i]))
  const fired = withoutMay(evidence).from(
    failures.length,
    (state, rows, row) => {
      for (let edge = 0; edge < graph.degree(state); edge++)
        for (const id of [graph.transition(state, edge), ...graph.rest(state, edge)])
          if (column.has(id)) rows.set(row, column.get(id)!)
    },
    (quotient) => (permutation) => failures.map((id) => column.get(quotient.transition(permutation, id))!),
  )
  const objectsOf = (id: TransitionId, process: ProcessId): readonly string[] =>
    originals(id)
      .map((original) => transitions[original]!)
      .filter((step) => step.retry === true && step.process === process)
      .map(({ origin }) => origins[origin]!.on)
      .filter((on) => on !== '')
  return (state, process) => failures.flatMap((id, i) => (fired.has(state, i) ? objectsOf(id, process) : []))
}
