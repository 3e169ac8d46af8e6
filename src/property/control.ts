// SPDX-License-Identifier: Apache-2.0
import { leavingOf } from '#system/moves'
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'

/** The control graphs of a system's processes, guards ignored: what a process could come to from where it is. */
export class Control {
  readonly #system: System
  readonly #leaving: ReturnType<typeof leavingOf>
  readonly #futures = new Map<string, ReadonlySet<TransitionId>>()

  constructor(system: System) {
    this.#system = system
    this.#leaving = leavingOf(system)
  }

  /** The transitions of a process that leave a location. */
  leaving(process: ProcessId, from: LocationId): readonly TransitionId[] {
    return this.#leaving[process]![from]!
  }

  /** Where a transition leaves a process that it moves. */
  successor(process: ProcessId, id: TransitionId): LocationId {
    const t = this.#system.transitions[id]!
    return t.process === process ? t.to : t.joint!.find((move) => move.process === process)!.to
  }

  /** Where a process can come to by one step from a location; what reports a fault leads nowhere, wherever that leaves it. */
  next(process: ProcessId, from: LocationId): readonly LocationId[] {
    return this.leaving(process, from)
      .filter((id) => this.#system.transitions[id]!.fault === undefined)
      .map((id) => this.successor(process, id))
  }

  /** Every transition of the process that its control graph still reaches from a location. */
  future(process: ProcessId, from: LocationId): ReadonlySet<TransitionId> {
    const key = `${process} ${from}`
    const known = this.#futures.get(key)
    if (known !== undefined) return known
    const future = new Set<TransitionId>()
    const reached = new Set([from])
    for (const location of reached)
      for (const id of this.leaving(process, location)) {
        future.add(id)
        reached.add(this.successor(process, id))
      }
    this.#futures.set(key, future)
    return future
  }
}
