// SPDX-License-Identifier: Apache-2.0
import type { Programme, Sought, Work } from './linear-programme.ts'
import { Tableau } from './tableau.ts'

/**
 * Amounts of unknowns of the least cost such that all rows hold; undefined if there are none, or the work is used up. The
 * dual simplex method with rows that are added as they are violated: what it begins with, all 0, is dual feasible, since
 * costs are not negative.
 *
 * In floating point: whoever relies on the rows has to check them.
 */
export function cheapest(
  programme: Programme,
  { one, without, most }: Sought,
  work: Work,
): ReadonlyMap<number, number> | undefined {
  const tableau = new Tableau(programme, one, work)
  for (;;) {
    if (work.left <= 0 || tableau.cost > most + 1e-6) return undefined
    const leaves = tableau.mostNegative()
    if (leaves === undefined) {
      const violated = tableau.violated()
      if (violated.length === 0) return tableau.amounts()
      for (const row of violated) tableau.addRow(row)
      continue
    }
    const enters = tableau.entering(leaves, without)
    if (enters === undefined) return undefined
    tableau.pivot(leaves, enters)
  }
}
