// SPDX-License-Identifier: Apache-2.0
import { InternalError } from '#base/assert'
import { IdSet } from '#base/id-set'
import type { Passage, Search, Selector } from '#explore/explore'
import type { Machine, StateStore } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import { stubbornSets } from './applicable.ts'
import { backEdges, Chains } from './chains.ts'
import { brokenDiamond } from './diamond.ts'
import { ignoringByComponent, ignoringStates } from './ignoring.ts'
import type { Stubborn, StubbornSets } from './stubborn-sets.ts'

export interface ReductionOptions<S> {
  /** Leave states unstored in which a single transition is fired. */
  readonly chains?: boolean
  /** Check the promise of every set (`--check-reduction`); slow. */
  readonly verify?: boolean
  readonly stubborn?: StubbornSets<S>
  /** When sets that leave nothing out are asked for less often. */
  readonly patience?: Patience
  /** How condition (S) is read, for a search of orbits. */
  readonly ignoring?: Ignoring<S> | undefined
  /** Where only these and terminal states matter (`visible.ts`): they alone must not be ignored, instead of (S). */
  readonly visible?: ReadonlySet<TransitionId> | undefined
}

/** The states at which a search ignored something, by what is enabled in each state. */
export type Ignoring<S> = (
  search: Search<S>,
  enabledAt: (state: number) => readonly TransitionId[],
) => readonly number[]

/** States of a component of which the one is taken that has the least to fire besides. */
const tried = 16

/** After so many sets in a row that fire everything one is asked for in one state of so many, until one fires less. */
export interface Patience {
  readonly inVain: number
  readonly oneOf: number
}
const usual: Patience = { inVain: 1_000, oneOf: 16 }

/**
 * A search with stubborn sets that preserves every verdict (docs/theory.md 3): it selects what is fired, and says after
 * the search which states have to be expanded fully, until condition (S) holds.
 */
export class Reduction<S> {
  readonly #machine: Machine<S>
  readonly #stubborn: StubbornSets<S>
  /** What is fired in states that were looked at again; undefined for everything. */
  readonly #again = new Map<number, readonly TransitionId[] | undefined>()
  readonly #patience: Patience
  readonly #verify: boolean
  readonly #back: ReadonlySet<TransitionId>
  readonly #ignoring: Ignoring<S>
  readonly #visible: ReadonlySet<TransitionId> | undefined
  /** Stored states of which it is known that no single transition is fired. */
  readonly #branching = new IdSet()
  /** States whose sets contain everything visible. */
  readonly #watching = new Set<number>()
  /** Sets in a row that fired everything, and states since that was so many that sets are seldom asked for. */
  #inVain = 0
  #passedOver = 0
  /** Set if chains are compressed: what is fired in a state that need not be stored. */
  readonly pass: Passage<S> | undefined

  constructor(machine: Machine<S>, options: ReductionOptions<S> = {}) {
    this.#machine = machine
    this.#stubborn = options.stubborn ?? stubbornSets(machine)
    this.#patience = options.patience ?? usual
    this.#verify = options.verify ?? false
    this.#back = backEdges(machine.system)
    this.#ignoring = options.ignoring ?? (({ graph }, enabledAt) => ignoringStates(graph, enabledAt, this.#back))
    this.#visible = options.visible
    this.pass = options.chains === true ? this.#passage(new Chains(machine.system, this.#back)) : undefined
  }

  /**
   * What is fired in a state.
   * @throws InternalError if a set is verified and does not keep what it promises.
   */
  readonly select: Selector<S> = (state, enabled, id) =>
    enabled.length < 2
      ? enabled
      : this.#again.has(id)
        ? (this.#again.get(id) ?? enabled)
        : this.#fired(state, enabled, id)

  /**
   * Where everybody is in everybody's way a set costs much and leaves out nothing. To fire everything is right in any state, and
   * a set is what it is whatever is fired elsewhere: so sets may be asked for or not as it pleases.
   */
  #isPassedOver(): boolean {
    const { inVain, oneOf } = this.#patience
    return this.#inVain >= inVain && this.#passedOver++ % oneOf !== 0
  }

