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
export interface Median {
  readonly by: Contestant
  readonly what: 'faster' | 'fewer states'
  readonly ratio: Ratio
  /** How many rows it is the median of. */
  readonly rows: number
}

export const runBy = (row: Row, by: Contestant): Run | undefined => row.runs.find((run) => run.by === by)

/**
 * How many times less of something one of ours needs than SPIN, whichever of SPIN's two texts needs less. Undefined
 * where ours did not finish or SPIN was not run. A text of SPIN's that did not finish counts with what it had used.
 */
export function ratio(row: Row, ours: Contestant, of: 'seconds' | 'states'): Ratio | undefined {
  const mine = runBy(row, ours)
  const theirs = row.runs.filter(({ by, [of]: n }) => by.startsWith('spin') && n !== undefined)
  if (mine?.[of] === undefined || mine.stopped !== undefined || theirs.length === 0) return undefined
  const least = theirs.reduce((a, b) => (a[of]! <= b[of]! ? a : b))
  return { value: least[of]! / mine[of], atLeast: least.stopped !== undefined }
}

/** The medians over all rows; one that a lower bound takes part in from below is a lower bound. */
export function medians(rows: readonly Row[]): readonly Median[] {
  const all: Median[] = []
  for (const by of ['reduced', 'default'] as const)
    for (const [what, measure] of [
      ['faster', 'seconds'],
      ['fewer states', 'states'],
    ] as const) {
      const ratios = rows.flatMap((row) => ratio(row, by, measure) ?? []).sort((a, b) => a.value - b.value)
      const middle = ratios[Math.floor((ratios.length - 1) / 2)]
      if (middle === undefined) continue
      const atLeast = ratios.some((r) => r.atLeast && r.value <= middle.value)
      all.push({ by, what, ratio: { value: middle.value, atLeast }, rows: ratios.length })
    }
  return all
}
