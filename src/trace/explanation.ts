// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import type { Machine } from '#system/machine'
import type { Hold, OriginId, TransitionId } from '#system/system'
import { courseTo, type Course } from './course.ts'
import { castOf, endingOf, statusOf, type Ending, type Status } from './ending.ts'
import { lockClasses } from '#property/lock-class'
import type { Outcome } from './trace.ts'
import { Wording } from './wording.ts'

/** A counterexample in kernel words; every reporter renders this, none looks at states. */
export interface Explanation {
  readonly headline: string
  /** Who is where at the end, those involved first. */
  readonly table: readonly Row[]
  /** The wait cycle, an edge a line; without a cycle the waits of those that wait for nobody. */
  readonly cycle: readonly string[]
  /** The same as data. */
  readonly edges: readonly Edge[]
  readonly course: Course
  /**
   * The step after which no continuation avoids the outcome, 0 if there was never a way round it. Absent where that is
   * not known; never wrong.
   */
  readonly pointOfNoReturn?: number
}

export interface Row {
  readonly process: string
  readonly context: string
  /** The hooked bodies it stands in and what they run inside of, innermost first: a shrinker inside kmalloc(). */
  readonly inside?: string
  readonly holds: readonly {
    readonly object: string
    readonly mode: string
    /** The step after which it has had it; 0: from the start. */
    readonly since: number
    /** It only stands in the others' way, and has nothing yet. */
    readonly queued?: true
  }[]
  /** What it waits for, or where it rests; empty if it can run on. */
  readonly waitsFor: string
  /** The step it cannot take. */
  readonly blockedAt?: string
  readonly status: Status
  readonly at?: string
  readonly kernel?: string
}

/** An edge of the wait cycle. Several of one process are alternatives, any of which would take it on: a knot. */
export interface Edge {
  readonly process: string
  readonly waitsFor: string
  /** Or the plain variables, or the CPU that an interrupt handler has taken. */
  readonly objects: readonly string[]
  /** The lock classes of the objects: the same for every copy of a group. */
  readonly classes: readonly string[]
  /** Who could end it: who holds what it waits for, or alone could do what it waits for. */
  readonly on: readonly string[]
  /** The step after which it has been waiting; 0 for one that has had nothing to do. */
  readonly since: number
  /** Not stuck: it rests, and has nothing to do before somebody of the cycle gets on. */
  readonly idle?: true
  readonly at?: string
  readonly kernel?: string
  readonly text: string
}

/** Explains where a path has led. */
export function explain<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  outcome: Outcome,
  known: { readonly pointOfNoReturn?: number | undefined; readonly backTo?: number | undefined } = {},
): Explanation {
  const ending = endingOf(machine, path, states, outcome, known.backTo)
  const wording = new Wording(ending, known.pointOfNoReturn !== undefined)
  const course = courseTo(ending)
  const edges = edgesOf(ending, wording, course)
  return {
    headline: wording.headline(),
    table: tableOf(ending, wording),
    cycle: edges.map(({ text }) => text),
    edges,
    course,
    ...(known.pointOfNoReturn !== undefined && { pointOfNoReturn: known.pointOfNoReturn }),
  }
}

function tableOf<S>(ending: Ending<S>, wording: Wording<S>): readonly Row[] {
  const { machine, graphs, states, outcome, path } = ending
  const { processes, transitions } = machine.system
  const last = path.at(-1)
  return castOf(ending).map((p): Row => {
    const status = statusOf(ending, p)
    const waits =
      status === 'stuck' ? wording.waitsOf(p) : status === 'waits' ? graphs.at(states.at(-1)!, [p], 'on').waits : []
    const wait = waits[0]
    const faulty = outcome.code === undefined || last === undefined ? undefined : transitions[last]!
    const origin = wait?.origin ?? (faulty?.process === p ? faulty.origin : undefined)
    const inside = wording.inside(p, origin)
    return {
      process: processes[p]!.name,
      context: processes[p]!.context,
      ...(inside !== '' && { inside }),
      holds: wording.holdsOf(p).map((hold) => ({
        object: hold.object,
        mode: hold.mode,
        since: sinceWhen(hold, states, ending),
        ...(hold.queued && { queued: hold.queued }),
      })),
      waitsFor: waits.map((w) => wording.waitPhrase(w)).join(' or '),
      status,
      ...(wait !== undefined && wait.step !== '' && { blockedAt: wait.step.replace(/ -> \S+$/, '') }),
      ...placeOf(ending, origin),
    }
  })
}

function edgesOf<S>(ending: Ending<S>, wording: Wording<S>, course: Course): readonly Edge[] {
  const { machine, circle, stuck } = ending
  const { processes } = machine.system
  const classOf = lockClasses(machine.system)
  return circle.flatMap((p) =>
    wording.waitsOf(p).map((wait): Edge => {
      const process = processes[p]!.name
      const plain = wait.suspendedBy === undefined ? wait.variables : ['its CPU']
      const objects = wait.objects.length > 0 ? wait.objects : plain
      const open =
        course.lanes.find((lane) => lane.process === process)?.waits.filter(({ to }) => to === undefined) ?? []
      const names = (ids: readonly number[]): readonly string[] => ids.map((id) => processes[id]!.name)
      return {
        process,
        waitsFor: wording.waitPhrase(wait),
        objects,
        classes: [...new Set(objects.map(classOf))],
        on: names([...wait.for, ...wait.heldBy]),
        ...(!stuck.includes(p) && { idle: true }),
        since: Math.max(0, ...open.map(({ from }) => from)),
        ...placeOf(ending, wait.origin),
        text: wording.edgePhrase(wait),
      }
    }),
  )
}

function placeOf<S>({ machine }: Ending<S>, origin: OriginId | undefined): Pick<Row, 'at' | 'kernel'> {
  const { site, kernel } = machine.system.origins[origin ?? -1] ?? {}
  return { ...(site !== undefined && { at: showSite(site) }), ...(kernel !== undefined && { kernel }) }
}

/** The step after which the hold has lasted until the end; 0 if from the start. */
function sinceWhen<S>(hold: Hold, states: readonly S[], { graphs }: Ending<S>): number {
  for (let i = states.length - 1; i > 0; i--)
    if (
      !graphs
        .holds(states[i - 1]!)
        .some((h) => h.process === hold.process && h.object === hold.object && h.mode === hold.mode)
    )
      return i
  return 0
}
