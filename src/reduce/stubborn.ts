// SPDX-License-Identifier: Apache-2.0
import { InternalError } from '#base/assert'
import { evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import type { Expr, LocationId, ProcessId, TransitionId } from '#system/system'
import type { Conjunct } from './actions.ts'
import { relationsOf, type Relations } from './relations.ts'

/** A closed set of processes, 1 for each that is in it, and the enabled transitions that leave their locations. */
export interface Stubborn {
  readonly inside: Uint8Array
  readonly fired: readonly TransitionId[]
}

/**
 * Strong stubborn sets closed over threads (docs/theory.md 2). A set `W` of processes stands for all transitions that
 * leave their present locations, enabled or not. It is closed if
 * - with an enabled transition every process that may still do something not in accord with it is in `W`, and
 * - with a disabled one, for one of its false conjuncts, every process is in `W` that may still do something of a
 *   necessary enabling set of that conjunct.
 * Then what happens outside `W` neither enables, disables nor is disturbed by what leaves `W`.
 */
export class StubbornSets<S> {
  readonly #machine: Machine<S>
  readonly #processes: number
  readonly #relations: Relations
  readonly #movers: readonly (readonly ProcessId[])[]
  readonly #values: ReadonlyMap<Conjunct, (state: S) => number>

  constructor(machine: Machine<S>, relations = relationsOf(machine.system)) {
    const { actions } = relations
    this.#machine = machine
    this.#processes = machine.system.processes.length
    this.#relations = relations
    this.#movers = actions.map(({ movers }) => movers)
    const evaluate = (expr: Expr): ((state: S) => number) => machine.compiled?.(expr) ?? evaluator(expr, machine)
    this.#values = new Map(
      actions.flatMap(({ conjuncts }) => conjuncts.map((conjunct) => [conjunct, evaluate(conjunct.expr)] as const)),
    )
  }

  /** The smallest closed set that was found, and which of the enabled transitions are in it. */
  smallest(state: S, enabled: readonly TransitionId[]): Stubborn {
    const at = Array.from({ length: this.#processes }, (_, p) => this.#machine.location(state, p))
    const isEnabled = new Set(enabled)
    let best: Stubborn = { inside: new Uint8Array(this.#processes).fill(1), fired: enabled }
    const seeds = new Set(enabled.map((id) => this.#movers[id]![0]!))
    for (const seed of seeds) {
      const inside = this.closure(state, at, isEnabled, seed)
      const fired = enabled.filter((id) => inside[this.#movers[id]![0]!] === 1)
      if (fired.length < best.fired.length) best = { inside, fired }
      if (best.fired.length === 1) break
    }
    return best
  }

  /**
   * Has the promise of a set checked.
   * @throws InternalError if it is broken.
   */
  verify(
    state: S,
    { inside }: Stubborn,
    broken: (machine: Machine<S>, state: S, isMember: (id: TransitionId) => boolean) => string | undefined,
  ): void {
    const members = new Set<TransitionId>()
    for (let process = 0; process < this.#processes; process++)
      if (inside[process] === 1)
        for (const id of this.#relations.reach.leaving[process]![this.#machine.location(state, process)]!)
          members.add(id)
    const why = broken(this.#machine, state, (id) => members.has(id))
    if (why !== undefined) throw new InternalError(`internal error: a stubborn set does not keep its promise: ${why}`)
  }

  /** The processes of the smallest closed set that contains the seed: 1 for each that is in it. */
  closure(state: S, at: readonly LocationId[], enabled: ReadonlySet<TransitionId>, seed: ProcessId): Uint8Array {
    const inside = new Uint8Array(this.#processes)
    const work = [seed]
    inside[seed] = 1
    const add = (process: ProcessId): void => {
      if (inside[process] === 1) return
      inside[process] = 1
      work.push(process)
    }
    for (let process = work.pop(); process !== undefined; process = work.pop())
      for (const id of this.#relations.reach.leaving[process]![at[process]!]!) {
        for (const partner of this.#movers[id]!) add(partner)
        if (enabled.has(id)) this.#addConflicting(id, at, add)
        else this.#addEnabling(id, state, at, inside, add)
      }
    return inside
  }

  #addConflicting(id: TransitionId, at: readonly LocationId[], add: (process: ProcessId) => void): void {
    for (const other of this.#relations.conflicts(id))
      for (const process of this.#movers[other]!)
        if (this.#relations.reach.mayFire(process, at[process]!, other)) add(process)
  }

  /** Of the cuts of all false conjuncts the one that brings the fewest new processes in. */
  #addEnabling(
    id: TransitionId,
    state: S,
    at: readonly LocationId[],
    inside: Uint8Array,
    add: (process: ProcessId) => void,
  ): void {
    let best: readonly ProcessId[] | undefined
    const consider = (cut: readonly TransitionId[]): void => {
      const fresh = new Set<ProcessId>()
      for (const other of cut)
        for (const process of this.#movers[other]!)
          if (inside[process] === 0 && this.#relations.reach.mayFire(process, at[process]!, other)) fresh.add(process)
      if (best === undefined || fresh.size < best.length) best = [...fresh]
    }
    for (const conjunct of this.#relations.actions[id]!.conjuncts) {
      if (best?.length === 0) break
      if (this.#holds(conjunct, state)) continue
      consider(this.#relations.lastChanges(conjunct))
      const changes = this.#relations.firstChanges(conjunct)
      if (changes !== undefined)
        consider(
          changes.filter(({ conjuncts }) => conjuncts.every((c) => this.#holds(c, state))).map((change) => change.id),
        )
    }
    // Without a false conjunct a partner of a rendezvous is elsewhere; the partners are in already.
    for (const process of best ?? []) add(process)
  }

  #holds(conjunct: Conjunct, state: S): boolean {
    return this.#values.get(conjunct)!(state) !== 0
  }
}
