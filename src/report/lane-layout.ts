// SPDX-License-Identifier: Apache-2.0
import type { Course, Interval, Lane } from '#trace/course'

/** A hold with the column of the gutter that its bar is drawn in. */
export interface Bar {
  readonly slot: number
  readonly interval: Interval
}

/** A column of the chart: a process with the bars of its locks in a gutter, or everybody for whom there was no room. */
export interface Column {
  /** Undefined for those who share the last column. */
  readonly lane: Lane | undefined
  readonly bars: readonly Bar[]
  /** Columns for bars; the last of them for waiting, if it ever waits. */
  readonly gutter: number
  readonly text: number
  /** Where the gutter begins, and where the text. */
  readonly at: number
  readonly textAt: number
}

const gap = 2
/** Fewer characters than this say nothing about a step. */
const leastText = 14
const mostBars = 4

/**
 * The columns of a chart of so many characters behind the step numbers: as many processes as can be told apart, the rest
 * of them in one. Columns share the width by what they have to say.
 */
export function layOut(
  course: Course,
  from: number,
  width: number,
  natural: (lane: Lane | undefined) => number,
): readonly Column[] {
  const lanes = course.lanes.map((lane) => ({ lane, bars: barsOf(lane) }))
  const gutterOf = ({ lane, bars }: (typeof lanes)[number]): number =>
    1 + Math.max(-1, ...bars.map(({ slot }) => slot)) + (lane.waits.length > 0 ? 1 : 0)
  const least = (some: readonly (typeof lanes)[number][]): number =>
    some.reduce((sum, entry) => sum + gap + gutterOf(entry) + 1 + Math.min(leastText, natural(entry.lane)), 0)
  const all = lanes.length
  const fits = (n: number): boolean => from + least(lanes.slice(0, n)) + (n < all ? gap + leastText + 4 : 0) <= width
  let own = all
  while (own > 1 && !fits(own)) own--
  // A column for what is left is worth it only for more than one.
  const shown = lanes.slice(0, own)
  const columns = [
    ...shown.map((entry) => ({ ...entry, gutter: gutterOf(entry), wants: natural(entry.lane) })),
    ...(own < all ? [{ lane: undefined, bars: [], gutter: 0, wants: natural(undefined) }] : []),
  ]
  const room = width - from - columns.reduce((sum, { gutter }) => sum + gap + gutter + 1, 0)
  const texts =
    columns.length === 0
      ? []
      : share(
          columns.map(({ wants }) => wants),
          room,
        )
  let at = from
  return columns.map(({ lane, bars, gutter }, i): Column => {
    const column = { lane, bars, gutter, text: texts[i]!, at: at + gap, textAt: at + gap + gutter + 1 }
    at += gap + gutter + 1 + texts[i]!
    return column
  })
}

/**
 * Shares room among those who want some: nobody gets more than wanted, nobody less than an equal share of what is left. The
 * last one comes first, since the others' texts can run on over an empty column at their right.
 */
function share(wants: readonly number[], room: number): readonly number[] {
  const given = wants.map(() => 0)
  const last = wants.length - 1
  const others = wants.slice(0, -1)
  let left = Math.max(room, wants.length)
  const least = others.reduce((sum, want) => sum + Math.min(want, leastText), 0)
  given[last] = Math.min(wants[last]!, Math.max(Math.floor(left / wants.length), left - least))
  left -= given[last]
  const open = [...others.keys()].sort((a, b) => wants[a]! - wants[b]!)
  for (const [done, i] of open.entries()) {
    given[i] = Math.min(wants[i]!, Math.floor(left / (open.length - done)))
    left -= given[i]
  }
  return given
}

/** Bars of the locks that a lane holds, each in the first slot that is free; states like interrupts off are no locks. */
function barsOf({ holds }: Lane): readonly Bar[] {
  const until: number[] = []
  return holds.flatMap((interval): readonly Bar[] => {
    if (interval.queued === true || interval.mode.includes(' ')) return []
    const free = until.findIndex((to) => to < interval.from)
    const slot = free === -1 ? until.length : free
    if (slot >= mostBars) return []
    until[slot] = interval.to ?? Infinity
    return [{ slot, interval }]
  })
}
