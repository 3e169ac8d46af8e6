// SPDX-License-Identifier: Apache-2.0
import { Ints } from '#explore/ints'
import type { Machine, StateStore } from '#system/machine'
import type { PermutationId } from '#explore/quotient'
import { CanonicalForm } from './canonical-form.ts'
import type { Group } from './groups.ts'
import { KeyTable } from '#base/key-table'
import { Permutations } from './permutations.ts'

/**
 * The visited states up to permutation of copies: the id of a state is that of its orbit. What is kept of an orbit is
 * the *member that was found first*, not its canonical form, which serves for looking up alone: so a state that is
 * expanded is the very state that a step led to, chains of first predecessors are runs of the system as it is, and no
 * trace has to be permuted back.
 */
export class Orbits<S> implements StateStore<S> {
  readonly permutations: Permutations
  readonly #members: StateStore<S>
  readonly #forms: KeyTable
  readonly #form: CanonicalForm<S>
  /** By id: the permutation that takes the member to its canonical form. */
  readonly #toForm = new Ints()

  constructor(machine: Machine<S>, groups: readonly Group[]) {
    this.permutations = new Permutations(machine.system, groups)
    this.#members = machine.store()
    this.#form = new CanonicalForm(machine.system, machine, groups, this.permutations.arrangement())
    this.#forms = new KeyTable(this.#form.key.length)
  }

  get size(): number {
    return this.#members.size
  }

  add(state: S): number {
    this.#form.of(state)
    const id = this.#forms.add(this.#form.key, 0)
    if (id < this.#members.size) return id
    this.#toForm.push(this.permutations.id(this.#form.ranks))
    return this.#members.add(state)
  }

  find(state: S): number {
    this.#form.of(state)
    return this.#forms.find(this.#form.key, 0)
  }

  get(id: number): S {
    return this.#members.get(id)
  }

  /** A permutation that takes a state to the member that is kept of its orbit, which has this id. */
  toMember(state: S, id: number): PermutationId {
    this.#form.of(state)
    const { permutations } = this
    return permutations.compose(permutations.inverse(this.#toForm.at(id)), permutations.id(this.#form.ranks))
  }
}
