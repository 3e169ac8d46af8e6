// SPDX-License-Identifier: Apache-2.0
import { List, Record, type RecordOf } from 'immutable'
import type { System } from '#system/system'

/** A state of a system: where each process is, what each variable is worth. Nothing else. */
export type State = RecordOf<{ readonly locations: List<number>; readonly values: List<number> }>

const makeState = Record({ locations: List<number>(), values: List<number>() }, 'State')

export const initialState = (system: System): State =>
  makeState({
    locations: List(system.processes.map((process) => process.init)),
    values: List(system.variables.map((variable) => variable.init)),
  })

export const stateOf = (locations: readonly number[], values: readonly number[]): State =>
  makeState({ locations: List(locations), values: List(values) })
