// SPDX-License-Identifier: Apache-2.0
import { List, Record, type RecordOf } from 'immutable'

/** A state of a system: where each process is, what each variable is worth. Nothing else. */
export type State = RecordOf<{
  readonly locations: List<number>
  readonly values: List<number>
  /** The same in packed form (`key.ts`); never changed once the state is made. */
  readonly packed: Uint8Array
}>

const makeState = Record(
  { locations: List<number>(), values: List<number>(), packed: new Uint8Array() as Uint8Array },
  'State',
)

export const stateOf = (locations: readonly number[], values: readonly number[], packed: Uint8Array): State =>
  makeState({ locations: List(locations), values: List(values), packed })