  #fired(state: S, enabled: readonly TransitionId[], id: number): readonly TransitionId[] {
    if (this.#isPassedOver()) return enabled
    const fired = this.#branching.has(id)
      ? this.#stubborn.several(state, enabled)
      : this.#stubborn.smallest(state, enabled)
    this.#inVain = fired.length < enabled.length ? 0 : this.#inVain + 1
    if (this.#verify && fired.length < enabled.length) this.#check(state, this.#stubborn.whole(state, enabled))
    return fired
  }

  /** The one transition that is fired, if it is one. A state of which it is not known that it is one is stored. */
  #single(state: S, last: ProcessId, store: StateStore<S>): TransitionId | undefined {
    const id = store.find(state)
    if (id >= 0 && this.#branching.has(id)) return undefined
    const enabled = this.#machine.enabled(state)
    if (enabled.length < 2) return enabled[0]
    if (this.#isPassedOver()) return undefined
    const single = this.#stubborn.single(state, enabled, last)
    if (single === undefined) {
      this.#branching.add(store.add(state))
      return undefined
    }
    this.#inVain = 0
    if (this.#verify) this.#check(state, this.#stubborn.whole(state, enabled, single))
    return single
  }

  /** The one transition that is fired if that is found by whoever has moved last going on. */
  #goesOn(state: S, last: ProcessId): TransitionId | undefined {
    const single = this.#stubborn.goesOn?.(state, last)
    if (this.#verify && single !== undefined)
      this.#check(state, this.#stubborn.whole(state, this.#machine.enabled(state), single))
    return single
  }

  #check(state: S, { members }: Stubborn): void {
    const why = brokenDiamond(this.#machine, state, (id) => members.has(id))
    if (why !== undefined) throw new InternalError(`internal error: a stubborn set does not keep its promise: ${why}`)
  }

  #passage(chains: Chains): Passage<S> {
    return (state, by, store) => {
      if (chains.mustEnd(by)) return undefined
      const last = this.#machine.system.transitions[by]!.process
      const single = this.#goesOn(state, last) ?? this.#single(state, last, store)
      return single !== undefined && chains.mayPass(by, single) ? single : undefined
    }
  }

  /** Has states looked at again at which the search ignored something; false if there are none. */
  complete(search: Search<S>): boolean {
    const again = this.#visible === undefined ? this.#expandedFully(search) : this.#watched(search, this.#visible)
    search.revisit(again)
    return again.length === 0
  }

  /** Where a limit ends the search first: what these states lead to is not known. */
  abandon(search: Search<S>): void {
    // Whether a state is terminal is known all the same.
    if (this.#visible !== undefined) return
    for (const id of this.#ignoring(search, this.#enabledIn(search))) search.graph.forget(id)
  }

  #expandedFully(search: Search<S>): readonly number[] {
    const ignoring = this.#ignoring(search, this.#enabledIn(search))
    for (const id of ignoring) this.#again.set(id, undefined)
    return ignoring
  }

  /**
   * States, one of each terminal component that breaks (S), whose sets are to contain everything visible; those are left out where
   * such a set fires nothing more.
   */
  #watched(search: Search<S>, visible: ReadonlySet<TransitionId>): readonly number[] {
    if (visible.size === 0) return []
    const enabledAt = this.#enabledIn(search)
    const settles = (id: number): boolean => this.#watching.has(id)
    return ignoringByComponent(search.graph, enabledAt, this.#back, settles).flatMap((states) => {
      const sets = states.slice(0, tried).map((id) => ({ id, fired: this.#firedWith(visible, search, id) }))
      const more = ({ id, fired }: (typeof sets)[number]): number => fired.length - search.graph.degree(id)
      const { id, fired } = sets.reduce((best, set) => (more(set) < more(best) ? set : best))
      this.#watching.add(id)
      this.#again.set(id, fired)
      return fired.length > search.graph.degree(id) ? [id] : []
    })
  }

  /** What is fired in a state besides if its set is to contain these. */
  #firedWith(these: ReadonlySet<TransitionId>, { graph, store }: Search<S>, id: number): readonly TransitionId[] {
    const state = store.get(id)
    const enabled = this.#machine.enabled(state)
    const now = Array.from({ length: graph.degree(id) }, (_, edge) => graph.transition(id, edge))
    const set = this.#stubborn.containing?.(state, enabled, [...now, ...these])
    if (set === undefined) return enabled
    if (this.#verify) this.#check(state, set)
    return enabled.filter((transition) => set.members.has(transition))
  }

  #enabledIn({ store }: Search<S>): (id: number) => readonly TransitionId[] {
    return (id) => this.#machine.enabled(store.get(id))
  }
}
