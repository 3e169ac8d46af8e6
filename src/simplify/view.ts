// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { whenEnabled } from '#system/enabled'
import { evaluator } from '#system/expression'
import type { Machine } from '#system/machine'
import type { System, VarId } from '#system/system'

/**
 * States of a simplified system, looked at as the states of the system before that they stand for. Who waits for whom
 * is asked of that one: its steps are those of the model. Variables that were taken away have their start value: a lock that
 * is free whenever anybody looks, or what never changes. What decides nothing any more is not to be read.
 */
export function viewOf<S>(machine: Machine<S>, system: System, variables: readonly (VarId | undefined)[]): Machine<S> {
  const view: Machine<S> = {
    system,
    value: (state, v) => {
      const now = variables[v]
      return now === undefined ? system.variables[v]!.init : machine.value(state, now)
    },
    location: (state, process) => machine.location(state, process),
    enabled: (state) => conditions.flatMap((holds, id) => (holds(state) === 0 ? [] : [id])),
    initial: () => machine.initial(),
    fire: () => invariant(false, 'a view is only looked at') as never,
    store: () => machine.store(),
  }
  const conditions = system.transitions.map((_, id) => evaluator(whenEnabled(system, id), view))
  return view
}
