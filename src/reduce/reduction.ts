// SPDX-License-Identifier: Apache-2.0
import type { Search, Selector } from '#explore/explore'
import type { Machine } from '#system/machine'
import type { TransitionId } from '#system/system'
import { brokenDiamond } from './diamond.ts'
import { ignoringStates } from './ignoring.ts'
import { StubbornSets } from './stubborn.ts'

/** The states at which a search ignored something, by what is enabled in each state. */
export type Ignoring<S> = (
  search: Search<S>,
  enabledAt: (state: number) => readonly TransitionId[],
) => readonly number[]

/**
 * A search with stubborn sets that preserves every verdict (docs/theory.md 3): it selects what is fired, and says after
 * the search which states have to be expanded fully, until condition (S) holds.
 */
export class Reduction<S> {
  readonly #machine: Machine<S>
  readonly #stubborn: StubbornSets<S>
  readonly #full = new Set<number>()
  readonly #verify: boolean
  readonly #ignoring: Ignoring<S>

  /**
   * @param verify check the promise of every set (`--check-reduction`); slow
   * @param ignoring how condition (S) is read, for a search of orbits
   */
  constructor(
    machine: Machine<S>,
    verify = false,
    stubborn = new StubbornSets(machine),
    ignoring: Ignoring<S> = ({ graph }, enabledAt) => ignoringStates(graph, enabledAt),
  ) {
    this.#machine = machine
    this.#stubborn = stubborn
    this.#verify = verify
    this.#ignoring = ignoring
  }

  /**
   * What is fired in a state.
   * @throws InternalError if a set is verified and does not keep what it promises.
   */
  readonly select: Selector<S> = (state, enabled, id) => {
    if (enabled.length < 2 || this.#full.has(id)) return enabled
    const chosen = this.#stubborn.smallest(state, enabled)
    if (this.#verify && chosen.fired.length < enabled.length) this.#stubborn.verify(state, chosen, brokenDiamond)
    return chosen.fired
  }

  /** Has the states expanded fully at which the search ignored something; false if there are none. */
  complete(search: Search<S>): boolean {
    const ignoring = this.#statesOf(search)
    for (const id of ignoring) this.#full.add(id)
    search.revisit(ignoring)
    return ignoring.length === 0
  }

  /** Where a limit ends the search first: what these states lead to is not known. */
  abandon(search: Search<S>): void {
    for (const id of this.#statesOf(search)) search.graph.forget(id)
  }

  #statesOf(search: Search<S>): readonly number[] {
    return this.#ignoring(search, (id) => this.#machine.enabled(search.store.get(id)))
  }
}
