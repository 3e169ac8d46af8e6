// SPDX-License-Identifier: Apache-2.0
import type { BoxView } from '#simplify/box'
import type { Invariants } from '#simplify/invariants'
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
  /** By kind and kind, whether parts of one variable clash. */
  readonly #known: Map<number, boolean>[] = []
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
    const isOpaque = a.opaque || b.opaque
    let box: BoxView | undefined
    for (const meeting of this.#meetings(a, b)) {
      if (box === undefined && this.#exclusion.exclude(a.id, b.id)) return false
      box ??= this.#exclusion.boxOf(a.id, b.id)
      // Where the guards leave one value only, all that invariants have to say of it has been asked.
      if (isOpaque || isFixed(meeting.variables, box) || this.#clashIn(meeting, a, b, box)) return true
    }
    return false
  }

  /** Where they meet, and clash as far as the variables there tell. */
  *#meetings(a: Action, b: Action): Iterable<Meeting> {
    const [ofA, ofB] = [this.#partsOfA.of(a.id), this.#partsOfB.of(b.id)]
    const isOpaque = a.opaque || b.opaque
    const seen = new Set<Part>()
    for (const [v, part] of ofA.size <= ofB.size ? ofA : ofB) {
      const one = ofA.get(v)
      const other = ofB.get(v)
      if (one === undefined || other === undefined || (!one.writes && !other.writes) || seen.has(part)) continue
      if (one.variables.size === 1 && other.variables.size === 1) {
        // Most are like others that have been tried.
        const known = (this.#known[one.kind] ??= new Map())
        const meeting = { variables: one.variables, ofA: one.conjuncts, ofB: other.conjuncts }
        const clashes = known.get(other.kind) ?? (isOpaque || this.#clashIn(meeting, a, b))
        if (!isOpaque) known.set(other.kind, clashes)
        if (clashes) yield meeting
        continue
      }
      const meeting = whole(v, ofA, ofB, seen)
      if (isOpaque || this.#clashIn(meeting, a, b)) yield meeting
    }
  }

  #clashIn({ variables, ofA, ofB }: Meeting, a: Action, b: Action, box?: BoxView): boolean {
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

function isFixed(variables: ReadonlySet<VarId>, box: BoxView): boolean {
  for (const v of variables) {
    const range = box.get(v)
    if (range === undefined || range.lo !== range.hi) return false
  }
  return true
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
