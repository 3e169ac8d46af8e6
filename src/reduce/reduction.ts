// SPDX-License-Identifier: Apache-2.0
import { InternalError } from '#base/assert'
import type { Passage, Search, Selector } from '#explore/explore'
import type { Machine } from '#system/machine'
import type { TransitionId } from '#system/system'
import { backEdges, Chains } from './chains.ts'
import { brokenDiamond } from './diamond.ts'
import { ignoringStates } from './ignoring.ts'
import { ProcessClosure } from './process-closure.ts'
import type { StubbornSets } from './stubborn-sets.ts'
import { isNetLike, TransitionClosure } from './transition-closure.ts'

export interface ReductionOptions<S> {
  /** Leave states unstored in which a single transition is fired. */
  readonly chains?: boolean
  /** Check the promise of every set (`--check-reduction`); slow. */
  readonly verify?: boolean
  readonly stubborn?: StubbornSets<S>
  /** How condition (S) is read, for a search of orbits. */
  readonly ignoring?: Ignoring<S> | undefined
}

/** The states at which a search ignored something, by what is enabled in each state. */
export type Ignoring<S> = (
  search: Search<S>,
  enabledAt: (state: number) => readonly TransitionId[],
) => readonly number[]

const stubbornSets = <S>(machine: Machine<S>): StubbornSets<S> =>
  isNetLike(machine.system) ? new TransitionClosure(machine) : new ProcessClosure(machine)

/**
 * A search with stubborn sets that preserves every verdict (docs/theory.md 3): it selects what is fired, and says after
 * the search which states have to be expanded fully, until condition (S) holds.
 */
export class Reduction<S> {
  readonly #machine: Machine<S>
  readonly #stubborn: StubbornSets<S>
  readonly #full = new Set<number>()
  readonly #verify: boolean
  readonly #back: ReadonlySet<TransitionId>
  readonly #ignoring: Ignoring<S>
  /** Set if chains are compressed: what is fired in a state that need not be stored. */
  readonly pass: Passage<S> | undefined

  constructor(machine: Machine<S>, options: ReductionOptions<S> = {}) {
    this.#machine = machine
    this.#stubborn = options.stubborn ?? stubbornSets(machine)
    this.#verify = options.verify ?? false
    this.#back = backEdges(machine.system)
    this.#ignoring = options.ignoring ?? (({ graph }, enabledAt) => ignoringStates(graph, enabledAt, this.#back))
    this.pass = options.chains === true ? this.#passage(new Chains(machine.system, this.#back)) : undefined
  }

  /**
   * What is fired in a state.
   * @throws InternalError if a set is verified and does not keep what it promises.
   */
  readonly select: Selector<S> = (state, enabled, id) =>
    enabled.length < 2 || this.#full.has(id) ? enabled : this.#fired(state, enabled)

  #fired(state: S, enabled: readonly TransitionId[]): readonly TransitionId[] {
    const fired = this.#stubborn.smallest(state, enabled)
    if (this.#verify && fired.length < enabled.length) this.#check(state, enabled)
    return fired
  }

  /** The one transition that is fired, if it is one. */
  #single(state: S, enabled: readonly TransitionId[]): TransitionId | undefined {
    if (enabled.length < 2) return enabled[0]
    const single = this.#stubborn.single(state, enabled)
    if (this.#verify && single !== undefined) this.#check(state, enabled)
    return single
  }

  #check(state: S, enabled: readonly TransitionId[]): void {
    const { members } = this.#stubborn.whole(state, enabled)
    const why = brokenDiamond(this.#machine, state, (id) => members.has(id))
    if (why !== undefined) throw new InternalError(`internal error: a stubborn set does not keep its promise: ${why}`)
  }

  #passage(chains: Chains): Passage<S> {
    return (state, by) => {
      if (chains.mustEnd(by)) return undefined
      const single = this.#single(state, this.#machine.enabled(state))
      return single !== undefined && chains.mayPass(by, single) ? single : undefined
    }
  }

  /** Has the states expanded fully at which the search ignored something; false if there are none. */
  complete(search: Search<S>): boolean {
    const ignoring = this.#ignored(search)
    for (const id of ignoring) this.#full.add(id)
    search.revisit(ignoring)
    return ignoring.length === 0
  }

  /** Where a limit ends the search first: what these states lead to is not known. */
  abandon(search: Search<S>): void {
    for (const id of this.#ignored(search)) search.graph.forget(id)
  }

  #ignored(search: Search<S>): readonly number[] {
    return this.#ignoring(search, (state) => this.#machine.enabled(search.store.get(state)))
  }
}
