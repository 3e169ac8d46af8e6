// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import { movesOf } from '#system/moves'
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'
import type { Conjunct } from './actions.ts'
import { Conditions } from './conditions.ts'
import { Present } from './present.ts'
import { relationsOf, type Relations } from './relations.ts'
import type { Stubborn, StubbornSets } from './stubborn-sets.ts'

/** What has to be fired before a transition can be: because its process is elsewhere, or a conjunct is false. */
interface Needs {
  readonly places: readonly { readonly process: ProcessId; readonly at: LocationId; readonly entering: Int32Array }[]
  readonly conjuncts: readonly Cuts[]
}

/** The cuts of a conjunct, which all transitions that have it share: a place of a net may have thousands on either side. */
interface Cuts {
  readonly conjunct: number
  readonly last: Int32Array
  /** Each with the conjuncts that have to hold now; undefined where there is no such cut. */
  readonly first: readonly { readonly id: TransitionId; readonly conjuncts: Int32Array }[] | undefined
}

/**
 * Strong stubborn sets closed over single transitions (docs/theory.md 2), for systems without threads to speak of: a
 * Petri net is one process that never moves. The set is closed if it has
 * - with an enabled transition all that do not accord with it, and
 * - with a disabled one a necessary enabling set: of a conjunct that is false, or, where its process is elsewhere, what
 *   enters the location it leaves.
 */
export class TransitionClosure<S> implements StubbornSets<S> {
  readonly #machine: Machine<S>
  readonly #relations: Relations
  readonly #conditions: Conditions<S>
  readonly #conflicts: (Int32Array | undefined)[]
  readonly #needs: (Needs | undefined)[]
  readonly #cuts = new Map<Conjunct, Cuts>()
  readonly #entering: readonly (readonly (readonly TransitionId[])[])[]
  readonly #present: Present<S>
  readonly #enabled: Uint8Array
  readonly #at: Int32Array
  /** The set under construction: 1 for each member, the members in order of arrival, how many of them are enabled. */
  readonly #inside: Uint8Array
  readonly #members: Int32Array
  #size = 0
  #fired = 0
  /** A cut under consideration, and the best one so far. */
  readonly #cut: Int32Array
  readonly #best: Int32Array
  #bestLength = 0
  #bestCost = Infinity
  #bestConjunct = -1
  /** By conjunct, the last set under construction that had a cut of it inside. */
  readonly #served: Int32Array
  #built = 0

  constructor(machine: Machine<S>, relations = relationsOf(machine.system)) {
    const { transitions } = machine.system
    this.#machine = machine
    this.#relations = relations
    this.#conditions = new Conditions(machine, relations.actions)
    this.#conflicts = transitions.map(() => undefined)
    this.#needs = transitions.map(() => undefined)
    this.#entering = enteringOf(machine.system)
    this.#present = new Present(machine, this.#conditions)
    this.#enabled = this.#present.enabled
    this.#at = this.#present.at
    this.#inside = new Uint8Array(transitions.length)
    this.#members = new Int32Array(transitions.length)
    this.#served = new Int32Array(this.#conditions.count)
    this.#cut = new Int32Array(transitions.length)
    this.#best = new Int32Array(transitions.length)
  }

  smallest(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    return this.#found(state, enabled) ? enabled.filter((id) => this.#inside[id] === 1) : enabled
  }

  several(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    return this.smallest(state, enabled)
  }

  single(state: S, enabled: readonly TransitionId[]): TransitionId | undefined {
    const fired = this.smallest(state, enabled)
    return fired.length === 1 ? fired[0] : undefined
  }

  whole(state: S, enabled: readonly TransitionId[]): Stubborn {
    if (!this.#found(state, enabled)) return { members: new Set(this.#machine.system.transitions.keys()) }
    return this.#underConstruction()
  }

  #underConstruction(): Stubborn {
    return { members: new Set(this.#members.subarray(0, this.#size)) }
  }

  containing(state: S, enabled: readonly TransitionId[], these: Iterable<TransitionId>): Stubborn {
    this.#present.look(state, enabled)
    this.#close(these, Infinity)
    this.#present.forget(enabled)
    return this.#underConstruction()
  }

  /** Leaves the smallest set that was found under construction; false if that fires everything. */
  #found(state: S, enabled: readonly TransitionId[]): boolean {
    this.#present.look(state, enabled)
    // Most sets are given up at once where only very small ones are wanted.
    const isFound =
      this.#leaves(enabled, 1, 2) || this.#leaves(enabled, 2, 3) || this.#leaves(enabled, 3, enabled.length)
    this.#present.forget(enabled)
    return isFound
  }

  /**
   * Leaves the first of the smallest sets under construction that fire fewer than `bound`; false if there is none.
   * @param least what each fires that is found so, at least
   */
  #leaves(enabled: readonly TransitionId[], least: number, bound: number): boolean {
    let best: TransitionId | undefined
    let size = Math.min(bound, enabled.length)
    for (const seed of size > least ? enabled : []) {
      const fired = this.#close([seed], size)
      if (fired >= size) continue
      if (fired === least) return true
      best = seed
      size = fired
    }
    if (best !== undefined) this.#close([best], Infinity)
    return best !== undefined
  }

