// SPDX-License-Identifier: Apache-2.0
import { evaluators } from '#system/expression'
import type { Machine } from '#system/machine'
import type { System, TransitionId } from '#system/system'
import { relationsOf, type Relations } from './relations.ts'
import type { Stubborn, StubbornSets } from './stubborn-sets.ts'

/** One thing that may keep a transition from being enabled, and what has to be fired before it no longer does. */
interface Need<S> {
  readonly holds: (state: S) => boolean
  readonly last: readonly TransitionId[]
  /** Each with what has to hold now; undefined where there is no such cut. */
  readonly first:
    readonly { readonly id: TransitionId; readonly when: readonly ((state: S) => boolean)[] }[] | undefined
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
  readonly #conflicts: (readonly TransitionId[] | undefined)[]
  readonly #needs: (readonly Need<S>[] | undefined)[]
  readonly #conjuncts = new Map<unknown, (state: S) => boolean>()
  readonly #entering: readonly (readonly (readonly TransitionId[])[])[]
  readonly #enabled: Uint8Array
  /** The set under construction: 1 for each member, the members in order of arrival, how many of them are enabled. */
  readonly #inside: Uint8Array
  readonly #members: Int32Array
  #size = 0
  #fired = 0

  constructor(machine: Machine<S>, relations = relationsOf(machine.system)) {
    const { transitions } = machine.system
    this.#machine = machine
    this.#relations = relations
    this.#conflicts = transitions.map(() => undefined)
    this.#needs = transitions.map(() => undefined)
    const conjuncts = relations.actions.flatMap((action) => action.conjuncts)
    const values = evaluators(
      conjuncts.map(({ expr }) => expr),
      machine,
    )
    for (const [i, conjunct] of conjuncts.entries()) this.#conjuncts.set(conjunct, (state) => values[i]!(state) !== 0)
    this.#entering = enteringOf(machine.system)
    this.#enabled = new Uint8Array(transitions.length)
    this.#inside = new Uint8Array(transitions.length)
    this.#members = new Int32Array(transitions.length)
  }

  smallest(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    return this.#best(state, enabled) ? enabled.filter((id) => this.#inside[id] === 1) : enabled
  }

  whole(state: S, enabled: readonly TransitionId[]): Stubborn {
    if (!this.#best(state, enabled)) return { members: new Set(this.#machine.system.transitions.keys()) }
    return { members: new Set(this.#members.subarray(0, this.#size)) }
  }

  /** Leaves the smallest set that was found under construction; false if that fires everything. */
  #best(state: S, enabled: readonly TransitionId[]): boolean {
    for (const id of enabled) this.#enabled[id] = 1
    let best: TransitionId | undefined
    let size = enabled.length
    for (const seed of enabled) {
      const fired = this.#close(seed, state, size)
      if (fired >= size) continue
      best = seed
      size = fired
      if (size === 1) break
    }
    if (best !== undefined && size > 1) this.#close(best, state, Infinity)
    for (const id of enabled) this.#enabled[id] = 0
    return best !== undefined
  }

  /** Builds a closed set around the seed and returns how many it fires; gives up, and returns `bound`, at that many. */
  #close(seed: TransitionId, state: S, bound: number): number {
    for (let i = 0; i < this.#size; i++) this.#inside[this.#members[i]!] = 0
    this.#size = 0
    this.#fired = 0
    this.#add(seed)
    for (let next = 0; next < this.#size; next++) {
      if (this.#fired >= bound) return bound
      const id = this.#members[next]!
      if (this.#enabled[id] === 1) for (const other of (this.#conflicts[id] ??= this.#conflictsOf(id))) this.#add(other)
      else this.#addEnabling((this.#needs[id] ??= this.#needsOf(id)), state)
    }
    return this.#fired >= bound ? bound : this.#fired
  }

  #add(id: TransitionId): void {
    if (this.#inside[id] === 1) return
    this.#inside[id] = 1
    this.#fired += this.#enabled[id]!
    this.#members[this.#size++] = id
  }

  /** Of all cuts the one that brings the fewest enabled transitions in, and of these the one with the fewest. */
  #addEnabling(needs: readonly Need<S>[], state: S): void {
    let best: readonly TransitionId[] = []
    let cost = Infinity
    const consider = (cut: readonly TransitionId[]): void => {
      let own = 0
      for (const id of cut) if (this.#inside[id] === 0) own += 1 + this.#enabled[id]! * this.#inside.length
      if (own < cost) [cost, best] = [own, cut]
    }
    for (const { holds, last, first } of needs) {
      if (cost === 0) break
      if (holds(state)) continue
      consider(last)
      if (first !== undefined)
        consider(first.filter(({ when }) => when.every((condition) => condition(state))).map(({ id }) => id))
    }
    for (const id of best) this.#add(id)
  }

  #conflictsOf(id: TransitionId): readonly TransitionId[] {
    return [...this.#relations.conflicts(id), ...this.#relations.rivals(id)]
  }

  #needsOf(id: TransitionId): readonly Need<S>[] {
    const transition = this.#machine.system.transitions[id]!
    const places = [transition, ...(transition.joint ?? [])].map(({ process, from }): Need<S> => ({
      holds: (state) => this.#machine.location(state, process) === from,
      last: this.#entering[process]![from]!,
      first: undefined,
    }))
    const conjuncts = this.#relations.actions[id]!.conjuncts.map((conjunct): Need<S> => ({
      holds: this.#conjuncts.get(conjunct)!,
      last: this.#relations.lastChanges(conjunct),
      first: this.#relations
        .firstChanges(conjunct)
        ?.map((change) => ({ id: change.id, when: change.conjuncts.map((c) => this.#conjuncts.get(c)!) })),
    }))
    return [...places, ...conjuncts]
  }
}

/** By process and location, the transitions that bring it there from elsewhere. */
function enteringOf({ processes, transitions }: System): readonly (readonly (readonly TransitionId[])[])[] {
  const entering = processes.map(({ locations }) => locations.map((): TransitionId[] => []))
  for (const [id, transition] of transitions.entries())
    for (const { process, from, to } of [transition, ...(transition.joint ?? [])])
      if (from !== to) entering[process]![to]!.push(id)
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
