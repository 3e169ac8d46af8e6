// SPDX-License-Identifier: Apache-2.0
import type { Interval, Lane } from '#trace/course'
import type { Counterexample } from '../data.ts'
import { nameOf } from './moment.ts'

/** Pixels. Row i is what is after step i; row 0 is the start; under the last one stands what nobody can take. */
export const rowHeight = 30
export const barWidth = 13
const numberWidth = 44
const slotWidth = barWidth + 3
const spine = 10
const leastText = 130
const mostSlots = 8
export const characterWidth = 7.25

/** Rows that are drawn as one picture: what is not seen is not drawn, and no page break cuts a row. */
export const chunkRows = 32

export interface Bar {
  readonly x: number
  readonly interval: Interval
  readonly name: string
  /** Index of the colour of its object; -1 for a state of the task. */
  readonly colour: number
}

/** A process in the chart. */
export interface Column {
  readonly lane: Lane
  /** Short for the process, where there is no room for its name. */
  readonly letter: string
  readonly x: number
  readonly width: number
  /** Of its line of life. */
  readonly spine: number
  readonly holds: readonly Bar[]
  readonly waits: readonly Bar[]
  readonly textX: number
  readonly textWidth: number
}

export interface ChartLayout {
  readonly columns: readonly Column[]
  readonly width: number
  /** Steps are told in one text column for all processes: where columns of their own would cut most of them. */
  readonly isCompact: boolean
  readonly textX: number
  readonly textWidth: number
  readonly rows: number
  /** Steps that cannot be taken, under the last row. */
  readonly hasBlockedRow: boolean
  /** Locks and the like, by colour. */
  readonly objects: readonly string[]
}

export const colours = 6

/** A, B, ... Z, A1, B1, ... */
export const letterOf = (index: number): string =>
  `${String.fromCharCode(65 + (index % 26))}${index < 26 ? '' : Math.floor(index / 26)}`

export function layOut({ course, table, steps }: Counterexample, available: number): ChartLayout {
  const objects = [
    ...new Set(
      course.lanes.flatMap(({ holds }) => holds.filter((hold) => nameOf(hold) === hold.object).map((h) => h.object)),
    ),
  ]
  const lanes = course.lanes.map((lane) => slotted(lane))
  const gutters = lanes.map(({ slots }) => spine * 2 + slots * slotWidth)
  const wanted = gutters.reduce((sum, gutter) => sum + gutter + leastText, numberWidth)
  const share = Math.max(leastText, Math.floor((available - wanted) / lanes.length) + leastText)
  const cut = steps.filter(({ step }) => step.length * characterWidth > share - 10).length
  const isCompact = lanes.length > 1 && (wanted > available || cut > steps.length / 2)
  const allGutters = gutters.reduce((sum, gutter) => sum + gutter + 6, 0)
  const textWidth = isCompact ? Math.max(leastText, available - numberWidth - allGutters - 8) : 0
  const each = isCompact ? 6 : share
  let x = numberWidth + textWidth
  const columns = lanes.map(({ lane, holds, waits, slots }, i): Column => {
    const at = (slot: number): number => x + spine * 2 + slot * slotWidth
    const draw = ({ slot, interval }: Slotted): Bar => ({
      x: at(slot),
      interval,
      name: nameOf(interval),
      colour: objects.indexOf(nameOf(interval)),
    })
    const column = {
      lane,
      letter: letterOf(i),
      x,
      width: gutters[i]! + each,
      spine: x + spine,
      holds: holds.map(draw),
      waits: waits.map(draw),
      textX: at(slots) + 2,
      textWidth: each - 10,
    }
    x += column.width
    return column
  })
  return {
    columns,
    width: Math.max(x, isCompact ? 0 : available),
    isCompact,
    textX: numberWidth,
    textWidth: textWidth - 6,
    rows: steps.length + 1,
    hasBlockedRow: table.some(({ blockedAt, status }) => blockedAt !== undefined && status === 'stuck'),
    objects,
  }
}

interface Slotted {
  readonly slot: number
  readonly interval: Interval
}

/** Each bar in the first place that is free; waits have places behind those of holds. */
function slotted(lane: Lane): {
  readonly lane: Lane
  readonly holds: readonly Slotted[]
  readonly waits: readonly Slotted[]
  readonly slots: number
} {
  const holds = place(lane.holds)
  const inHolds = used(holds)
  const waits = place(lane.waits).map(({ slot, interval }) => ({ slot: slot + inHolds, interval }))
  return { lane, holds, waits, slots: Math.max(inHolds, used(waits)) }
}

const used = (bars: readonly Slotted[]): number => 1 + Math.max(-1, ...new Set(bars.map(({ slot }) => slot)))

function place(intervals: readonly Interval[]): readonly Slotted[] {
  const until: number[] = []
  return intervals.flatMap((interval): readonly Slotted[] => {
    const free = until.findIndex((to) => to <= interval.from)
    const slot = free === -1 ? until.length : free
    if (slot >= mostSlots) return []
    until[slot] = interval.to ?? Infinity
    return [{ slot, interval }]
  })
}

/** As much of a text as fits, in characters of the fixed width that the chart uses. */
export function fit(text: string, width: number): string {
  const room = Math.max(1, Math.floor(width / characterWidth))
  if (text.length <= room) return text
  const characters = Array.from(text.slice(0, room * 2))
  return `${characters.slice(0, room - 1).join('')}…`
}
