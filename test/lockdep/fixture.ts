// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { parseReports, type Parsed } from '#lockdep/report/parse'
import type { LockReport } from '#lockdep/report/report'

const folder = new URL('reports/', import.meta.url)

/** The names of all reports: `circular-reclaim`. */
export const fixtures: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.replace(/\.txt$/, ''))
  .toSorted()

/** The text of a report. All of them were written for these tests; no kernel has these drivers. */
export const textOf = (name: string): string => readFileSync(new URL(`${name}.txt`, folder), 'utf8')

export const parsed = (name: string): Parsed => parseReports(textOf(name))

/** The one report in a text. */
export function reportOf(text: string): LockReport {
  const { reports, refused } = parseReports(text)
  if (reports.length !== 1 || refused.length > 0)
    throw new Error(
      `${reports.length} reports, refused: ${refused.map(({ line, why }) => `${line}: ${why}`).join('; ')}`,
    )
  return reports[0]!
}
