// SPDX-License-Identifier: Apache-2.0
import { Engine } from '#engine/engine'
import { layoutOf } from '#engine/layout'
import { programOf } from '#engine/program'
import type { Assign, Expr, Process, System, Transition, Variable } from '#system/system'

/** A process that goes through so many locations, the last of which is its fault location. */
export const process = (name: string, locations = 3): Process => ({
  name,
  context: 'task',
  locations: Array.from({ length: locations }, (_, l) => ({ name: `l${l}`, rest: false })),
  init: 0,
  faultAt: locations - 1,
  suspended: [],
})

export const variable = (name: string, min: number, max: number, init = min): Variable => ({ name, min, max, init })

/** A transition of process 0 that stays at location 0, unless said. */
export const transition = (
  guard: readonly Expr[],
  effect: readonly Assign[],
  more: Partial<Transition> = {},
): Transition => ({ process: 0, from: 0, to: 0, guard, effect, exit: 'ok', label: 't', origin: 0, ...more })

/** A system of these parts: nobody holds or owes anything. */
export const systemOf = (parts: Partial<System>): System => ({
  schema: 'fencecheck-system/1',
  variables: [],
  processes: [process('p')],
  transitions: [],
  debts: [],
  holds: [],
  symmetries: [],
  origins: [{ op: 'local', on: '', primitive: '', step: 's', frames: [] }],
  ...parts,
})

/** An engine with code for single moves from the first one on; `Infinity`: without any. */
export function engineOf(system: System, seldom = 0): Engine {
  const layout = layoutOf(system)
  return new Engine(system, layout, programOf(system, layout, seldom))
}
