// SPDX-License-Identifier: Apache-2.0
import { and, evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import { movesOf, moversOf } from '#system/moves'
import type { ProcessId, System, TransitionId } from '#system/system'

/**
 * Checks a stubborn set by what it promises, with no part of how it was found (docs/theory.md 9): along everything that can
 * happen outside the set, nothing enables a member, what can be taken at the start stays possible and commutes with each
 * step. Where a handler that has come on top of it is all that is in its way, the handlers alone have to get out of the
 * way again, or to report a fault. Returns what is broken, as text, or undefined. Looks at no more than `limit` states.
 */
export function brokenDiamond<S>(
  machine: Machine<S>,
  start: S,
  isMember: (id: TransitionId) => boolean,
  limit = 2_000,
): string | undefined {
  const { system } = machine
  const store = machine.store()
  const label = (id: TransitionId): string => {
    const { process, label: step } = system.transitions[id]!
    return `${system.processes[process]!.name}: ${step}`
  }
  const suspended = new Suspended(machine, limit)
  const members = machine.enabled(start).filter(isMember)
  store.add(start)
  for (let at = 0; at < store.size && at < limit; at++) {
    const u = store.get(at)
    const enabled = new Set(machine.enabled(u))
    const stranded = members.find((t) => !enabled.has(t) && !suspended.passes(u, t))
    if (stranded !== undefined) return `a handler that cannot return may come on top of '${label(stranded)}'`
    for (const x of enabled) {
      if (isMember(x)) continue
      const w = machine.fire(u, x)
      if (machine.enabled(w).some((t) => isMember(t) && !members.includes(t)))
        return `'${label(x)}' outside the set enables a member`
      for (const t of members) {
        if (!suspended.isAllThatKeeps(w, t)) return `'${label(x)}' outside the set disables '${label(t)}'`
        const v = machine.fire(u, t)
        if (!machine.enabled(v).includes(x)) return `'${label(t)}' disables '${label(x)}', which is outside the set`
        const [one, other] = [machine.fire(v, x), machine.fire(w, t)]
        if (!same(machine, one, other)) return `'${label(t)}' and '${label(x)}' do not commute`
      }
      store.add(w)
    }
  }
  return undefined
}

/** What is in the way of a transition but for its guard. */
class Suspended<S> {
  readonly #machine: Machine<S>
  readonly #system: System
  readonly #limit: number
  readonly #possible = new Map<TransitionId, (state: S) => number>()

  constructor(machine: Machine<S>, limit: number) {
    this.#machine = machine
    this.#limit = limit
    this.#system = machine.system
  }

  /** Whether a transition can be taken, but for handlers on top of who moves. */
  isAllThatKeeps(state: S, id: TransitionId): boolean {
    let possible = this.#possible.get(id)
    if (possible === undefined) {
      const transition = this.#system.transitions[id]!
      const there = movesOf(transition).map(({ process, from }) => ({ process, in: [from] }))
      possible = evaluator(and(...there, ...transition.guard), this.#machine)
      this.#possible.set(id, possible)
    }
    return possible(state) !== 0
  }

  /**
   * Whether the handlers that are in its way can get out of it with steps of their own, or of anybody but those they are
   * on top of; or else report a fault.
   */
  passes(state: S, id: TransitionId): boolean {
    const movers = moversOf(this.#system.transitions[id]!)
    const handlers = this.#onTopOf(state, movers)
    return (
      this.#leadsTo(state, id, handlers, (p) => handlers.has(p)) ||
      this.#leadsTo(state, id, handlers, (p) => !movers.includes(p))
    )
  }

  /** Whether a state in which the transition is enabled, or a fault of a handler, is reached by these processes alone. */
  #leadsTo(
    state: S,
    id: TransitionId,
    handlers: ReadonlySet<ProcessId>,
    may: (process: ProcessId) => boolean,
  ): boolean {
    const store = this.#machine.store()
    store.add(state)
    for (let at = 0; at < store.size; at++) {
      if (at === this.#limit) return true
      const u = store.get(at)
      const enabled = this.#machine.enabled(u)
      if (enabled.includes(id) || this.#faulted(u, handlers)) return true
      for (const x of enabled) {
        const { fault, process } = this.#system.transitions[x]!
        if (!moversOf(this.#system.transitions[x]!).every(may)) continue
        if (fault === undefined) store.add(this.#machine.fire(u, x))
        else if (handlers.has(process)) return true
      }
    }
    return false
  }

  #faulted(state: S, handlers: ReadonlySet<ProcessId>): boolean {
    return [...handlers].some((p) => this.#machine.location(state, p) === this.#system.processes[p]!.faultAt)
  }

  /** The handlers on top of these processes, and on top of each other. */
  #onTopOf(state: S, processes: readonly ProcessId[]): ReadonlySet<ProcessId> {
    const found = new Set<ProcessId>()
    const add = (process: ProcessId): void => {
      for (const { by, when } of this.#system.processes[process]!.suspended)
        if (evaluator(when, this.#machine)(state) !== 0) found.add(by)
    }
    for (const process of processes) add(process)
    for (const process of found) add(process)
    return found
  }
}

/** Whether two states are one. */
function same<S>(machine: Machine<S>, a: S, b: S): boolean {
  const store = machine.store()
  store.add(a)
  return store.add(b) === 0
}
