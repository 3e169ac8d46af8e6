// SPDX-License-Identifier: Apache-2.0
import { moversOf } from '#system/moves'
import type { ProcessId, System, TransitionId } from '#system/system'
import type { Conditions } from './conditions.ts'
import type { Present } from './present.ts'
import { empty, noneOf, put, type ProcessSet } from './process-set.ts'
import type { Reach } from './reach.ts'

/** Which processes may still fire one of certain transitions, by where they are and by what holds. */
export interface Prospect {
  readonly parts: readonly Part[]
  /** Who that is in the state that was looked at then. */
  readonly who: ProcessSet
  look: number
}

interface Part {
  /** Conjuncts that have to hold for it to count. */
  readonly conjuncts: Int32Array
  /**
   * Pairs of a process and a place in `tables` of {@link Prospects}, where a 1 stands at its distance for each location
   * from which the process may still come to fire one.
   */
  readonly movers: Int32Array
}

interface Known<S> {
  readonly reach: Reach
  readonly conditions: Conditions<S>
  readonly present: Present<S>
}

/** Whom a prospect names in a state: nobody, only processes that can do nothing, or one that can move. */
export const [nobody, someone, someoneMoving] = [0, 1, 2] as const
type Met = typeof nobody | typeof someone | typeof someoneMoving

/**
 * Turns sets of transitions into what a closure over processes asks of them millions of times a second: sets of
 * processes, each found at most once a state. Equal tables are kept once.
 */
export class Prospects<S> {
  readonly #system: System
  readonly #reach: Reach
  readonly #conditions: Conditions<S>
  readonly #present: Present<S>
  readonly #ofOne = new Map<TransitionId, Int32Array>()
  readonly #places = new Map<string, number>()
  #used = 0
  #tables = new Uint8Array(1024)

  constructor(system: System, { reach, conditions, present }: Known<S>) {
    this.#system = system
    this.#reach = reach
    this.#conditions = conditions
    this.#present = present
  }

  /** Of these transitions. */
  of(ids: readonly TransitionId[]): Prospect {
    return this.#made([{ conjuncts: new Int32Array(0), movers: this.#movers(ids) }])
  }

  /** Of each of these transitions where all of its conjuncts hold. */
  where(some: readonly { readonly id: TransitionId; readonly conjuncts: Int32Array }[]): Prospect {
    return this.#made(some.map(({ id, conjuncts }) => ({ conjuncts, movers: this.#moversOfOne(id) })))
  }

  #made(parts: readonly Part[]): Prospect {
    return { parts, who: noneOf(this.#present.at.length), look: -1 }
  }

  /** Who may in the present state. */
  who(prospect: Prospect): ProcessSet {
    if (prospect.look !== this.#present.looks) this.#find(prospect)
    return prospect.who
  }

  #find(prospect: Prospect): void {
    const { parts, who } = prospect
    const { at, looks } = this.#present
    prospect.look = looks
    empty(who)
    for (let k = 0; k < parts.length; k++) {
      const { conjuncts, movers } = parts[k]!
      if (!this.#conditions.allHold(conjuncts)) continue
      for (let i = 0; i < movers.length; i += 2) {
        const process = movers[i]!
        put(who, process, this.#tables[movers[i + 1]! + at[process]!]!)
      }
    }
  }

  /** Whom a prospect without conditions names; there may be no need to find all of them. */
  meets({ parts }: Prospect): Met {
    const { at, enabledOf } = this.#present
    const { movers } = parts[0]!
    let met: Met = nobody
    for (let i = 0; i < movers.length; i += 2) {
      const process = movers[i]!
      if (this.#tables[movers[i + 1]! + at[process]!] === 0) continue
      if (enabledOf[process] !== 0) return someoneMoving
      met = someone
    }
    return met
  }

  /** Whether a prospect without conditions names nobody in a state, which need not be the present one. */
  namesNobody({ parts }: Prospect, state: S): boolean {
    const { movers } = parts[0]!
    for (let i = 0; i < movers.length; i += 2)
      if (this.#tables[movers[i + 1]! + this.#present.locationIn(state, movers[i]!)] !== 0) return false
    return true
  }

  #moversOfOne(id: TransitionId): Int32Array {
    let known = this.#ofOne.get(id)
    if (known === undefined) this.#ofOne.set(id, (known = this.#movers([id])))
    return known
  }

  #movers(ids: readonly TransitionId[]): Int32Array {
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
    if (this.#used > this.#tables.length) {
      const grown = new Uint8Array(this.#used * 2)
      grown.set(this.#tables)
      this.#tables = grown
    }
    this.#tables.set(table, place)
    this.#places.set(key, place)
    return place
  }
}

/** Whom a prospect names, wherever they are and whatever holds. */
export const everybodyIn = ({ parts }: Prospect): readonly ProcessId[] =>
  parts.flatMap(({ movers }) => [...movers].filter((_, i) => i % 2 === 0))
