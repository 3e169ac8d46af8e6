// SPDX-License-Identifier: Apache-2.0
import type { Programme, Work } from './linear-programme.ts'

/** Below this a number counts as 0. */
const tiny = 1e-9

/** Where the constant of a basic unknown stands among its factors. */
const constant = -1

/** A linear form over unknowns that are not basic, with its constant. */
type Form = Map<number, number>

/** The tableau of the dual simplex method, with the rows that have been added so far; each has a slack, an unknown as well. */
export class Tableau {
  /** What the basic unknowns cost as they are. */
  cost = 0
  readonly #programme: Programme
  readonly #work: Work
  /** What basic unknowns are worth, by the others, which are 0. */
  readonly #basic = new Map<number, Form>()
  /** The reduced costs that are no longer those of the programme. */
  readonly #reduced = new Map<number, number>()
  readonly #added = new Set<number>()

  /** With one row, which is no row of the programme: `one` is at least 1. */
  constructor(programme: Programme, one: number, work: Work) {
    this.#programme = programme
    this.#work = work
    this.#basic.set(
      this.#slack(programme.rows.length),
      new Map([
        [constant, -1],
        [one, 1],
      ]),
    )
  }

  /** The unknowns of the programme that are not 0, with how much there is of them. */
  amounts(): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (const [x, form] of this.#basic) {
      const amount = form.get(constant) ?? 0
      if (this.#isUnknown(x) && amount > tiny) found.set(x, amount)
    }
    return found
  }

  /** The rows that the amounts violate and that have not been added. */
  violated(): readonly number[] {
    const { columns } = this.#programme
    const sums = new Map<number, number>()
    for (const [x, amount] of this.amounts()) {
      for (const [row, factor] of columns[x]!) sums.set(row, (sums.get(row) ?? 0) + factor * amount)
      this.#work.left -= columns[x]!.length
    }
    return [...sums].filter(([row, sum]) => sum > tiny * 100 && !this.#added.has(row)).map(([row]) => row)
  }

  addRow(row: number): void {
    this.#added.add(row)
    const made: Form = new Map()
    for (const [x, factor] of this.#programme.rows[row]!) {
      const form = this.#basic.get(x)
      if (form === undefined) add(made, x, 0 - factor)
      else for (const [y, f] of form) add(made, y, 0 - factor * f)
      this.#work.left -= 1 + (form?.size ?? 0)
    }
    this.#basic.set(this.#slack(row), made)
  }

  /** The basic unknown that is furthest below 0: the one to leave the basis. */
  mostNegative(): number | undefined {
    let found: number | undefined
    let least = -tiny * 10
    for (const [x, form] of this.#basic) {
      const amount = form.get(constant) ?? 0
      if (amount >= least) continue
      found = x
      least = amount
    }
    return found
  }

  /** The unknown to enter the basis for one that leaves it, by the ratio test; of equals the smallest. */
  entering(leaves: number, without: number): number | undefined {
    let found: number | undefined
    let least = Infinity
    let size = Infinity
    for (const [x, factor] of this.#basic.get(leaves)!) {
      if (x === constant || x === without || factor <= tiny) continue
      const ratio = this.#costOf(x) / factor
      const own = this.#sizeOf(x)
      if (ratio > least + tiny || (ratio > least - tiny && own >= size)) continue
      found = x
      least = Math.min(least, ratio)
      size = own
    }
    return found
  }

  /** One unknown leaves the basis, and another takes its place. */
  pivot(leaves: number, enters: number): void {
    const row = this.#basic.get(leaves)!
    const by = row.get(enters)!
    const made: Form = new Map([[leaves, 1 / by]])
    for (const [x, factor] of row) if (x !== enters) made.set(x, 0 - factor / by)
    this.#basic.delete(leaves)
    for (const other of this.#basic.values()) {
      const factor = other.get(enters)
      if (factor === undefined) continue
      other.delete(enters)
      for (const [x, f] of made) add(other, x, factor * f)
      this.#work.left -= made.size
    }
    this.#basic.set(enters, made)
    const price = this.#costOf(enters)
    this.#reduced.set(enters, 0)
    for (const [x, f] of made)
      if (x === constant) this.cost += price * f
      else this.#reduced.set(x, this.#costOf(x) + price * f)
    this.#reduced.set(leaves, price / by)
  }

  #slack(row: number): number {
    return this.#programme.costs.length + row
  }

  #isUnknown(x: number): boolean {
    return x < this.#programme.costs.length
  }

  #costOf(x: number): number {
    return this.#reduced.get(x) ?? this.#programme.costs[x] ?? 0
  }

  /** How much work an unknown makes; more than any other where it is to be taken last. */
  #sizeOf(x: number): number {
    const { columns, rows, isLast } = this.#programme
    return (columns[x]?.length ?? 0) + (isLast(x) ? rows.length : 0)
  }
}

function add(to: Form, x: number, amount: number): void {
  const now = (to.get(x) ?? 0) + amount
  if (Math.abs(now) < tiny) to.delete(x)
  else to.set(x, now)
}
