// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import { Conditions } from './conditions.ts'
import { ClosureRules, type Need } from './closure-rules.ts'
import type { Prospect, Prospects } from './prospects.ts'
import { relationsOf, type Relations } from './relations.ts'
import type { Stubborn, StubbornSets } from './stubborn-sets.ts'

const [nobody, someone, someoneMoving] = [0, 1, 2] as const

/** Processes in order of the changes that they can make; `look` says in which state. */
interface FirstMovers {
  readonly processes: Int32Array
  count: number
  look: number
}

/**
 * Strong stubborn sets closed over processes (docs/theory.md 2). A set `W` of processes stands for all transitions that
 * leave their present locations, enabled or not. It is closed if
 * - with an enabled transition every process that may still do something not in accord with it is in `W`, and
 * - with a disabled one, for one of its false conjuncts, every process is in `W` that may still do something of a
 *   necessary enabling set of that conjunct.
 * Then what happens outside `W` neither enables, disables nor is disturbed by what leaves `W`.
 *
 * The sets are found again in every state that is visited, so everything here is small arrays of numbers.
 */
export class ProcessClosure<S> implements StubbornSets<S> {
  readonly #machine: Machine<S>
  readonly #rules: ClosureRules<S>
  readonly #prospects: Prospects
  readonly #movers: readonly (readonly ProcessId[])[]
  /** The first mover of each transition: ascending ids are grouped by it. */
  readonly #owner: Int32Array
  readonly #leaving: Relations['reach']['leaving']
  readonly #alone: readonly (readonly TransitionId[])[]
  readonly #conditions: Conditions<S>
  /** What is known of the present state: locations, enabled transitions, their number by process. */
  readonly #at: Int32Array
  readonly #enabled: Uint8Array
  readonly #enabledOf: Int32Array
  /** The set under construction, its members in order of arrival, and how many enabled transitions leave them. */
  readonly #inside: Uint8Array
  readonly #members: Int32Array
  #size = 0
  #fired = 0
  /** Nobody cares for the set any more once so many enabled transitions leave it. */
  #bound = Infinity
  /** By conjunct, as of the state that was looked at then. */
  readonly #firstMoversOf: (FirstMovers | undefined)[] = []
  #looks = 0
  /** Which cut a process was last counted for. */
  readonly #counted: Int32Array
  #cut = 0

  constructor(machine: Machine<S>, relations = relationsOf(machine.system)) {
    const { actions, reach } = relations
    const { processes, transitions } = machine.system
    this.#machine = machine
    this.#movers = actions.map(({ movers }) => movers)
    this.#owner = Int32Array.from(actions, ({ movers }) => movers[0]!)
    this.#leaving = reach.leaving
    this.#alone = actions.map(({ id }) => [id])
    this.#conditions = new Conditions(machine, actions)
    this.#rules = new ClosureRules(machine.system, relations, this.#conditions)
    this.#prospects = this.#rules.prospects
    this.#at = new Int32Array(processes.length)
    this.#enabled = new Uint8Array(transitions.length)
    this.#enabledOf = new Int32Array(processes.length)
    this.#inside = new Uint8Array(processes.length)
    this.#members = new Int32Array(processes.length)
    this.#counted = new Int32Array(processes.length)
  }

  smallest(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    this.#look(state, enabled)
    const single = this.#single(enabled)
    const fired = single >= 0 ? this.#alone[single]! : this.#several(enabled)
    this.#forget(enabled)
    return fired
  }

