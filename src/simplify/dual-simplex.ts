// SPDX-License-Identifier: Apache-2.0

/** A constraint `sum of terms <= 0` over unknowns that are at least 0. */
export type Row = ReadonlyMap<number, number>

export interface Programme {
  /** By unknown; none is negative. */
  readonly costs: readonly number[]
  readonly rows: readonly Row[]
  /** The rows that an unknown is in, with its factor. */
  readonly columns: readonly (readonly (readonly [row: number, factor: number])[])[]
  /** Whether an unknown is taken only where no other does as well. */
  readonly isLast: (unknown: number) => boolean
}

/** Below this a number counts as 0. */
const tiny = 1e-9

/** What may still be spent, in entries that are touched. */
export interface Work {
  left: number
}

/**
 * Unknowns of the least cost, at most `most`, such that all rows hold, `one` of them is at least 1, and `without` is 0;
 * undefined if there are none, or the work is used up. The dual simplex method with rows that are added as they are violated: what it begins
 * with, all 0, is dual feasible, since costs are not negative.
 *
 * In floating point: whoever relies on the rows has to check them.
 */
export function cheapest(
  { costs, rows, columns, isLast }: Programme,
  one: number,
  without: number,
  most: number,
  work: Work,
): ReadonlyMap<number, number> | undefined {
  const slack = (row: number): number => costs.length + row
  /** What basic unknowns are worth, by the others: a constant (at -1) and factors. */
  const basic = new Map<number, Map<number, number>>()
  const reduced = new Map<number, number>()
  const costOf = (x: number): number => reduced.get(x) ?? costs[x] ?? 0
  let cost = 0
  const known = new Set<number>()
  basic.set(
    slack(rows.length),
    new Map([
      [constant, -1],
      [one, 1],
    ]),
  )

  const violated = (): readonly number[] => {
    const sums = new Map<number, number>()
    for (const [x, value] of basic) {
      if (x >= costs.length) continue
      const amount = value.get(constant) ?? 0
      if (amount <= tiny) continue
      for (const [row, factor] of columns[x]!) sums.set(row, (sums.get(row) ?? 0) + factor * amount)
      work.left -= columns[x]!.length
    }
    return [...sums].filter(([row, sum]) => sum > tiny * 100 && !known.has(row)).map(([row]) => row)
  }

  const addRow = (row: number): void => {
    known.add(row)
    const made = new Map<number, number>()
    for (const [x, factor] of rows[row]!) {
      const value = basic.get(x)
      if (value === undefined) add(made, x, 0 - factor)
      else for (const [y, f] of value) add(made, y, 0 - factor * f)
      work.left -= 1 + (value?.size ?? 0)
    }
    basic.set(slack(row), made)
  }

  const pivot = (leaves: number, enters: number): void => {
    const row = basic.get(leaves)!
    const by = row.get(enters)!
    const made = new Map<number, number>([[leaves, 1 / by]])
    for (const [x, factor] of row) if (x !== enters) made.set(x, 0 - factor / by)
    basic.delete(leaves)
    for (const other of basic.values()) {
      const factor = other.get(enters)
      if (factor === undefined) continue
      other.delete(enters)
      for (const [x, f] of made) add(other, x, factor * f)
      work.left -= made.size
    }
    basic.set(enters, made)
    const price = costOf(enters)
    reduced.set(enters, 0)
    for (const [x, f] of made)
      if (x === constant) cost += price * f
      else reduced.set(x, costOf(x) + price * f)
    reduced.set(leaves, price / by)
  }

  for (;;) {
    if (work.left <= 0 || cost > most + 1e-6) return undefined
    const leaves = mostNegative(basic)
    if (leaves === undefined) {
      const more = violated()
      if (more.length === 0) break
      for (const row of more) addRow(row)
      continue
    }
    const enters = entering(
      basic.get(leaves)!,
      without,
      costOf,
      (x) => (columns[x]?.length ?? 0) + (isLast(x) ? rows.length : 0),
    )
    if (enters === undefined) return undefined
    pivot(leaves, enters)
  }
  const found = new Map<number, number>()
  for (const [x, value] of basic) {
    const amount = value.get(constant) ?? 0
    if (x < costs.length && amount > tiny) found.set(x, amount)
  }
  return found
}

const constant = -1

function add(to: Map<number, number>, x: number, amount: number): void {
  const now = (to.get(x) ?? 0) + amount
  if (Math.abs(now) < tiny) to.delete(x)
  else to.set(x, now)
}

function mostNegative(basic: ReadonlyMap<number, ReadonlyMap<number, number>>): number | undefined {
  let found: number | undefined
  let least = -tiny * 10
  for (const [x, value] of basic) {
    const amount = value.get(constant) ?? 0
    if (amount >= least) continue
    found = x
    least = amount
  }
  return found
}

/** The ratio test; of equals the smallest. */
function entering(
  row: ReadonlyMap<number, number>,
  without: number,
  costOf: (x: number) => number,
  sizeOf: (x: number) => number,
): number | undefined {
  let found: number | undefined
  let least = Infinity
  let size = Infinity
  for (const [x, factor] of row) {
    if (x === constant || x === without || factor <= tiny) continue
    const ratio = costOf(x) / factor
    const own = sizeOf(x)
    if (ratio > least + tiny || (ratio > least - tiny && own >= size)) continue
    found = x
    least = Math.min(least, ratio)
    size = own
  }
  return found
}
