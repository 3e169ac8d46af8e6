// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import type { Search } from '#explore/explore'
import type { Quotient } from '#explore/quotient'
import type { Machine } from '#system/machine'
import type { Ignoring } from '../reduction.ts'
import { AnnotatedQuotient } from './annotated-quotient.ts'
import type { Group } from './groups.ts'
import { ignoringInQuotient } from './ignoring-in-quotient.ts'
import { Orbits } from './orbits.ts'

/**
 * What a search needs to go through orbits instead of states: a machine that stores them, condition (S) as it reads
 * there, and the quotient that properties are judged on (docs/theory.md 8).
 */
export class SymmetricSearch<S> {
  /** The same machine, whose states are stored by their orbits. */
  readonly machine: Machine<S>
  readonly #plain: Machine<S>

  constructor(machine: Machine<S>, groups: readonly Group[]) {
    this.#plain = machine
    this.machine = {
      system: machine.system,
      initial: () => machine.initial(),
      enabled: (state) => machine.enabled(state),
      fire: (state, transition) => machine.fire(state, transition),
      value: (state, variable) => machine.value(state, variable),
      location: (state, process) => machine.location(state, process),
      ...(machine.compiled !== undefined && { compiled: (e) => machine.compiled!(e) }),
      ...(machine.compile !== undefined && { compile: (expressions) => machine.compile!(expressions) }),
      store: () => new Orbits(machine, groups),
    }
  }

  readonly ignoring: Ignoring<S> = (search, enabledAt) =>
    ignoringInQuotient(search.graph, enabledAt, this.quotient(search), this.#plain.system.transitions.length)

  /** The quotient that was explored; valid until the search goes on. */
  quotient({ graph, store }: Pick<Search<S>, 'graph' | 'store'>): Quotient {
    invariant(store instanceof Orbits, 'the search stored orbits')
    return new AnnotatedQuotient(this.#plain, graph, store as Orbits<S>)
  }
}