  whole(state: S, enabled: readonly TransitionId[]): Stubborn {
    this.#look(state, enabled)
    const single = this.#single(enabled)
    const seed = single >= 0 ? this.#owner[single]! : this.#bestSeed(enabled)
    if (seed >= 0) this.#close(seed, Infinity)
    const members = new Set<TransitionId>()
    for (const [process, at] of this.#at.entries())
      if (seed < 0 || this.#inside[process] === 1) for (const id of this.#leaving[process]![at]!) members.add(id)
    this.#forget(enabled)
    return { members }
  }

  readonly #isMember = (id: TransitionId): boolean => this.#inside[this.#owner[id]!] === 1

  #look(state: S, enabled: readonly TransitionId[]): void {
    this.#looks++
    this.#conditions.look(state)
    const at = this.#at
    if (this.#machine.locations !== undefined) this.#machine.locations(state, at)
    else for (let p = 0; p < at.length; p++) at[p] = this.#machine.location(state, p)
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      this.#enabled[id] = 1
      this.#enabledOf[this.#owner[id]!]!++
    }
  }

  #forget(enabled: readonly TransitionId[]): void {
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      this.#enabled[id] = 0
      this.#enabledOf[this.#owner[id]!] = 0
    }
  }

  /**
   * The transition that is fired if some closed set fires a single one: that of the first seed with such a set; -1 if
   * there is none. Nearly always the seed by itself is closed, or somebody who can move comes in at once.
   */
  #single(enabled: readonly TransitionId[]): TransitionId {
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      const seed = this.#owner[id]!
      if (this.#enabledOf[seed]! > 1) continue
      const met = this.#met(this.#rules.conflicts(id))
      if (met === someoneMoving) continue
      if (met === nobody && this.#rules.isUnbound(id)) return id
      if (this.#close(seed, 2) === 1) return id
    }
    return -1
  }

  /** Whom a prospect names in the present state. */
  #met(prospect: Prospect): typeof nobody | typeof someone | typeof someoneMoving {
    const { pool } = this.#prospects
    let met: typeof nobody | typeof someone = nobody
    for (let i = 0; i < prospect.length; i += 2) {
      const process = prospect[i]!
      if (pool[prospect[i + 1]! + this.#at[process]!] === 0) continue
      if (this.#enabledOf[process] !== 0) return someoneMoving
      met = someone
    }
    return met
  }

  /** What is fired where that are several. */
  #several(enabled: readonly TransitionId[]): readonly TransitionId[] {
    const seed = this.#bestSeed(enabled)
    if (seed < 0) return enabled
    this.#close(seed, Infinity)
    return enabled.filter(this.#isMember)
  }

  /**
   * Where no closed set fires a single transition: the first process of those whose closures fire the fewest; -1 if that
   * is all of them. Mostly these are two, and that others have more is seen soon.
   */
  #bestSeed(enabled: readonly TransitionId[]): ProcessId {
    const all = enabled.length
    const pair = this.#seedBelow(Math.min(3, all), enabled)
    return pair >= 0 || all <= 3 ? pair : this.#seedBelow(all, enabled)
  }

  #seedBelow(bound: number, enabled: readonly TransitionId[]): ProcessId {
    let best = -1
    let size = bound
    let last = -1
    for (let i = 0; i < enabled.length && size > 2; i++) {
      const seed = this.#owner[enabled[i]!]!
      // Ascending ids are grouped by process.
      if (seed === last) continue
      last = seed
      const fired = this.#close(seed, size)
      if (fired >= size) continue
      best = seed
      size = fired
    }
    return best
  }

  /**
   * Makes `#inside` the smallest closed set that contains the seed, and returns how many enabled transitions leave it.
   * Gives up, and returns `bound`, once that are so many.
   */
  #close(seed: ProcessId, bound: number): number {
    const members = this.#members
    for (let i = 0; i < this.#size; i++) this.#inside[members[i]!] = 0
    this.#size = 0
    this.#fired = 0
    this.#bound = bound
    this.#add(seed)
    for (let next = 0; next < this.#size; next++) {
      const process = members[next]!
      const leaving = this.#leaving[process]![this.#at[process]!]!
      for (let i = 0; i < leaving.length; i++) {
        if (this.#fired >= bound) return bound
        const id = leaving[i]!
        const movers = this.#movers[id]!
        for (let k = 0; k < movers.length; k++) this.#add(movers[k]!)
        if (this.#enabled[id] === 1) this.#addAll(this.#rules.conflicts(id))
        else this.#addEnabling(this.#rules.needs(id))
      }
    }
    return Math.min(this.#fired, bound)
  }

  #add(process: ProcessId): void {
    if (this.#inside[process] === 1) return
    this.#inside[process] = 1
    this.#fired += this.#enabledOf[process]!
    this.#members[this.#size++] = process
  }

  #addAll(prospect: Prospect): void {
    const { pool } = this.#prospects
    for (let i = 0; i < prospect.length && this.#fired < this.#bound; i += 2) {
      const process = prospect[i]!
      if (pool[prospect[i + 1]! + this.#at[process]!] === 1) this.#add(process)
    }
  }

  /** Of the cuts of all false conjuncts the one that brings the fewest new processes in. */
  #addEnabling(needs: readonly Need[]): void {
    let fewest = Infinity
    let best: Need | undefined
    let viaFirst = false
    for (let i = 0; i < needs.length && fewest > 0; i++) {
      const need = needs[i]!
      if (this.#conditions.holds(need.conjunct)) continue
      this.#cut++
      const last = this.#fresh(need.last)
      if (last < fewest) {
        fewest = last
        best = need
        viaFirst = false
      }
      if (need.first === undefined || fewest === 0) continue
      const first = this.#outside(this.#firstMovers(need))
      if (first < fewest) {
        fewest = first
        best = need
        viaFirst = true
      }
    }
    // Without a false conjunct a partner of a rendezvous is elsewhere; the partners are in already.
    if (best === undefined || fewest === 0) return
    if (!viaFirst) this.#addAll(best.last)
    else {
      const { processes, count } = this.#firstMovers(best)
      for (let i = 0; i < count && this.#fired < this.#bound; i++) this.#add(processes[i]!)
    }
  }

  /** Who can make the first change in the present state: the same for whoever waits for it. */
  #firstMovers({ conjunct, first }: Need): FirstMovers {
    const movers = (this.#firstMoversOf[conjunct] ??= {
      processes: new Int32Array(this.#at.length),
      count: 0,
      look: -1,
    })
    if (movers.look === this.#looks) return movers
    const { pool } = this.#prospects
    movers.look = this.#looks
    movers.count = 0
    this.#cut++
    for (let c = 0; c < first!.length; c++) {
      if (!this.#conditions.allHold(first![c]!.conjuncts)) continue
      const prospect = first![c]!.movers
      for (let i = 0; i < prospect.length; i += 2) {
        const process = prospect[i]!
        if (this.#counted[process] === this.#cut || pool[prospect[i + 1]! + this.#at[process]!] === 0) continue
        this.#counted[process] = this.#cut
        movers.processes[movers.count++] = process
      }
    }
    return movers
  }

  #outside({ processes, count }: FirstMovers): number {
    let outside = 0
    for (let i = 0; i < count; i++) if (this.#inside[processes[i]!] === 0) outside++
    return outside
  }

  /** How many processes a cut brings in that are not in yet; each is counted once a cut. */
  #fresh(prospect: Prospect): number {
    const { pool } = this.#prospects
    let fresh = 0
    for (let i = 0; i < prospect.length; i += 2) {
      const process = prospect[i]!
      if (this.#inside[process] === 1 || this.#counted[process] === this.#cut) continue
      if (pool[prospect[i + 1]! + this.#at[process]!] === 0) continue
      this.#counted[process] = this.#cut
      fresh++
    }
    return fresh
  }
}
