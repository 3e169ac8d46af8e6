// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'

/** A strong stubborn set, enabled transitions and disabled ones. */
export interface Stubborn {
  readonly members: ReadonlySet<TransitionId>
}

/** A way to find strong stubborn sets (docs/theory.md 1). The same question gets the same set for ever. */
export interface StubbornSets<S> {
  /** The enabled transitions of the smallest set that was found, in ascending id. */
  smallest(state: S, enabled: readonly TransitionId[]): readonly TransitionId[]
  /**
   * The transition that is fired where it is a single one. Of several that could be, it may be the one of the process that
   * has moved last; whether there is any does not depend on that.
   */
  single(state: S, enabled: readonly TransitionId[], last?: ProcessId): TransitionId | undefined
  /** What is fired where it is known that there is no single one. */
  several(state: S, enabled: readonly TransitionId[]): readonly TransitionId[]
  /**
   * The transition of a process that is fired alone whatever others can do, if some set is found to fire just that with
   * less work than it takes to find what is enabled.
   */
  goesOn?(state: S, process: ProcessId): TransitionId | undefined
  /** That set with its disabled members, for a check of its promise; the one that fires only `fired`, if given. */
  whole(state: S, enabled: readonly TransitionId[], fired?: TransitionId): Stubborn
  /** Some set that these transitions are in, enabled or not. */
  containing?(state: S, enabled: readonly TransitionId[], these: Iterable<TransitionId>): Stubborn
}
