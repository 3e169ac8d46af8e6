// SPDX-License-Identifier: Apache-2.0
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import type { System } from '#system/system'
import type { Sight } from './spin.ts'

/** What the reference interpreter sees; undefined beyond so many states. */
export function interpreted(system: System, limit: number): Sight | undefined {
  const machine = new Interpreter(system)
  const { graph, store, advance } = explore<State>({ machine, frontier: new BreadthFirst() })
  if (!advance(limit)) return undefined
  let deadlock = false
  let fault = false
  for (let id = 0; id < store.size; id++) {
    const state = store.get(id)
    const enabled = machine.enabled(state)
    deadlock ||= enabled.length === 0 && system.processes.some((_, p) => !mayStay(system, p, state))
    fault ||= enabled.some((t) => system.transitions[t]!.fault !== undefined)
  }
  return { states: graph.states, deadlock, fault }
}

function mayStay(system: System, process: number, state: State): boolean {
  const { locations, faultAt } = system.processes[process]!
  const at = state.locations.get(process)!
  return at === faultAt || locations[at]!.rest
}
