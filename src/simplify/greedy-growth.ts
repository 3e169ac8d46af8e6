// SPDX-License-Identifier: Apache-2.0
import type { Programme, Sought, Work } from './linear-programme.ts'

/**
 * What an addition is worse by, in violated rows. A guess at what ends soonest and within the cost, and no more: amounts are
 * as right with any other numbers, or not found. A cost is never got back, while a row may be mended by the way, so one of cost
 * outweighs some rows, and so does an unknown that is taken last. What is there already goes first among equals: less than a row.
 */
const worse = { cost: 3, last: 3, there: -0.5 } as const

/** Violated rows that are compared; each is looked through, and there may be thousands. */
const mostCompared = 16

/**
 * Amounts of unknowns such that all rows hold, as `cheapest` finds them, but found by growing: as long as a row is violated,
 * what mends it with the least new damage is added. It takes back nothing, so it fails where the simplex method would not;
 * where a net is made of state machines it is right at once, in a fraction of the time. In whole numbers.
 *
 * @param programme with whole costs and factors
 * @param work is used up; undefined once there is none left
 */
export function grownGreedily(
  programme: Programme,
  sought: Sought,
  work: Work,
): ReadonlyMap<number, number> | undefined {
  const { one, without, most } = sought
  const growth = new Growth(programme, work)
  growth.add(one, 1)
  const isTooMuch = (): boolean => growth.cost > most * growth.amounts.get(one)!
  while (growth.violated.size > 0) {
    if (work.left <= 0 || isTooMuch()) return undefined
    const best = growth.leastDamage(fewestWays(growth.violated, programme.rows, without), without)
    if (best === undefined) return undefined
    growth.add(best.x, best.amount)
  }
  return isTooMuch() ? undefined : growth.amounts
}

interface Addition {
  readonly x: number
  readonly amount: number
}

/** Amounts so far, and what rows come to with them. */
class Growth {
  readonly amounts = new Map<number, number>()
  readonly violated = new Set<number>()
  cost = 0
  readonly #programme: Programme
  readonly #work: Work
  readonly #sums = new Map<number, number>()

  constructor(programme: Programme, work: Work) {
    this.#programme = programme
    this.#work = work
  }

  add(x: number, amount: number): void {
    const { costs, columns } = this.#programme
    this.amounts.set(x, (this.amounts.get(x) ?? 0) + amount)
    this.cost += amount * costs[x]!
    for (const [row, factor] of columns[x]!) {
      const sum = (this.#sums.get(row) ?? 0) + factor * amount
      this.#sums.set(row, sum)
      if (sum > 0) this.violated.add(row)
      else this.violated.delete(row)
    }
    this.#work.left -= columns[x]!.length
  }

  /** Of what mends a violated row, what does the least damage. */
  leastDamage(row: number, without: number): Addition | undefined {
    let best: (Addition & { readonly damage: number }) | undefined
    for (const [x, factor] of this.#programme.rows[row]!) {
      if (factor >= 0 || x === without) continue
      const amount = Math.ceil(this.#sums.get(row)! / -factor)
      const damage = this.#damage(x, amount)
      if (best === undefined || damage < best.damage) best = { x, amount, damage }
    }
    return best
  }

  /** Rows that would be violated, less those that would no longer be, and what else is the worse for it. */
  #damage(x: number, amount: number): number {
    const { costs, columns, isLast } = this.#programme
    let rowsMore = 0
    for (const [row, factor] of columns[x]!) {
      const now = this.#sums.get(row) ?? 0
      const then = now + factor * amount
      if (now <= 0 && then > 0) rowsMore++
      else if (now > 0 && then <= 0) rowsMore--
    }
    this.#work.left -= columns[x]!.length
    return (
      rowsMore +
      worse.cost * amount * costs[x]! +
      (isLast(x) ? worse.last : 0) +
      (this.amounts.has(x) ? worse.there : 0)
    )
  }
}

/** Of some violated rows the one that least can be done about: what is without choice goes first. */
function fewestWays(violated: ReadonlySet<number>, rows: Programme['rows'], without: number): number {
  let found = -1
  let fewest = Infinity
  let compared = 0
  for (const row of violated) {
    let ways = 0
    for (const [x, factor] of rows[row]!) if (factor < 0 && x !== without) ways++
    if (ways < fewest) {
      found = row
      fewest = ways
    }
    if (fewest <= 1 || ++compared >= mostCompared) break
  }
  return found
}
