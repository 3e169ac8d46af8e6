// SPDX-License-Identifier: Apache-2.0
import type { Expr, LocationId, ProcessId, System, TransitionId, VarId } from '#system/system'
import type { Machine, StateStore } from '#system/machine'

/** A machine whose store tells every visit of a state apart: what is explored on it is a tree of runs. */
export class Unmerged<S> implements Machine<S> {
  readonly system: System
  readonly #machine: Machine<S>

  constructor(machine: Machine<S>) {
    this.system = machine.system
    this.#machine = machine
  }

  initial(): S {
    return this.#machine.initial()
  }

  enabled(state: S): readonly TransitionId[] {
    return this.#machine.enabled(state)
  }

  fire(state: S, transition: TransitionId): S {
    return this.#machine.fire(state, transition)
  }

  value(state: S, variable: VarId): number {
    return this.#machine.value(state, variable)
  }

  location(state: S, process: ProcessId): LocationId {
    return this.#machine.location(state, process)
  }

  compiled(e: Expr): ((state: S) => number) | undefined {
    return this.#machine.compiled?.(e)
  }

  store(): StateStore<S> {
    const visits: S[] = []
    return {
      get size() {
        return visits.length
      },
      add: (state) => visits.push(state) - 1,
      find: () => -1,
      get: (id) => visits[id]!,
    }
  }
}
