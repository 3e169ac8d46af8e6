// SPDX-License-Identifier: Apache-2.0
import type { System, VarId } from '#system/system'
import { changesOf, type Change } from './changes.ts'
import { cheapest } from './dual-simplex.ts'
import { grownGreedily } from './greedy-growth.ts'
import type { Programme, Sought, Work } from './linear-programme.ts'

/** `factors . variables <= most` in every reachable state. */
export interface LinearInvariant {
  readonly factors: ReadonlyMap<VarId, number>
  readonly most: number
}

/** As long as the terms of an invariant stay within this, whatever is added up of them and of its bound is exact. */
const exact = 2 ** 49

/** Entries of rows that the search for invariants may touch. */
const mostWork = 10_000_000

type Method = (programme: Programme, sought: Sought, work: Work) => ReadonlyMap<number, number> | undefined

const simplex: Method = (programme, sought, work) => integers(cheapest(programme, sought, work))

/** What is tried for every variable, and how much of it for one: what is fast, then what may take all the work there is. */
const methods: readonly { readonly method: Method; readonly most: number }[] = [
  { method: grownGreedily, most: 10_000 },
  { method: simplex, most: 400_000 },
]

/**
 * Linear inequalities that hold in every state, found as the place invariants of a net are: no transition increases
 * `factors . variables`, so it stays at most what it is at first (Memmi and Roucairol 1980; docs/theory-rewriting.md 7).
 * One for each variable that is shown to stay within its range, unless an earlier one bounds it or the work allowed is used up.
 *
 * Unknowns are how often a variable counts, and how often the distance from its maximum does.
 */
export function linearInvariants(system: System, changes = changesOf(system)): readonly LinearInvariant[] {
  const { variables } = system
  const programme = programmeOf(system, changes)
  const found: LinearInvariant[] = []
  const bounded = new Uint8Array(programme.costs.length)
  const whole: Work = { left: mostWork }
  for (const { method, most } of methods)
    for (let unknown = 0; unknown < bounded.length && whole.left > 0; unknown++) {
      const { min, max } = variables[unknown >> 1]!
      if (bounded[unknown] === 1 || min === max || programme.columns[unknown]!.length === 0) continue
      const sought = { one: unknown, without: unknown ^ 1, most: max - min }
      const counts = within(whole, most, (work) => method(programme, sought, work))
      if (counts === undefined || !isExact(counts, system) || !holds(counts, programme)) continue
      let weight = 0
      for (const [x, count] of counts) weight += count * programme.costs[x]!
      for (const [x, count] of counts) {
        const range = variables[x >> 1]!
        if (Math.floor(weight / count) <= range.max - range.min) bounded[x] = 1
      }
      found.push(inVariables(counts, weight, system))
    }
  return found
}

/** What is found with so much work, which the whole then has less of. */
function within<T>(whole: Work, most: number, find: (work: Work) => T): T {
  const given = Math.min(whole.left, most)
  const work: Work = { left: given }
  const found = find(work)
  whole.left -= given - work.left
  return found
}

/** The unknown of a variable, and of what it lacks to its maximum. */
const unknownOf = (v: VarId, isDistance: boolean): number => 2 * v + (isDistance ? 1 : 0)

function programmeOf({ variables }: System, changes: readonly (Change | undefined)[]): Programme {
  const costs = variables.flatMap(({ min, max, init }) => [init - min, max - init])
  const rows: Map<number, number>[] = []
  const columns = costs.map((): [number, number][] => [])
  for (const change of changes) {
    const row = new Map<number, number>()
    for (const [v, { lo, hi }] of change ?? []) {
      if (hi !== 0) row.set(unknownOf(v, false), hi)
      if (lo !== 0) row.set(unknownOf(v, true), 0 - lo)
    }
    if (row.size === 0) continue
    for (const [x, factor] of row) columns[x]!.push([rows.length, factor])
    rows.push(row)
  }
  // Sums of variables tell more of pairs of them than distances do.
  return { costs, rows, columns, isLast: (x) => (x & 1) === 1 }
}

/** Whether no sum of terms, nor what remains of the bound beside some of them, needs more digits than a number has. */
function isExact(counts: ReadonlyMap<number, number>, { variables }: System): boolean {
  let most = 0
  for (const [x, count] of counts) most += count * (Math.abs(variables[x >> 1]!.min) + Math.abs(variables[x >> 1]!.max))
  return most <= exact
}

/** Whether every row holds, exactly. */
function holds(counts: ReadonlyMap<number, number>, { rows, columns }: Programme): boolean {
  const touched = new Set([...counts.keys()].flatMap((x) => columns[x]!.map(([row]) => row)))
  return [...touched].every((row) => {
    let [sum, most] = [0, 0]
    for (const [x, factor] of rows[row]!) {
      sum += factor * (counts.get(x) ?? 0)
      most += Math.abs(factor * (counts.get(x) ?? 0))
    }
    return most <= exact && sum <= 0
  })
}

/** The same up to a factor, in whole numbers; undefined if that is not so. */
function integers(amounts: ReadonlyMap<number, number> | undefined): ReadonlyMap<number, number> | undefined {
  if (amounts === undefined) return undefined
  for (let factor = 1; factor <= 60; factor++) {
    const near = (x: number): boolean => Math.abs(x - Math.round(x)) < 1e-6 && x < 2 ** 20
    if ([...amounts.values()].every((x) => near(x * factor)))
      return new Map([...amounts].map(([x, amount]) => [x, Math.round(amount * factor)]))
  }
  return undefined
}

function inVariables(counts: ReadonlyMap<number, number>, most: number, { variables }: System): LinearInvariant {
  const factors = new Map<VarId, number>()
  let bound = most
  for (const [x, count] of counts) {
    const v = x >> 1
    const { min, max } = variables[v]!
    const isDistance = (x & 1) === 1
    // count * (v - min), or count * (max - v).
    factors.set(v, (factors.get(v) ?? 0) + (isDistance ? -count : count))
    bound += isDistance ? 0 - count * max : count * min
  }
  for (const [v, factor] of factors) if (factor === 0) factors.delete(v)
  return { factors, most: bound }
}
