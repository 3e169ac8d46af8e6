// SPDX-License-Identifier: Apache-2.0
import { readsOf } from '#system/footprint'
import type { Interval } from '#system/interval'
import type { System, VarId } from '#system/system'
import type { BoxView } from '#simplify/box'
import type { Invariants } from '#simplify/invariants'
import type { Action, Conjunct, Valuation } from './actions.ts'

/** Valuations of one object beyond which nothing is assumed about it. */
const largest = 2 ** 12

/** Values of some variables together, in their order. */
type Tuples = readonly (readonly number[])[]

/** Which valuations are asked about. */
interface Asked {
  readonly variables: ReadonlySet<VarId>
  /** What holds in them; about these variables only. */
  readonly conjuncts?: readonly Conjunct[]
  /** What is known of variables, of these and others. */
  readonly box?: BoxView
}
const nowhere: BoxView = new Map<VarId, Interval>()

/** Variables of one group, with what they can be worth and the conjuncts that are decided once they are chosen. */
interface Choice {
  readonly variables: readonly VarId[]
  readonly tuples: Tuples
  readonly conjuncts: readonly Conjunct[]
}

/**
 * What values the variables of an object can have together. A mutex that is held is held by one process; without
 * knowing that, taking it and giving it back would seem to be in each other's way. Found by firing everything that
 * writes to the object, in every valuation of the object alone: conditions on anything else are taken as true, so the
 * set contains the projection of every reachable state.
 */
export class Domains {
  readonly #ranges: readonly Interval[]
  readonly #system: System
  readonly #invariants: Invariants
  /** The object of each variable; variables without one stand alone. */
  readonly #groupOf: readonly number[]
  readonly #groups: readonly (readonly VarId[])[]
  /** Reachable valuations of a group, in the order of its variables; undefined where they are too many. */
  readonly #reachable: readonly (readonly Float64Array[] | undefined)[]
  /** By the variables whose values they are. */
  readonly #tuplesOf = new Map<string, Tuples>()

