// SPDX-License-Identifier: Apache-2.0
import type { TransitionId } from '#system/system'
import type { Packed } from './layout.ts'

/** What generated code writes words to. */
export interface Words {
  [index: number]: number
}

/** Single moves. */
export interface Moves {
  /** The enabled transitions, in ascending id. */
  enabled(state: Packed): TransitionId[]
  /** Turns the copy of `state` that begins at index `at` of `words` into its successor. */
  fire(state: Packed, transition: TransitionId, words: Words, at: number): void
}

/**
 * All moves at once, of the state that begins at index `at` of `keys`: puts its enabled transitions into `enabled`, in
 * ascending id, and their successors into `successors`. Of each there are `count` already; returns how many there are
 * then.
 */
export type Expand = (
  keys: Int32Array,
  at: number,
  enabled: Int32Array,
  successors: Int32Array,
  count: number,
) => number
