// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle, Expression, Assignable } from './handle.ts'

/** A process as an explicit state machine: hardware engines, firmware and schedulers read better so. */
export interface MachineForm {
  readonly initial: string
  /** States where it may legally rest for ever. */
  readonly rest?: readonly string[]
  /** The steps that leave each state. A state without steps is an end. */
  readonly states: Readonly<Record<string, readonly MachineStep[]>>
}

export type MachineStep = MachineCall | MachineMove

/** An operation on an object. `to` is where its exit `ok` leads, `exits` where the others do. */
export interface MachineCall {
  readonly call: string
  readonly on: ObjectHandle
  readonly with?: Readonly<Record<string, ObjectHandle | number>>
  readonly to?: string
  readonly exits?: Readonly<Record<string, string>>
  readonly may?: 'opportunistic' | 'user' | 'environment'
}

/** A guarded, simultaneous assignment. */
export interface MachineMove {
  readonly when?: Expression
  readonly set?: readonly (readonly [Assignable, Expression])[]
  readonly to: string
  readonly label?: string
  readonly may?: 'opportunistic' | 'user' | 'environment'
}
