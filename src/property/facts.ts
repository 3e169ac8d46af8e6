// SPDX-License-Identifier: Apache-2.0
import type { Observer } from '#explore/explore'
import { evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import type { LocationId, ProcessId, TransitionId } from '#system/system'
import { BitRows } from './bit-rows.ts'

/** What the properties need to know of each state, noted while the search has it in hand. */
export class Facts<S> implements Observer<S> {
  /** Processes at a resting location. */
  readonly resting: BitRows
  /** Processes that have reported a fault. */
  readonly faulted: BitRows
  /** Processes that hold something. */
  readonly holding: BitRows
  /** Debts that are owed, by their index in the system. */
  readonly owed: BitRows
  /** Transitions that were fired in some state. */
  readonly fired: ReadonlySet<TransitionId>
  /** The first edge on which each fault was reported, by transition: the state it leaves. */
  readonly faults: ReadonlyMap<TransitionId, number>
  readonly #machine: Machine<S>
  readonly #fired = new Set<TransitionId>()
  readonly #faults = new Map<TransitionId, number>()
  readonly #holds: readonly { readonly process: ProcessId; readonly when: (state: S) => number }[]
  /** Faults that leave their process where it is, 1 for each transition (`reduce/faults-in-place.ts`). */
  readonly #inPlace: Uint8Array
  readonly #debts: readonly ((state: S) => number)[]

  constructor(machine: Machine<S>) {
    const { processes, transitions, holds, debts } = machine.system
    this.#machine = machine
    this.resting = new BitRows(processes.length)
    this.faulted = new BitRows(processes.length)
    this.holding = new BitRows(processes.length)
    this.owed = new BitRows(debts.length)
    this.fired = this.#fired
    this.faults = this.#faults
    this.#holds = holds
      .filter((hold) => hold.queued !== true)
      .map(({ process, when }) => ({ process, when: evaluator(when, machine) }))
    this.#inPlace = Uint8Array.from(transitions, ({ process, from, to, fault }) =>
      fault !== undefined && from === to && processes[process]!.context !== 'observer' ? 1 : 0,
    )
    this.#debts = debts.map((debt) => evaluator(debt.owed, machine))
  }

  /** Whether a process was at this location in some state, stored or passed through: it starts there or came there. */
  visited(process: ProcessId, location: LocationId): boolean {
    const { processes, transitions } = this.#machine.system
    if (processes[process]!.init === location) return true
    for (const id of this.#fired) {
      const transition = transitions[id]!
      if (transition.process === process && transition.to === location) return true
      if (transition.joint?.some((move) => move.process === process && move.to === location)) return true
    }
    return false
  }

  expand(id: number, state: S, enabled: readonly TransitionId[]): void {
    for (const rows of [this.resting, this.faulted, this.holding, this.owed]) rows.reach(id)
    for (const [p, process] of this.#machine.system.processes.entries()) {
      // An invariant, true or false, keeps nobody from going on.
      if (process.context === 'observer') {
        this.resting.set(id, p)
        continue
      }
      const at = this.#machine.location(state, p)
      if (at === process.faultAt) this.faulted.set(id, p)
      else if (process.locations[at]!.rest) this.resting.set(id, p)
    }
    // What may come after a fault is not judged, be the fault behind or at hand.
    for (const transition of enabled)
      if (this.#inPlace[transition] === 1) this.faulted.set(id, this.#machine.system.transitions[transition]!.process)
    for (const { process, when } of this.#holds) if (when(state) !== 0) this.holding.set(id, process)
    for (const [d, owed] of this.#debts.entries()) if (owed(state) !== 0) this.owed.set(id, d)
  }

  fire(from: number, transition: TransitionId): void {
    this.#fired.add(transition)
    const { fault } = this.#machine.system.transitions[transition]!
    if (fault !== undefined && !this.#faults.has(transition)) this.#faults.set(transition, from)
  }
}
