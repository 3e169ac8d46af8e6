// SPDX-License-Identifier: Apache-2.0
import { evaluators } from '#system/expression'
import type { Machine } from '#system/machine'
import type { Action, Conjunct } from './actions.ts'

/** The conjuncts of all guards, numbered; each is evaluated at most once a state, and only if somebody asks. */
export class Conditions<S> {
  readonly #ids: ReadonlyMap<Conjunct, number>
  readonly #values: readonly ((state: S) => number)[]
  /** Values in the present state, -1 where nobody asked yet, and those that were asked for. */
  readonly #known: Int8Array
  readonly #asked: Int32Array
  #askedCount = 0
  #state: S

  constructor(machine: Machine<S>, actions: readonly Action[]) {
    const conjuncts = [...new Set(actions.flatMap((action) => action.conjuncts))]
    this.#ids = new Map(conjuncts.map((conjunct, i) => [conjunct, i]))
    this.#values = evaluators(
      conjuncts.map(({ expr }) => expr),
      machine,
    )
    this.#known = new Int8Array(conjuncts.length).fill(-1)
    this.#asked = new Int32Array(conjuncts.length)
    this.#state = machine.initial()
  }

  /** How many there are. */
  get count(): number {
    return this.#values.length
  }

  /** The number of a conjunct. */
  id(conjunct: Conjunct): number {
    return this.#ids.get(conjunct)!
  }

  /** From now on it is this state that is asked about. */
  look(state: S): void {
    for (let i = 0; i < this.#askedCount; i++) this.#known[this.#asked[i]!] = -1
    this.#askedCount = 0
    this.#state = state
  }

  holds(id: number): boolean {
    const known = this.#known[id]!
    if (known >= 0) return known === 1
    const holds = this.#values[id]!(this.#state) !== 0
    this.#known[id] = holds ? 1 : 0
    this.#asked[this.#askedCount++] = id
    return holds
  }

  allHold(ids: Int32Array): boolean {
    for (let i = 0; i < ids.length; i++) if (!this.holds(ids[i]!)) return false
    return true
  }
}
