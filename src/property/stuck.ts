// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '#ir/model'
import { isNet } from '#system/lone-process'
import type { ProcessId, System } from '#system/system'
import { lockClasses } from './lock-class.ts'
import { passingHandlers } from './passing-handlers.ts'
import { compareText, precedence } from './precedence.ts'
import type { Evidence, Violation } from './property.ts'
import { Shown } from './shown.ts'
import type { WaitGraph } from './wait-graph.ts'

const lostFence = 'unsignalled-fence'

/** A way to be stuck, with the earliest state that shows it. */
interface Candidate {
  readonly kind: Kind
  readonly state: number
  readonly stuck: readonly ProcessId[]
  readonly waits: WaitGraph
  /** What is told of it: what is waited for, or as much of that as is lost. */
  readonly objects: readonly string[]
  /** A handler that comes and goes runs on top of one of the stuck, or of whom they wait for: that is not why they are stuck. */
  readonly interrupted: boolean
}

/** States of terminal components beyond which those are taken for alike in which the same processes are stuck at the same places. */
export const exactLooks = 5_000

/**
 * Deadlock: nothing but the environment ever moves again and somebody is not at rest. Partial deadlock: somebody can
 * never move again, not at rest, while others may run on. Exact, by what can still happen from each explored state.
 *
 * Where the stuck processes wait in no cycle, and one that waits for nobody waits for a published fence that nothing
 * will signal, the lost fence is the cause and being stuck its consequence: that is reported as unsignalled fence.
 *
 * Which of these it is shows in the terminal components: before that somebody may stand in the way in passing, and a
 * reduced search need not come through every such state. Within such a component it shows while no handler that comes and
 * goes runs on top of the stuck; a cycle shown in one of its states is there for ever.
 *
 * At most one violation of each kind: of the wait graphs that terminal components show the one with the fewest processes
 * involved, in the nearest state that shows it, so that the choice does not depend on the order of the search.
 */
export const stuckProcesses = <S>(evidence: Evidence<S>): readonly Violation[] => stuckApart(evidence, byKind)

const byKind = ({ kind }: Candidate): string => kind

/** The same, one of each kind and wait cycle of lock classes: by shape, and by what is waited for. */
export function everyWayToBeStuck<S>(evidence: Evidence<S>): readonly Violation[] {
  const way = waysToBeStuck(evidence.machine.system)
  return stuckApart(evidence, ({ kind, waits }) => `${kind} ${way(waits)}`)
}

/** What ways to be stuck are told apart by: the shape, and what is waited for, by lock classes. */
export function waysToBeStuck(system: System): (graph: WaitGraph) => string {
  const classOf = lockClasses(system)
  return ({ shape, objects, waits, core }) =>
    JSON.stringify([
      shape,
      objects.length > 0
        ? [...new Set(objects.map(classOf))].sort()
        : waits.filter(({ process }) => core.includes(process)).map(({ origin }) => `step ${origin}`),
    ])
}

/** At most one violation of those that are not told apart. */
function stuckApart<S>(evidence: Evidence<S>, tell: (candidate: Candidate) => string): readonly Violation[] {
  const { machine, graph, store, waitGraphs } = evidence
  const { processes, debts } = machine.system
  const future = evidence.future('on')
  const passing = passingHandlers(evidence)
  const seen = new Map<string, number>()
  // It waits for itself wherever it is stuck, and the nearest such state is the best.
  const isPlain = tell === byKind && isNet(machine.system)
  const ends = new Map<number, Candidate[]>()
  const found = new Shown<Candidate>(graph)
  const rank = precedence(evidence.said.system)
  const textOf = ({ waits: { core, shape }, objects }: Candidate): string => rank(core, objects, shape)
  let looks = 0
  for (const id of evidence.soundStates()) {
    const stuck = future.stuck(id)
    if (stuck.length === 0 || !future.settled(id)) continue
    const end = future.end(id)
    const candidate = candidateAt(id, stuck, end)
    if (candidate === undefined) continue
    if (end >= 0) {
      const shownThere = ends.get(end)
      if (shownThere === undefined) ends.set(end, [candidate])
      else shownThere.push(candidate)
    }
    found.add(tell(candidate), `${candidate.interrupted} ${textOf(candidate)}`, candidate, end >= 0)
  }
  const shown = new Set([...ends.values()].flatMap(shownBy).map(tell))
  return found.first(before).flatMap(([key, first]) => (shown.has(key) ? [violation(first)] : []))

  /** What a state shows; undefined if one like it has been looked at. */
  function candidateAt(id: number, stuck: readonly ProcessId[], end: number): Candidate | undefined {
    const quiet = future.quiet(id)
    const lost = future.unpaid(id)
    const state = store.get(id)
    const isExact = end >= 0 && !isPlain && looks < exactLooks
    const places = stuck.map((p) => machine.location(state, p))
    const key = JSON.stringify([quiet, stuck, places, lost, !quiet && end, isExact && waitGraphs.lookedAt(state)])
    const depth = seen.get(key)
    if (depth !== undefined && (!isPlain || depth <= graph.depth(id))) return undefined
    seen.set(key, graph.depth(id))
    if (isExact) looks++
    const waits = waitGraphs.at(state, stuck, 'on', (p) => future.canMove(id, p))
    const lostObjects = lost.map((d) => debts[d]!.object)
    const cause = waits.shape === 'none' && waits.objects.some((object) => lostObjects.includes(object))
    const kind: Kind = cause ? lostFence : quiet ? 'deadlock' : 'partial-deadlock'
    const interrupted = [...waits.waits, ...waits.idle].some(
      ({ suspendedBy: by }) => by !== undefined && !stuck.includes(by) && passing(id, by),
    )
    const objects = cause ? waits.objects.filter((object) => lostObjects.includes(object)) : waits.objects
    return { kind, state: id, stuck, waits, objects, interrupted }
  }

  function before(a: Candidate, b: Candidate): boolean {
    if (a.interrupted !== b.interrupted) return b.interrupted
    return (a.waits.core.length - b.waits.core.length || compareText(textOf(a), textOf(b))) < 0
  }

  function violation({ kind, state, stuck, waits, objects }: Candidate): Violation {
    return {
      kind,
      shape: waits.shape,
      processes: waits.core.map((p) => processes[p]!.name),
      objects,
      stuck,
      path: graph.path(state),
      escapes: 'on',
      waits,
    }
  }
}

/** Those of the states of one terminal component that show what all of them together do. */
function shownBy(candidates: readonly Candidate[]): readonly Candidate[] {
  const undisturbed = candidates.filter(({ interrupted }) => !interrupted)
  const clear = undisturbed.length > 0 ? undisturbed : candidates
  const shown = clear.find(({ kind }) => kind !== lostFence)?.kind ?? lostFence
  return clear.filter(({ kind }) => kind === shown)
}
