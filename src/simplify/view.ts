// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { evaluator, not } from '#system/expression'
import type { Machine } from '#system/machine'
import type { System, VarId } from '#system/system'

/**
 * States of a simplified system, looked at as the states of the system before that they stand for. Who waits for whom
 * is asked of that one: its steps are those of the model. Variables that were taken away have their start value, which
 * nobody can tell from any other.
 */
export function viewOf<S>(machine: Machine<S>, system: System, variables: readonly (VarId | undefined)[]): Machine<S> {
  const view: Machine<S> = {
    system,
    value: (state, v) => {
      const now = variables[v]
      return now === undefined ? system.variables[v]!.init : machine.value(state, now)
    },
    location: (state, process) => machine.location(state, process),
    enabled: (state) =>
      conditions.flatMap(({ from, holds }, id) =>
        from.every(([process, at]) => machine.location(state, process) === at) && holds.every((h) => h(state) !== 0)
          ? [id]
          : [],
      ),
    initial: () => machine.initial(),
    fire: () => invariant(false, 'a view is only looked at') as never,
    store: () => machine.store(),
  }
  const conditions = system.transitions.map((t) => {
    const moves = [t, ...(t.joint ?? [])]
    const suspensions = moves.flatMap(({ process }) => system.processes[process]!.suspended)
    const all = [...t.guard, ...suspensions.map(({ when }) => not(when))]
    return {
      from: moves.map(({ process, from }) => [process, from] as const),
      holds: all.map((e) => evaluator(e, view)),
    }
  })
  return view
}
