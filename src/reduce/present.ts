// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { ProcessId, TransitionId } from '#system/system'
import type { Conditions } from './conditions.ts'

/** What a closure knows of the state whose set it looks for. */
export class Present<S> {
  readonly #machine: Machine<S>
  readonly #conditions: Conditions<S>
  /** The first mover of each transition: ascending ids are grouped by it. */
  readonly owner: Int32Array
  /** Where each process is. */
  readonly at: Int32Array
  /** 1 for each enabled transition, and of how many of these each process is the first mover. */
  readonly enabled: Uint8Array
  readonly enabledOf: Int32Array
  /** How often a state was looked at. */
  looks = 0

  constructor(machine: Machine<S>, conditions: Conditions<S>) {
    const { processes, transitions } = machine.system
    this.#machine = machine
    this.#conditions = conditions
    this.owner = Int32Array.from(transitions, ({ process }) => process)
    this.at = new Int32Array(processes.length)
    this.enabled = new Uint8Array(transitions.length)
    this.enabledOf = new Int32Array(processes.length)
  }

  /** Where a process is in any state. */
  locationIn(state: S, process: ProcessId): number {
    return this.#machine.location(state, process)
  }

  look(state: S, enabled: readonly TransitionId[]): void {
    this.looks++
    this.#conditions.look(state)
    const { at } = this
    if (this.#machine.locations !== undefined) this.#machine.locations(state, at)
    else for (let p: ProcessId = 0; p < at.length; p++) at[p] = this.#machine.location(state, p)
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      this.enabled[id] = 1
      this.enabledOf[this.owner[id]!]!++
    }
  }

  forget(enabled: readonly TransitionId[]): void {
    for (let i = 0; i < enabled.length; i++) {
      const id = enabled[i]!
      this.enabled[id] = 0
      this.enabledOf[this.owner[id]!] = 0
    }
  }
}
