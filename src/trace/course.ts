// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import { moversOf } from '#system/moves'
import type { Context, ProcessId, TransitionId } from '#system/system'
import { castOf, endingOf, statusOf, type Ending, type Status } from './ending.ts'
import type { Outcome } from './trace.ts'

/**
 * What happened in the course of a trace: who ran, held, waited for and woke whom, by step. Pictures are drawn from this
 * alone. Steps count from 1; 0 is the start.
 */
export interface Course {
  /** Processes that take a step or are stuck, those of the wait cycle first. Observers (invariants) have none. */
  readonly lanes: readonly Lane[]
  /** By step, then in the order of the lanes. */
  readonly arrows: readonly Arrow[]
  /** Number of steps. */
  readonly length: number
}

export interface Lane {
  readonly process: string
  readonly context: Context
  /** The steps it takes. */
  readonly steps: readonly number[]
  /** What it holds or queues for, by beginning. */
  readonly holds: readonly Interval[]
  /**
   * While it is not able to move, outside its resting places: for the object named, a plain variable, or the handler that
   * runs on top of it; from the step after which it could not. A timeout or a signal that could end it is no way to move.
   * Who finds a lock taken before the first step it takes has not come for it yet: that is no wait.
   */
  readonly waits: readonly Interval[]
  /** At the end. */
  readonly status: Status
}

export interface Interval {
  readonly object: string
  /** `read`, `write`, `spin`, ...; empty for waits. */
  readonly mode: string
  /** Lasts after this step; 0: from the start. */
  readonly from: number
  /** Ended by this step; absent: still there at the end. */
  readonly to?: number
  /** A queued writer and the like: stands in the others' way, and holds nothing yet. */
  readonly queued?: true
}

/** A step of `from` after which `to`, which had been waiting for `object`, can move: signal, wake-up, unlock. */
export interface Arrow {
  readonly step: number
  readonly from: string
  readonly to: string
  readonly object: string
}

/** The course of a replayed path. */
export const courseOf = <S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  outcome: Outcome,
): Course => courseTo(endingOf(machine, path, states, outcome))

/** The course of what has come to this end. */
export function courseTo<S>(ending: Ending<S>): Course {
  const { machine, graphs, path, states, stuck, graph } = ending
  const { processes, transitions } = machine.system
  const movers = path.map((id) => moversOf(transitions[id]!))
  const steps = processes.map((_, p) => movers.flatMap((moving, i) => (moving.includes(p) ? [i + 1] : [])))
  const active = castOf(ending).filter((p) => steps[p]!.length > 0 || stuck.includes(p))
  const first = (p: ProcessId): number => steps[p]![0] ?? Infinity
  const others = active.filter((p) => !graph.core.includes(p) && !stuck.includes(p)).sort((p, q) => first(p) - first(q))
  const cast = [...active.filter((p) => !others.includes(p)), ...others]

  const holds = states.map((state) => graphs.holds(state))
  const enabled = states.map((state) => machine.enabled(state))
  const hindered = cast.map((p) =>
    states.map((state, i) => {
      const objects = graphs.hindrances(p, state, enabled[i])
      const isTaken = (object: string): boolean => holds[i]!.some((hold) => hold.object === object)
      return i < first(p) && first(p) < Infinity ? objects.filter((object) => !isTaken(object)) : objects
    }),
  )
  const resting = (p: ProcessId, i: number): boolean => {
    const { locations, faultAt } = processes[p]!
    const at = machine.location(states[i]!, p)
    return at === faultAt || locations[at]!.rest
  }
  const lanes = cast.map((p, k): Lane => {
    const held = holds.map((all) => all.filter((hold) => hold.process === p))
    return {
      process: processes[p]!.name,
      context: processes[p]!.context,
      steps: steps[p]!,
      holds: intervals(held, ({ object, mode, queued }) => ({ object, mode, ...(queued && { queued }) })),
      waits: intervals(
        hindered[k]!.map((objects, i) => (resting(p, i) ? [] : objects)),
        (object) => ({ object, mode: '' }),
      ),
      status: statusOf(ending, p),
    }
  })

  // Who has been idle is woken only if it then does something.
  const isWoken = (p: ProcessId, k: number, step: number): boolean =>
    hindered[k]![step - 1]!.length > 0 &&
    hindered[k]![step]!.length === 0 &&
    !movers[step - 1]!.includes(p) &&
    (!resting(p, step) || steps[p]!.some((later) => later > step))
  const arrows = movers.flatMap(([mover], i) =>
    processes[mover!]!.context === 'observer'
      ? []
      : cast.flatMap((p, k) => {
          if (!isWoken(p, k, i + 1)) return []
          const why = graphs.ways(p, enabled[i + 1]!).flatMap((id) => graphs.lacking(id, p, states[i]!))
          const [from, to] = [processes[mover!]!.name, processes[p]!.name]
          return [...new Set(why)].sort().map((object): Arrow => ({ step: i + 1, from, to, object }))
        }),
  )
  return { lanes, arrows, length: path.length }
}

/** Runs of consecutive states in which something of the same kind is there, by beginning. */
function intervals<T>(
  present: readonly (readonly T[])[],
  describe: (item: T) => Omit<Interval, 'from' | 'to'>,
): readonly Interval[] {
  const open = new Map<string, Interval>()
  const closed: Interval[] = []
  for (const [i, items] of present.entries()) {
    const now = new Map(items.map((item) => [JSON.stringify(describe(item)), describe(item)]))
    for (const [key, interval] of open) {
      if (now.has(key)) continue
      closed.push({ ...interval, to: i })
      open.delete(key)
    }
    for (const [key, description] of now) if (!open.has(key)) open.set(key, { ...description, from: i })
  }
  return [...closed, ...open.values()].sort(
    (a, b) => a.from - b.from || (a.to ?? Infinity) - (b.to ?? Infinity) || (a.object < b.object ? -1 : 1),
  )
}
