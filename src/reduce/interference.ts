// SPDX-License-Identifier: Apache-2.0
import type { Invariants } from '#simplify/invariants'
import type { Interval } from '#system/interval'
import type { System, VarId } from '#system/system'
import type { Action, Conjunct, Valuation } from './actions.ts'
import type { Domains } from './domains.ts'
import { Exclusion } from './exclusion.ts'
import { Parts, type Part } from './parts.ts'

/** Variables that parts of two transitions meet in, with what the transitions ask of them. */
interface Meeting {
  readonly variables: ReadonlySet<VarId>
  readonly ofA: readonly Conjunct[]
  readonly ofB: readonly Conjunct[]
}

/**
 * Whether two transitions are in each other's way where both can be taken. A transition of a net that takes and gives
 * tokens at ten places has ten parts, and two transitions are in each other's way only where parts of theirs meet: so the
 * valuations of few variables at a time are tried (docs/theory.md 2).
 */
export class Interference {
  readonly #partsOfA: Parts
  readonly #partsOfB: Parts
  readonly #domains: Domains
  readonly #exclusion: Exclusion
  readonly #known = new Map<number, boolean>()
  readonly #scratch: { readonly before: Valuation; readonly one: Valuation; readonly other: Valuation }

  /** The first of a pair is one of `lasting`, the second one of `actions` (`Accord`). */
  constructor(
    system: System,
    { lasting, actions }: { readonly lasting: readonly Action[]; readonly actions: readonly Action[] },
    domains: Domains,
    invariants: Invariants,
  ) {
    const valuation = (): Valuation => new Float64Array(system.variables.length)
    this.#partsOfA = new Parts(system, lasting)
    this.#partsOfB = new Parts(system, actions)
    this.#domains = domains
    this.#exclusion = new Exclusion(system, { lasting, actions }, invariants)
    this.#scratch = { before: valuation(), one: valuation(), other: valuation() }
  }

  /** False if, wherever both are enabled, each leaves the other enabled and both orders assign the same. */
  clash(a: Action, b: Action): boolean {
    const clashing = this.#meetings(a, b)
    if (clashing.length === 0) return false
    if (this.#exclusion.exclude(a.id, b.id)) return false
    if (a.opaque || b.opaque) return true
    const box = this.#exclusion.boxOf(a.id, b.id)
    return box !== undefined && clashing.some((meeting) => this.#clashIn(meeting, a, b, box))
  }

  /** Where they meet, and clash as far as the variables there tell. */
  #meetings(a: Action, b: Action): readonly Meeting[] {
    const [ofA, ofB] = [this.#partsOfA.of(a.id), this.#partsOfB.of(b.id)]
    const found: Meeting[] = []
    const seen = new Set<Part>()
    for (const [v, part] of ofA.size <= ofB.size ? ofA : ofB) {
      const one = ofA.get(v)
      const other = ofB.get(v)
      if (one === undefined || other === undefined || (!one.writes && !other.writes) || seen.has(part)) continue
      if (one.variables.size === 1 && other.variables.size === 1) {
        // Most are like others that have been tried.
        const key = one.kind * 2 ** 26 + other.kind
        const meeting = { variables: one.variables, ofA: one.conjuncts, ofB: other.conjuncts }
        const known = this.#known.get(key) ?? (a.opaque || b.opaque || this.#clashIn(meeting, a, b))
        if (!a.opaque && !b.opaque) this.#known.set(key, known)
        if (known) found.push(meeting)
        continue
      }
      const meeting = whole(v, ofA, ofB, seen)
      if (a.opaque || b.opaque || this.#clashIn(meeting, a, b)) found.push(meeting)
    }
    return found
  }

  #clashIn({ variables, ofA, ofB }: Meeting, a: Action, b: Action, box?: ReadonlyMap<VarId, Interval>): boolean {
    const { before, one, other } = this.#scratch
    const clash = this.#domains.some({ variables, conjuncts: [...ofA, ...ofB], ...(box && { box }) }, before, () => {
      one.set(before)
      a.fire(one)
      other.set(before)
      b.fire(other)
      if (!allHold(ofB, one) || !allHold(ofA, other)) return true
      b.fire(one)
      a.fire(other)
      for (const v of variables) if (one[v] !== other[v]) return true
      return false
    })
    return clash !== false
  }
}

const allHold = (conjuncts: readonly Conjunct[], valuation: Valuation): boolean =>
  conjuncts.every(({ holds }) => holds(valuation))

/** All parts that meet at a variable, directly or through others. */
function whole(v: VarId, ofA: ReadonlyMap<VarId, Part>, ofB: ReadonlyMap<VarId, Part>, seen: Set<Part>): Meeting {
  const variables = new Set([v])
  const [partsOfA, partsOfB] = [new Set<Part>(), new Set<Part>()]
  for (const at of variables)
    for (const [parts, of] of [
      [partsOfA, ofA],
      [partsOfB, ofB],
    ] as const) {
      const part = of.get(at)
      if (part === undefined || parts.has(part)) continue
      parts.add(part)
      seen.add(part)
      for (const other of part.variables) variables.add(other)
    }
  return {
    variables,
    ofA: [...partsOfA].flatMap(({ conjuncts }) => conjuncts),
    ofB: [...partsOfB].flatMap(({ conjuncts }) => conjuncts),
  }
}
