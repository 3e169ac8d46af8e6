// SPDX-License-Identifier: Apache-2.0
import type { Search, Selector } from '#explore/explore'
import type { Machine } from '#system/machine'
import { brokenDiamond } from './diamond.ts'
import { ignoringStates } from './ignoring.ts'
import { StubbornSets } from './stubborn.ts'

/**
 * A search with stubborn sets that preserves every verdict (docs/theory.md 3): it selects what is fired, and says after
 * the search which states have to be expanded fully, until condition (S) holds.
 */
export class Reduction<S> {
  readonly #machine: Machine<S>
  readonly #stubborn: StubbornSets<S>
  readonly #full = new Set<number>()
  readonly #verify: boolean

  /** @param verify check the promise of every set (`--check-reduction`); slow */
  constructor(machine: Machine<S>, verify = false, stubborn = new StubbornSets(machine)) {
    this.#machine = machine
    this.#stubborn = stubborn
    this.#verify = verify
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
  complete({ graph, store, revisit }: Search<S>): boolean {
    const ignoring = ignoringStates(graph, (id) => this.#machine.enabled(store.get(id)))
    for (const id of ignoring) this.#full.add(id)
    revisit(ignoring)
    return ignoring.length === 0
  }

  /** Where a limit ends the search first: what these states lead to is not known. */
  abandon({ graph, store }: Search<S>): void {
    for (const id of ignoringStates(graph, (state) => this.#machine.enabled(store.get(state)))) graph.forget(id)
  }
}
