// SPDX-License-Identifier: Apache-2.0
import { moversOf } from '#system/moves'
import type { ProcessId, System, TransitionId } from '#system/system'
import type { Reach } from './reach.ts'

/**
 * Which processes may still fire an element of a set of transitions, by where they are: pairs of a process and a place
 * in the pool of {@link Prospects}, where a 1 stands at its distance for each location from which an element can still
 * come.
 */
export type Prospect = Int32Array

/**
 * Turns sets of transitions into what a closure over processes asks of them, in a form that is looked at millions of
 * times a second. Equal tables are kept once.
 */
export class Prospects {
  readonly #system: System
  readonly #reach: Reach
  readonly #ofOne = new Map<TransitionId, Prospect>()
  readonly #places = new Map<string, number>()
  #used = 0
  pool = new Uint8Array(1024)

  constructor(system: System, reach: Reach) {
    this.#system = system
    this.#reach = reach
  }

  ofOne(id: TransitionId): Prospect {
    let known = this.#ofOne.get(id)
    if (known === undefined) this.#ofOne.set(id, (known = this.of([id])))
    return known
  }

  of(ids: readonly TransitionId[]): Prospect {
    const { transitions, processes } = this.#system
    const sought = new Map<ProcessId, TransitionId[]>()
    for (const id of ids)
      for (const mover of moversOf(transitions[id]!)) {
        const list = sought.get(mover)
        if (list === undefined) sought.set(mover, [id])
        else list.push(id)
      }
    const pairs = [...sought].flatMap(([process, its]) => {
      const from = Uint8Array.from(processes[process]!.locations, (_, at) =>
        its.some((id) => this.#reach.mayFire(process, at, id)) ? 1 : 0,
      )
      return [process, this.#place(from)]
    })
    return Int32Array.from(pairs)
  }

  #place(table: Uint8Array): number {
    const key = table.join('')
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const place = this.#used
    this.#used += table.length
    if (this.#used > this.pool.length) {
      const grown = new Uint8Array(this.#used * 2)
      grown.set(this.pool)
      this.pool = grown
    }
    this.pool.set(table, place)
    this.#places.set(key, place)
    return place
  }
}
