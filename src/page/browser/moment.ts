// SPDX-License-Identifier: Apache-2.0
import type { Interval, Lane } from '#trace/course'
import type { Counterexample } from '../data.ts'

/** How things stand after a step: told from the course, at the end from the explanation, which knows more. */
export interface Moment {
  readonly step: number
  readonly isEnd: boolean
  readonly rows: readonly MomentRow[]
  readonly waits: readonly MomentWait[]
}

export interface MomentRow {
  readonly process: string
  readonly context: string
  readonly inside?: string
  readonly status: string
  readonly holds: readonly { readonly name: string; readonly since: number; readonly queued: boolean }[]
  readonly waitsFor: readonly string[]
  /** After which step it has been waiting. */
  readonly since?: number
  /** The step it takes next, or cannot take. */
  readonly next?: string
  readonly at?: string
  readonly kernel?: string
}

/** Who waits for whom. */
export interface MomentWait {
  readonly process: string
  readonly object: string
  /** Who holds it; if nobody does, who ends the wait later on or alone could. */
  readonly on: readonly string[]
  readonly isHeld: boolean
}

/** Whether it lasts after this step. */
export const lasts = ({ from, to }: Interval, step: number): boolean => from <= step && (to === undefined || step < to)

/** A state of the task (`preemption off`) is named by its mode alone. */
export const nameOf = ({ object, mode }: Pick<Interval, 'object' | 'mode'>): string =>
  mode.includes(' ') && !mode.startsWith('queued') ? mode : object

const holdName = (interval: Interval): string => {
  const name = nameOf(interval)
  return name === interval.mode || interval.mode === '' ? name : `${name} (${interval.mode})`
}

export function momentOf(counterexample: Counterexample, step: number): Moment {
  const { table, course, steps } = counterexample
  const isEnd = step >= course.length
  const ends = new Map(table.map((row) => [row.process, row]))
  const rows = course.lanes.flatMap((lane): readonly MomentRow[] => {
    const row = ends.get(lane.process)
    if (row === undefined) return []
    const { process, context } = row
    const waits = lane.waits.filter((wait) => lasts(wait, step))
    const next = lane.steps.find((own) => own > step)
    const upcoming = next === undefined ? undefined : steps[next - 1]
    const place = upcoming ?? row
    const inside = upcoming === undefined ? row.inside : upcoming.inside?.toReversed().join('; ')
    const nextStep = upcoming?.step ?? row.blockedAt
    return [
      {
        process,
        context,
        status: isEnd ? row.status : statusAt(lane, step, waits.length > 0),
        holds: lane.holds
          .filter((hold) => lasts(hold, step))
          .map((hold) => ({ name: holdName(hold), since: hold.from, queued: hold.queued === true })),
        waitsFor: isEnd && row.waitsFor !== '' ? [row.waitsFor] : waits.map(({ object }) => object),
        ...(inside !== undefined && inside !== '' && { inside }),
        ...(waits.length > 0 && { since: Math.max(...waits.map(({ from }) => from)) }),
        ...(nextStep !== undefined && { next: nextStep }),
        ...(place.at !== undefined && { at: place.at }),
        ...(place.kernel !== undefined && { kernel: place.kernel }),
      },
    ]
  })
  return { step, isEnd, rows, waits: isEnd ? finalWaits(counterexample) : waitsAt(counterexample, step) }
}

function statusAt({ steps, status }: Lane, step: number, isWaiting: boolean): string {
  if (isWaiting) return 'waits'
  if (!steps.some((own) => own > step)) return status === 'stuck' ? 'waits' : status
  return steps.some((own) => own <= step) ? 'runs' : 'not begun'
}

/** The explanation's edges for those of the cycle; what the course says for all others. */
function finalWaits(counterexample: Counterexample): readonly MomentWait[] {
  const { edges, course } = counterexample
  const told = new Set(edges.map(({ process }) => process))
  return [
    ...edges.map(({ process, objects, waitsFor, on }) => ({
      process,
      object: objects.join(', ') || waitsFor,
      on,
      isHeld: on.some((one) => objects.some((object) => holders(counterexample, object, course.length).includes(one))),
    })),
    ...waitsAt(counterexample, course.length).filter(({ process }) => !told.has(process)),
  ]
}

function waitsAt(counterexample: Counterexample, step: number): readonly MomentWait[] {
  return counterexample.course.lanes.flatMap(({ process, waits }) =>
    waits
      .filter((wait) => lasts(wait, step))
      .map(({ object }): MomentWait => {
        const holding = holders(counterexample, object, step)
        const others = holding.filter((one) => one !== process)
        const on = others.length > 0 ? others : holding
        return on.length > 0
          ? { process, object, on, isHeld: true }
          : { process, object, on: endersOf(counterexample, process, object, step), isHeld: false }
      }),
  )
}

const holders = ({ course }: Counterexample, object: string, step: number): readonly string[] =>
  course.lanes
    .filter(({ holds }) => holds.some((hold) => hold.object === object && lasts(hold, step)))
    .map(({ process }) => process)

/** Who ends the wait in this run; if nobody does, who could have. */
function endersOf({ course, edges }: Counterexample, process: string, object: string, step: number): readonly string[] {
  const arrow = course.arrows.find((one) => one.step > step && one.to === process && one.object === object)
  if (arrow !== undefined) return [arrow.from]
  const mine = edges.filter((edge) => edge.process === process && edge.objects.includes(object))
  return [...new Set(mine.flatMap(({ on }) => on))]
}

/** What a step did, for who does not see the picture. */
export function telling({ steps }: Counterexample, moment: Moment): string {
  const { step, rows } = moment
  const taken = steps[step - 1]
  const head = taken === undefined ? 'Start' : `Step ${step} of ${steps.length}: ${taken.process}: ${taken.step}`
  const waiting = rows.filter(({ waitsFor }) => waitsFor.length > 0)
  const waits = waiting.map(({ process, waitsFor }) => `${process} waits for ${waitsFor.join(', ')}`)
  return [head, ...waits].map((sentence) => `${sentence}.`).join(' ')
}