  /** Builds a closed set around the seeds and returns how many it fires; gives up, and returns `bound`, at that many. */
  #close(seeds: Iterable<TransitionId>, bound: number): number {
    const members = this.#members
    for (let i = 0; i < this.#size; i++) this.#inside[members[i]!] = 0
    this.#size = 0
    this.#fired = 0
    this.#built++
    for (const seed of seeds) this.#add(seed)
    for (let next = 0; next < this.#size && this.#fired < bound; next++) {
      const id = members[next]!
      if (this.#enabled[id] === 1) this.#addAll((this.#conflicts[id] ??= this.#conflictsOf(id)), bound)
      else this.#addEnabling((this.#needs[id] ??= this.#needsOf(id)))
    }
    return Math.min(this.#fired, bound)
  }

  #add(id: TransitionId): void {
    if (this.#inside[id] === 1) return
    this.#inside[id] = 1
    this.#fired += this.#enabled[id]!
    this.#members[this.#size++] = id
  }

  #addAll(ids: Int32Array, bound: number, count = ids.length): void {
    for (let i = 0; i < count && this.#fired < bound; i++) this.#add(ids[i]!)
  }

  /** Of all cuts the one that brings the fewest enabled transitions in, and of these the one with the fewest. */
  #addEnabling({ places, conjuncts }: Needs): void {
    // False, and what it waits for is inside on account of somebody else.
    for (const { conjunct } of conjuncts) if (this.#served[conjunct] === this.#built) return
    this.#bestCost = Infinity
    this.#bestConjunct = -1
    for (const { process, at, entering } of places)
      if (this.#at[process] !== at) this.#consider(entering, entering.length, -1)
    for (const { conjunct, last, first } of conjuncts) {
      if (this.#bestCost === 0) break
      if (this.#conditions.holds(conjunct)) continue
      this.#consider(last, last.length, conjunct)
      if (first !== undefined) this.#considerFirst(first, conjunct)
    }
    if (this.#bestCost < Infinity) this.#addAll(this.#best, Infinity, this.#bestLength)
    if (this.#bestConjunct >= 0) this.#served[this.#bestConjunct] = this.#built
  }

  #considerFirst(
    first: readonly { readonly id: TransitionId; readonly conjuncts: Int32Array }[],
    conjunct: number,
  ): void {
    let [length, cost] = [0, 0]
    for (const { id, conjuncts } of first) {
      if (!this.#conditions.allHold(conjuncts)) continue
      this.#cut[length++] = id
      cost += this.#costOf(id)
      if (cost >= this.#bestCost) return
    }
    this.#keep(this.#cut, length, cost, conjunct)
  }

  #consider(cut: Int32Array, length: number, conjunct: number): void {
    let cost = 0
    for (let i = 0; i < length; i++) {
      cost += this.#costOf(cut[i]!)
      if (cost >= this.#bestCost) return
    }
    this.#keep(cut, length, cost, conjunct)
  }

  #keep(cut: Int32Array, length: number, cost: number, conjunct: number): void {
    if (cost >= this.#bestCost) return
    this.#bestCost = cost
    this.#bestLength = length
    this.#bestConjunct = conjunct
    for (let i = 0; i < length; i++) this.#best[i] = cut[i]!
  }

  /** Members that are enabled count for more than all that are not. */
  #costOf(id: TransitionId): number {
    return this.#inside[id] === 1 ? 0 : 1 + this.#enabled[id]! * this.#inside.length
  }

  #conflictsOf(id: TransitionId): Int32Array {
    return Int32Array.from([...this.#relations.conflicts(id), ...this.#relations.rivals(id)])
  }

  #needsOf(id: TransitionId): Needs {
    const transition = this.#machine.system.transitions[id]!
    return {
      places: movesOf(transition).map(({ process, from }) => ({
        process,
        at: from,
        entering: Int32Array.from(this.#entering[process]![from]!),
      })),
      conjuncts: this.#relations.actions[id]!.conjuncts.map((conjunct) => this.#cutsOf(conjunct)),
    }
  }

  #cutsOf(conjunct: Conjunct): Cuts {
    const known = this.#cuts.get(conjunct)
    if (known !== undefined) return known
    const cuts: Cuts = {
      conjunct: this.#conditions.id(conjunct),
      last: Int32Array.from(this.#relations.lastChanges(conjunct)),
      first: this.#relations.firstChanges(conjunct)?.map((change) => ({
        id: change.id,
        conjuncts: Int32Array.from(change.conjuncts, (c) => this.#conditions.id(c)),
      })),
    }
    this.#cuts.set(conjunct, cuts)
    return cuts
  }
}

/** By process and location, the transitions that bring it there from elsewhere. */
function enteringOf({ processes, transitions }: System): readonly (readonly (readonly TransitionId[])[])[] {
  const entering = processes.map(({ locations }) => locations.map((): TransitionId[] => []))
  for (const [id, transition] of transitions.entries())
    for (const { process, from, to } of movesOf(transition)) if (from !== to) entering[process]![to]!.push(id)
  return entering
}

/** Whether a process can do several things without moving: closing over processes would then take all of them at once. */
export function isNetLike({ transitions }: System): boolean {
  const loops = new Set<string>()
  return transitions.some(({ process, from, to, fault }) => {
    if (from !== to || fault !== undefined) return false
    const key = `${process} ${from}`
    if (loops.has(key)) return true
    loops.add(key)
    return false
  })
}
