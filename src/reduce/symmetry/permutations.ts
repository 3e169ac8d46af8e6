// SPDX-License-Identifier: Apache-2.0
import { identity, type PermutationId } from '#explore/quotient'
import type { ProcessId, System, TransitionId } from '#system/system'
import type { Group } from './groups.ts'

/** Where each copy goes: copies of all groups, counted through. */
export type Arrangement = Uint8Array | Uint16Array

/**
 * Permutations of the copies of some groups, each group's among themselves: named by ids, composed, and as what they do
 * to processes, debts and transitions. The latter two are found by taking a permutation apart into exchanges of
 * neighbours, for which they are known.
 */
export class Permutations {
  /** Of the copies of all groups together. */
  readonly size: number
  readonly #processCount: number
  readonly #debtCount: number
  /** By process: the copy it belongs to and its place there, -1 outside. */
  readonly #copyOf: Int32Array
  readonly #placeOf: Int32Array
  /** By copy: its processes. */
  readonly #members: readonly (readonly ProcessId[])[]
  /** By copy, what exchanging it with the next one does; undefined at the end of a group. */
  readonly #exchanges: readonly (Group['exchanges'][number] | undefined)[]
  readonly #ids = new Map<string, PermutationId>()
  readonly #arrangements: Arrangement[] = []
  readonly #debts: (Int32Array | undefined)[] = []
  readonly #processes: (Int32Array | undefined)[] = []
  readonly #inverses: (PermutationId | undefined)[] = []

  constructor(system: System, groups: readonly Group[]) {
    const copies = groups.flatMap((group) => group.copies)
    this.size = copies.length
    this.#processCount = system.processes.length
    this.#debtCount = system.debts.length
    this.#members = copies.map(({ processes }) => processes)
    this.#exchanges = groups.flatMap(({ exchanges }) => [...exchanges, undefined])
    this.#copyOf = new Int32Array(system.processes.length).fill(-1)
    this.#placeOf = new Int32Array(system.processes.length).fill(-1)
    for (const [copy, { processes }] of copies.entries())
      for (const [place, process] of processes.entries()) {
        this.#copyOf[process] = copy
        this.#placeOf[process] = place
      }
    this.id(this.arrangement())
  }

  /** A new arrangement with every copy in its place. */
  arrangement(): Arrangement {
    const arrangement = this.size <= 256 ? new Uint8Array(this.size) : new Uint16Array(this.size)
    for (let i = 0; i < this.size; i++) arrangement[i] = i
    return arrangement
  }

  /** The name of an arrangement, which is copied if it is new. */
  id(arrangement: Arrangement): PermutationId {
    const key = String.fromCharCode.apply(null, arrangement as unknown as number[])
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#arrangements.push(arrangement.slice()) - 1
      this.#ids.set(key, id)
    }
    return id
  }

  compose(outer: PermutationId, inner: PermutationId): PermutationId {
    if (outer === identity) return inner
    if (inner === identity) return outer
    const [after, before] = [this.#arrangements[outer]!, this.#arrangements[inner]!]
    return this.id(before.map((copy) => after[copy]!))
  }

  inverse(id: PermutationId): PermutationId {
    return (this.#inverses[id] ??= this.id(inverted(this.#arrangements[id]!)))
  }

  processes(id: PermutationId): Int32Array {
    return (this.#processes[id] ??= this.#imagesOfProcesses(this.#arrangements[id]!))
  }

  debts(id: PermutationId): Int32Array {
    return (this.#debts[id] ??= Int32Array.from({ length: this.#debtCount }, (_, debt) =>
      neighboursOf(this.#arrangements[id]!).reduce((d, copy) => this.#exchanges[copy]!.debts[d]!, debt),
    ))
  }

  transition(permutation: PermutationId, id: TransitionId): TransitionId {
    let image = id
    if (permutation !== identity)
      for (const copy of neighboursOf(this.#arrangements[permutation]!))
        image = this.#exchanges[copy]!.transitions[image]!
    return image
  }

  /** The transitions that some permutation makes of a transition, by each transition; likewise processes. */
  orbitsOfTransitions(count: number): readonly (readonly TransitionId[])[] {
    return orbits(
      count,
      this.#exchanges.flatMap((exchange) => (exchange === undefined ? [] : [exchange.transitions])),
    )
  }

  orbitsOfProcesses(): readonly (readonly ProcessId[])[] {
    const exchanges = this.#exchanges.flatMap((exchange, copy) => {
      if (exchange === undefined) return []
      const arrangement = this.arrangement()
      arrangement[copy] = copy + 1
      arrangement[copy + 1] = copy
      return [this.#imagesOfProcesses(arrangement)]
    })
    return orbits(this.#processCount, exchanges)
  }

  #imagesOfProcesses(arrangement: Arrangement): Int32Array {
    return Int32Array.from({ length: this.#processCount }, (_, process) => {
      const copy = this.#copyOf[process]!
      return copy === -1 ? process : this.#members[arrangement[copy]!]![this.#placeOf[process]!]!
    })
  }
}

function inverted(arrangement: Arrangement): Arrangement {
  const inverse = arrangement.slice()
  for (const [copy, to] of arrangement.entries()) inverse[to] = copy
  return inverse
}

/**
 * Exchanges of a copy with the next one that make up a permutation, the one that is applied first first. Insertion sort
 * finds them: if `p s1 .. sk` is the identity, `p` is `sk .. s1`, for each exchange undoes itself.
 */
export function neighboursOf(arrangement: Arrangement): readonly number[] {
  const rest = arrangement.slice()
  const swaps: number[] = []
  for (let i = 1; i < rest.length; i++)
    for (let j = i; j > 0 && rest[j - 1]! > rest[j]!; j--) {
      const kept = rest[j]!
      rest[j] = rest[j - 1]!
      rest[j - 1] = kept
      swaps.push(j - 1)
    }
  return swaps
}

function orbits(count: number, generators: readonly Int32Array[]): readonly (readonly number[])[] {
  const of: (number[] | undefined)[] = Array.from({ length: count })
  for (let start = 0; start < count; start++) {
    if (of[start] !== undefined) continue
    const orbit = [start]
    of[start] = orbit
    for (const member of orbit)
      for (const generator of generators) {
        const image = generator[member]!
        if (of[image] !== undefined) continue
        of[image] = orbit
        orbit.push(image)
      }
    orbit.sort((a, b) => a - b)
  }
  return of as number[][]
}
