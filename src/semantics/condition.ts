// SPDX-License-Identifier: Apache-2.0
import type { Operator } from '#system/system'

// Conditions of primitives: expression data over fields of objects, with bounded quantifiers.

/** Index sets of a field: one value for each process, or for each member of the object. */
export type Domain = 'process' | 'member'

/**
 * A field of an object. `of` says which object: this one (left out), an argument or a ref by name, a member that a
 * quantifier bound, or `task`, the state of the executing process itself. `at` fills the field's index sets: `me` or a
 * bound name, or `this` object as a member of another.
 */
export interface Ref {
  readonly field: string
  readonly of?: string
  readonly at?: readonly string[]
}

export type PExpr = number | Ref | Param | Has | Unlocked | Quantified | readonly [Operator, ...PExpr[]]
/** A number fixed when the model is lowered: given by the call, else the operation's default. */
export interface Param {
  readonly param: string
}
/** 1 if the object is tied to another one by this ref, else 0; fixed when the model is lowered. */
export interface Has {
  readonly has: string
}
/** 1 while the executing process holds no object of the model in any mode, as `lockdep_assert_none_held_once()` has it. */
export interface Unlocked {
  readonly unlocked: true
}
/** `of`: over the processes or members of the object that this one is tied to by that ref, instead of its own. */
export type Quantified =
  | { readonly some: string; readonly in: Domain; readonly of?: string; readonly that: PExpr }
  | { readonly every: string; readonly in: Domain; readonly of?: string; readonly that: PExpr }
  | { readonly count: string; readonly in: Domain; readonly of?: string; readonly that: PExpr }