  constructor(system: System, actions: readonly Action[], invariants: Invariants) {
    this.#system = system
    this.#invariants = invariants
    this.#ranges = system.variables.map((_, v) => invariants.boundsOf(v))
    const index = new Map<string, number>()
    const groups: VarId[][] = []
    this.#groupOf = system.variables.map(({ object }, v) => {
      const key = object === undefined ? `variable ${v}` : `object ${object}`
      let group = index.get(key)
      if (group === undefined) {
        group = groups.push([]) - 1
        index.set(key, group)
      }
      groups[group]!.push(v)
      return group
    })
    this.#groups = groups
    const writers = groups.map((): Action[] => [])
    for (const action of actions)
      for (const group of new Set([...action.writes].map((v) => this.#groupOf[v]!))) writers[group]!.push(action)
    this.#reachable = groups.map((variables, group) => this.#explore(variables, group, writers[group]!))
  }

  /** The group that all these variables are in, or undefined if they are in several. */
  groupOf(variables: Iterable<VarId>): number | undefined {
    let common: number | undefined
    for (const v of variables) {
      const group = this.#groupOf[v]!
      if (common !== undefined && common !== group) return undefined
      common = group
    }
    return common
  }

  variablesOf(group: number): readonly VarId[] {
    return this.#groups[group]!
  }

  /** Whether the variable belongs to the group. */
  isIn(v: VarId, group: number): boolean {
    return this.#groupOf[v] === group
  }

  /**
   * Calls `visit` with every valuation of the given variables that is possible, as far as is known, until it answers
   * true; returns whether it did, or undefined if there are too many to try.
   */
  some(
    { variables, conjuncts = [], box = nowhere }: Asked,
    valuation: Valuation,
    visit: () => boolean,
  ): boolean | undefined {
    const limits = this.#limits(variables, box)
    const choices: Choice[] = []
    const open = new Set(conjuncts)
    const assigned = new Set<VarId>()
    let size = 1
    for (const [group, own] of this.#partition(variables)) {
      const tuples = this.#tuples(group, own)
      if (tuples === undefined) return undefined
      for (const v of own) assigned.add(v)
      const decided = [...open].filter(({ reads }) => reads.isSubsetOf(assigned))
      for (const conjunct of decided) open.delete(conjunct)
      const choice = narrowed({ variables: own, tuples, conjuncts: decided }, valuation, box)
      size *= choice.tuples.length
      if (size > largest * 4) return undefined
      choices.push(choice)
    }
    const choose = (i: number): boolean => {
      if (i === choices.length) return limits.every((isWithin) => isWithin(valuation)) && visit()
      const { variables: own, tuples, conjuncts: decided } = choices[i]!
      for (const tuple of tuples) {
        assign(own, tuple, valuation)
        if (decided.every(({ holds }) => holds(valuation)) && choose(i + 1)) return true
      }
      return false
    }
    return choose(0)
  }

  /** What the invariants about some variables ask of them, whatever else is in the box. */
  #limits(variables: ReadonlySet<VarId>, box: BoxView): readonly ((valuation: Valuation) => boolean)[] {
    const about = new Set([...variables].flatMap((v) => this.#invariants.about(v).map(({ index }) => index)))
    return [...about].flatMap((index) => {
      const { factors, most } = this.#invariants.all[index]!
      const terms: (readonly [VarId, number])[] = []
      let [others, largestSum] = [0, 0]
      for (const [v, factor] of factors) {
        const { lo, hi } = box.get(v) ?? this.#ranges[v]!
        if (!variables.has(v)) others += factor * (factor > 0 ? lo : hi)
        else {
          terms.push([v, factor])
          largestSum += factor * (factor > 0 ? hi : lo)
        }
      }
      if (largestSum + others <= most) return []
      return [(valuation) => terms.reduce((sum, [v, factor]) => sum + factor * valuation[v]!, others) <= most]
    })
  }

  #partition(variables: ReadonlySet<VarId>): ReadonlyMap<number, readonly VarId[]> {
    const parts = new Map<number, VarId[]>()
    for (const v of variables) {
      const group = this.#groupOf[v]!
      const part = parts.get(group)
      if (part === undefined) parts.set(group, [v])
      else part.push(v)
    }
    return parts
  }

  /** The distinct values of some variables of a group. */
  #tuples(group: number, variables: readonly VarId[]): Tuples | undefined {
    const key = variables.join()
    const known = this.#tuplesOf.get(key)
    if (known !== undefined) return known
    const reachable = this.#reachable[group]
    const tuples = reachable === undefined ? this.#product(variables) : this.#projected(group, reachable, variables)
    if (tuples !== undefined) this.#tuplesOf.set(key, tuples)
    return tuples
  }

  #projected(group: number, reachable: readonly Float64Array[], variables: readonly VarId[]): Tuples {
    const at = variables.map((v) => this.#groups[group]!.indexOf(v))
    const distinct = new Map<string, readonly number[]>()
    for (const valuation of reachable) {
      const tuple = at.map((i) => valuation[i]!)
      distinct.set(tuple.join(), tuple)
    }
    return [...distinct.values()]
  }

  #product(variables: readonly VarId[]): Tuples | undefined {
    const widths = variables.map((v) => widthOf(this.#ranges[v]!))
    if (widths.reduce((size, width) => size * width, 1) > largest) return undefined
    let tuples: Tuples = [[]]
    for (const v of variables) {
      const { lo, hi } = this.#ranges[v]!
      tuples = tuples.flatMap((tuple) => Array.from({ length: hi - lo + 1 }, (_, i) => [...tuple, lo + i]))
    }
    return tuples
  }

  #explore(
    variables: readonly VarId[],
    group: number,
    writers: readonly Action[],
  ): readonly Float64Array[] | undefined {
    const inside = (reads: Iterable<VarId>): boolean => this.groupOf(reads) === group
    // A value that comes from elsewhere could be anything: nothing is assumed then.
    for (const { writes, id, opaque } of writers)
      for (const { to, value } of this.#system.transitions[id]!.effect) {
        const target = typeof to === 'number' ? [to] : (to.slice(2) as VarId[])
        if (!target.some((v) => this.#groupOf[v] === group) || writes.size === 0) continue
        if (opaque) return undefined
        const reads = readsOf(value)
        if (typeof to !== 'number') readsOf(to[1], reads)
        if (reads.size > 0 && !inside(reads)) return undefined
      }
    const steps = writers.map((action) => ({
      conjuncts: action.conjuncts.filter(
        ({ reads, locationsOf }) => locationsOf.size === 0 && reads.size > 0 && inside(reads),
      ),
      fire: action.fire,
    }))
    const scratch = new Float64Array(this.#system.variables.length)
    const ranges = variables.map((v) => this.#ranges[v]!)
    const initial = Float64Array.from(variables, (v) => this.#system.variables[v]!.init)
    const keyOf = keysWithin(ranges)
    const seen = new Set([keyOf(initial)])
    const found = [initial]
    for (const valuation of found) {
      for (const { conjuncts, fire } of steps) {
        for (const [i, v] of variables.entries()) scratch[v] = valuation[i]!
        if (!conjuncts.every(({ holds }) => holds(scratch))) continue
        fire(scratch)
        const next = Float64Array.from(variables, (v) => scratch[v]!)
        if (next.some((x, i) => !isWithin(ranges[i], x))) continue
        const key = keyOf(next)
        if (seen.has(key)) continue
        seen.add(key)
        found.push(next)
        if (found.length > largest) return undefined
      }
    }
    return found
  }
}

/** A choice without the values that the box excludes, or conjuncts about them alone. */
function narrowed({ variables, tuples, conjuncts }: Choice, valuation: Valuation, box: Asked['box']): Choice {
  const own = new Set(variables)
  const [alone, others] = [
    conjuncts.filter(({ reads }) => reads.isSubsetOf(own)),
    conjuncts.filter(({ reads }) => !reads.isSubsetOf(own)),
  ]
  const ranges = variables.map((v) => box?.get(v))
  const left = tuples.filter((tuple) => {
    if (!ranges.every((range, k) => isWithin(range, tuple[k]!))) return false
    assign(variables, tuple, valuation)
    return alone.every(({ holds }) => holds(valuation))
  })
  return { variables, tuples: left, conjuncts: others }
}

function assign(variables: readonly VarId[], tuple: readonly number[], valuation: Valuation): void {
  for (let k = 0; k < variables.length; k++) valuation[variables[k]!] = tuple[k]!
}

const widthOf = ({ lo, hi }: Interval): number => hi - lo + 1

/** Tells valuations within ranges apart: by their number, where these are few enough to be counted exactly. */
function keysWithin(ranges: readonly Interval[]): (valuation: Float64Array) => number | string {
  const all = ranges.reduce((size, range) => size * widthOf(range), 1)
  if (!Number.isSafeInteger(all)) return (valuation) => valuation.join()
  return (valuation) => {
    let key = 0
    for (let i = 0; i < ranges.length; i++) key = key * widthOf(ranges[i]!) + valuation[i]! - ranges[i]!.lo
    return key
  }
}

const isWithin = (range: Interval | undefined, x: number): boolean =>
  range === undefined || (x >= range.lo && x <= range.hi)
