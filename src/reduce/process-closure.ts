// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import { ClosedSet } from './closed-set.ts'
import { ClosureRules } from './closure-rules.ts'
import { Conditions } from './conditions.ts'
import { ClosedAlone } from './closed-alone.ts'
import { Present } from './present.ts'
import { nobody, Prospects, someoneMoving } from './prospects.ts'
import { relationsOf, type Relations } from './relations.ts'
import type { Stubborn, StubbornSets } from './stubborn-sets.ts'

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
  readonly #present: Present<S>
  readonly #prospects: Prospects<S>
  readonly #rules: ClosureRules<S>
  readonly #closed: ClosedSet<S>
  readonly #leaving: Relations['reach']['leaving']
  readonly #owner: Int32Array
  readonly #alone: readonly (readonly TransitionId[])[]
  readonly #closedAlone: ClosedAlone<S>
  /** Transitions whose processes may be closed with nobody else who can move. */
  readonly #candidates: Int32Array

  constructor(machine: Machine<S>, relations = relationsOf(machine.system)) {
    const { system } = machine
    const { actions, reach } = relations
    this.#leaving = reach.leaving
    this.#alone = actions.map(({ id }) => [id])
    this.#candidates = new Int32Array(system.processes.length)
    const conditions = new Conditions(machine, actions)
    const present = new Present(machine, conditions)
    const prospects = new Prospects(system, { reach, conditions, present })
    const rules = new ClosureRules(system, { relations, conditions, prospects })
    this.#present = present
    this.#owner = present.owner
    this.#prospects = prospects
    this.#rules = rules
    const closing = { present, relations, conditions, prospects, rules }
    this.#closed = new ClosedSet(closing)
    this.#closedAlone = new ClosedAlone(machine, closing)
  }

  smallest(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    this.#present.look(state, enabled)
    const single = this.#single(enabled)
    const fired = single >= 0 ? this.#alone[single]! : this.#several(enabled)
    this.#present.forget(enabled)
    return fired
  }

  several(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    this.#present.look(state, enabled)
    const fired = this.#several(enabled)
    this.#present.forget(enabled)
    return fired
  }

  single(state: S, enabled: readonly TransitionId[], last?: ProcessId): TransitionId | undefined {
    this.#present.look(state, enabled)
    const single = this.#single(enabled, last)
    this.#present.forget(enabled)
    return single < 0 ? undefined : single
  }

  goesOn(state: S, process: ProcessId): TransitionId | undefined {
    return this.#closedAlone.fires(state, process)
  }

  whole(state: S, enabled: readonly TransitionId[], fired?: TransitionId): Stubborn {
    this.#present.look(state, enabled)
    const single = fired ?? this.#single(enabled)
    const seed = single >= 0 ? this.#owner[single]! : this.#bestSeed(enabled)
    if (seed >= 0) this.#closed.close(seed, Infinity)
    const members = new Set<TransitionId>()
    for (const [process, at] of this.#present.at.entries())
      if (seed < 0 || this.#closed.has(process)) for (const id of this.#leaving[process]![at]!) members.add(id)
    this.#present.forget(enabled)
    return { members }
  }

  /**
   * The transition that is fired if some closed set fires a single one; -1 if there is none. Nearly always whoever has moved
   * last goes on, or somebody by himself is closed; only where nobody is are the sets looked for of those who meet nobody
   * who can move.
   */
  #single(enabled: readonly TransitionId[], last?: ProcessId): TransitionId {
    const { enabledOf } = this.#present
    if (last !== undefined && enabledOf[last] === 1 && this.#closed.close(last, 2) === 1)
      return enabled.find((id) => this.#owner[id] === last)!
    let candidates = 0
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      if (enabledOf[this.#owner[id]!]! > 1) continue
      const met = this.#prospects.meets(this.#rules.conflicts(id))
      if (met === someoneMoving) continue
      if (met === nobody && this.#rules.isUnbound(id)) return id
      this.#candidates[candidates++] = id
    }
    for (let i = 0; i < candidates; i++) {
      const id = this.#candidates[i]!
      if (this.#closed.close(this.#owner[id]!, 2) === 1) return id
    }
    return -1
  }

  /** What is fired where that are several. */
  #several(enabled: readonly TransitionId[]): readonly TransitionId[] {
    const seed = this.#bestSeed(enabled)
    if (seed < 0) return enabled
    this.#closed.close(seed, Infinity)
    return enabled.filter(this.#isMember)
  }

  readonly #isMember = (id: TransitionId): boolean => this.#closed.has(this.#owner[id]!)

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
      const fired = this.#closed.close(seed, size)
      if (fired >= size) continue
      best = seed
      size = fired
    }
    return best
  }
}
