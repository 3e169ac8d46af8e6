// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { evaluator } from '#system/expression'
import type { Machine, StateStore } from '#system/machine'
import type { Expr } from '#system/system'
import { BitRows } from './bit-rows.ts'

type Ask = (id: number, words: Int32Array, at: number) => void

/** Which conditions hold in which stored states: a row a state, worked out when somebody first looks. */
export class StateRows<S> {
  readonly #machine: Machine<S>
  readonly #conditions: readonly Expr[]
  #store: StateStore<S> | undefined
  #ask: Ask | undefined
  #known = 0
  #rows: BitRows

  constructor(machine: Machine<S>, conditions: readonly Expr[]) {
    this.#machine = machine
    this.#conditions = conditions
    this.#rows = new BitRows(conditions.length)
  }

  /** The states it is about: those in this store, whenever they get there. */
  of(store: StateStore<S>): void {
    this.#store = store
    this.#ask = undefined
    this.#known = 0
    this.#rows = new BitRows(this.#conditions.length)
  }

  get rows(): BitRows {
    invariant(this.#store, 'a search has begun')
    if (this.#known < this.#store.size) this.#extend(this.#store)
    return this.#rows
  }

  #extend(store: StateStore<S>): void {
    const ask = (this.#ask ??= store.asking?.(this.#conditions) ?? this.#oneByOne(store))
    this.#rows.reach(store.size - 1)
    for (; this.#known < store.size; this.#known++) this.#rows.answer(this.#known, ask)
  }

  #oneByOne(store: StateStore<S>): Ask {
    const conditions = this.#conditions.map((e) => evaluator(e, this.#machine))
    return (id, words, at) => {
      const state = store.get(id)
      for (const [i, holds] of conditions.entries()) if (holds(state) !== 0) words[at + (i >> 5)]! |= 1 << (i & 31)
    }
  }
}
