// SPDX-License-Identifier: Apache-2.0

/** Who runs: fencecheck on every state, with all reductions, and as it decides itself; SPIN on our export and on the twin. */
export const contestants = ['full', 'reduced', 'default', 'spin-exported', 'spin-twin'] as const
export type Contestant = (typeof contestants)[number]

/** What one run of one command told. */
export interface Run {
  readonly by: Contestant
  /** Wall time of the whole command. */
  readonly seconds: number
  /** Why it did not finish; every number is then a lower bound. */
  readonly stopped?: 'time' | 'memory' | 'depth'
  readonly verdict?: 'holds' | 'violated'
  readonly states?: number
  readonly transitions?: number
  readonly memoryBytes?: number
  /** Names of the reductions that fencecheck used. */
  readonly reductions?: string
}

/** One instance of a family, and everybody who tried it. */
export interface Row {
  readonly family: string
  readonly N: number
  readonly runs: readonly Run[]
}

/** The document that the bench writes. */
export interface Measured {
  readonly schema: 'fencecheck-bench/1'
  readonly machine: Readonly<Record<string, string | number>>
  readonly limits: { readonly seconds: number; readonly memoryBytes: number }
  readonly rows: readonly Row[]
  readonly medians: readonly Median[]
}

/** A ratio; with `atLeast` a lower bound, because whoever was slower or larger did not finish. */
export interface Ratio {
  readonly value: number
  readonly atLeast: boolean
}
/** All rows; or those on which SPIN's better text took this many seconds and more, or did not finish. */
export const groups = { all: 0, long: 10 } as const
export type Group = keyof typeof groups

export interface Median {
  readonly by: Contestant
  readonly what: 'faster' | 'fewer states'
  readonly of: Group
  readonly ratio: Ratio
  /** The least of the ratios. */
  readonly least: Ratio
  /** How many rows it is the median of. */
  readonly rows: number
}

export const runBy = (row: Row, by: Contestant): Run | undefined => row.runs.find((run) => run.by === by)

/** The run of whichever of SPIN's two texts needs less of something. A text that did not finish counts with what it had used. */
function spinsBetter(row: Row, of: 'seconds' | 'states'): Run | undefined {
  const theirs = row.runs.filter(({ by, [of]: n }) => by.startsWith('spin') && n !== undefined)
  return theirs.length === 0 ? undefined : theirs.reduce((a, b) => (a[of]! <= b[of]! ? a : b))
}

/**
 * How many times less of something one of ours needs than SPIN, whichever of SPIN's two texts needs less. Undefined
 * where ours did not finish or SPIN was not run.
 */
export function ratio(row: Row, ours: Contestant, of: 'seconds' | 'states'): Ratio | undefined {
  const mine = runBy(row, ours)
  const theirs = spinsBetter(row, of)
  if (mine?.[of] === undefined || mine.stopped !== undefined || theirs === undefined) return undefined
  return { value: theirs[of]! / mine[of], atLeast: theirs.stopped !== undefined }
}

/** The medians over all rows, and over those that are long work for SPIN; one that a lower bound takes part in from below is a lower bound. */
export const medians = (rows: readonly Row[]): readonly Median[] =>
  (['all', 'long'] as const).flatMap((of) => {
    const some = rows.filter((row) => (spinsBetter(row, 'seconds')?.seconds ?? 0) >= groups[of])
    return (['reduced', 'default'] as const).flatMap((by) => [
      ...medianOf(some, of, by, 'faster', 'seconds'),
      ...medianOf(some, of, by, 'fewer states', 'states'),
    ])
  })

function medianOf(
  rows: readonly Row[],
  of: Group,
  by: Contestant,
  what: Median['what'],
  measure: 'seconds' | 'states',
): readonly Median[] {
  const ratios = rows.flatMap((row) => ratio(row, by, measure) ?? []).sort((a, b) => a.value - b.value)
  const middle = ratios[Math.floor((ratios.length - 1) / 2)]
  if (middle === undefined) return []
  const atLeast = ratios.some((r) => r.atLeast && r.value <= middle.value)
  return [{ by, what, of, ratio: { value: middle.value, atLeast }, least: ratios[0]!, rows: ratios.length }]
}
