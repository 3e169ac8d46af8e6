// SPDX-License-Identifier: Apache-2.0
import type { Interval } from '#system/interval'
import type { System, VarId } from '#system/system'
import type { Box } from './half-space.ts'
import { linearInvariants, type LinearInvariant } from './linear-invariants.ts'

/** A variable in an invariant. */
export interface Term {
  /** Which invariant. */
  readonly index: number
  readonly factor: number
}

/** What linear invariants tell of the reachable states of a system. */
export class Invariants {
  readonly all: readonly LinearInvariant[]
  readonly #system: System
  readonly #about: readonly (readonly Term[])[]
  /** The least that the sum of each can be by the ranges of its variables. */
  readonly #least: Float64Array

  constructor(system: System, all = linearInvariants(system)) {
    const about = system.variables.map((): Term[] => [])
    for (const [index, { factors }] of all.entries())
      for (const [v, factor] of factors) about[v]!.push({ index, factor })
    this.all = all
    this.#system = system
    this.#about = about
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

  /** Narrows what the box says of each of its variables by what the others need. */
  tighten(box: Box): boolean {
    for (const [v, known] of box) {
      const { lo, hi } = this.boundsOf(v, box)
      const next = { lo: Math.max(lo, known.lo), hi: Math.min(hi, known.hi) }
      if (next.lo > next.hi) return false
      box.set(v, next)
    }
    return true
  }

  #leastOf(v: VarId, factor: number): number {
    const { min, max } = this.#system.variables[v]!
    return factor * (factor > 0 ? min : max)
  }
}
