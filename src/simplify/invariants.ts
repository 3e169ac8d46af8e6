// SPDX-License-Identifier: Apache-2.0
import type { Interval } from '#system/interval'
import type { System, VarId } from '#system/system'
import type { Box } from './box.ts'
import { linearInvariants, type LinearInvariant } from './linear-invariants.ts'

/** A variable in an invariant. */
export interface Term {
  /** Which invariant. */
  readonly index: number
  readonly factor: number
}

/** Terms of invariants that may be looked at to narrow one box. */
const workOfOne = 20_000

/** What linear invariants tell of the reachable states of a system. */
export class Invariants {
  readonly all: readonly LinearInvariant[]
  readonly #system: System
  readonly #about: readonly (readonly Term[])[]
  readonly #bounds: (Interval | undefined)[]
  /** The least that the sum of each can be by the ranges of its variables. */
  readonly #least: Float64Array

  constructor(system: System, all = linearInvariants(system)) {
    const about = system.variables.map((): Term[] => [])
    for (const [index, { factors }] of all.entries())
      for (const [v, factor] of factors) about[v]!.push({ index, factor })
    this.all = all
    this.#system = system
    this.#about = about
    this.#bounds = system.variables.map(() => undefined)
    this.#least = Float64Array.from(all, ({ factors }) => {
      let sum = 0
      for (const [v, factor] of factors) sum += this.#leastOf(v, factor)
      return sum
    })
  }

  about(v: VarId): readonly Term[] {
    return this.#about[v]!
  }

  /** By how much the sum of an invariant can exceed the least it can be. */
  slackOf(index: number): number {
    return this.all[index]!.most - this.#least[index]!
  }

  /** Whether some state may lie in the box, as far as each invariant by itself says. */
  allow(box: ReadonlyMap<VarId, Interval>): boolean {
    const sums = new Map<number, number>()
    for (const [v, { lo, hi }] of box)
      for (const { index, factor } of this.#about[v]!) {
        const sum = (sums.get(index) ?? 0) + factor * (factor > 0 ? lo : hi) - this.#leastOf(v, factor)
        if (sum > this.slackOf(index)) return false
        sums.set(index, sum)
      }
    return true
  }

  /** What a variable can be worth in a state of the box; the box itself is not looked at for it. */
  boundsOf(v: VarId, box: ReadonlyMap<VarId, Interval> = new Map<VarId, Interval>()): Interval {
    const { min, max } = this.#system.variables[v]!
    let [lo, hi] = [min, max]
    for (const { index, factor } of this.#about[v]!) {
      let rest = this.slackOf(index)
      if (box.size > 0)
        for (const [other, by] of this.all[index]!.factors) {
          const known = box.get(other)
          if (other === v || known === undefined) continue
          rest -= by * (by > 0 ? known.lo : known.hi) - this.#leastOf(other, by)
        }
      if (factor > 0) hi = Math.min(hi, min + Math.floor(rest / factor))
      else lo = Math.max(lo, max - Math.floor(rest / -factor))
    }
    return { lo, hi }
  }

  /**
   * Narrows the box by what each invariant leaves of a variable in view of the others, from one variable to the next, so
   * that it comes to speak of more of them; false if nothing is left of it. Less is narrowed where that is much work.
   */
  tighten(box: Box, work = workOfOne): boolean {
    const open = [...box.keys()]
    const isOpen = new Set(open)
    let left = work
    for (let v = open.pop(); v !== undefined && left > 0; v = open.pop()) {
      isOpen.delete(v)
      for (const { index } of this.#about[v]!) {
        const { factors } = this.all[index]!
        left -= factors.size
        let rest = this.slackOf(index)
        for (const [other, by] of factors) rest -= this.#excess(other, by, box)
        if (rest < 0) return false
        for (const [other, by] of factors) {
          const now = box.get(other) ?? this.#boundsOf(other)
          const next = this.#within(other, by, rest + this.#excess(other, by, box), now)
          if (next === now) continue
          box.set(other, next)
          if (next.lo > next.hi) return false
          if (!isOpen.has(other)) open.push(other)
          isOpen.add(other)
        }
      }
    }
    return true
  }

  /** By how much what a variable adds to a sum is, in the box, above the least that it can be. */
  #excess(v: VarId, factor: number, box: ReadonlyMap<VarId, Interval>): number {
    const known = box.get(v)
    return known === undefined ? 0 : factor * (factor > 0 ? known.lo : known.hi) - this.#leastOf(v, factor)
  }

  /** An interval without the values by which the variable would add more than so much; the same one if there are none. */
  #within(v: VarId, factor: number, most: number, now: Interval): Interval {
    const { min, max } = this.#system.variables[v]!
    if (factor > 0) {
      const hi = min + Math.floor(most / factor)
      return hi < now.hi ? { lo: now.lo, hi } : now
    }
    const lo = max - Math.floor(most / -factor)
    return lo > now.lo ? { lo, hi: now.hi } : now
  }

  #boundsOf(v: VarId): Interval {
    return (this.#bounds[v] ??= this.boundsOf(v))
  }

  #leastOf(v: VarId, factor: number): number {
    const { min, max } = this.#system.variables[v]!
    return factor * (factor > 0 ? min : max)
  }
}
