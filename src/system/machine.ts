// SPDX-License-Identifier: Apache-2.0
import type { Reader } from './expression.ts'
import type { Expr, System, TransitionId } from './system.ts'

/**
 * What executes a system. The search walks a machine and knows no state from inside; the reference interpreter and
 * the fast engine both stand behind this interface.
 *
 * The contract that types cannot state:
 * - States are immutable values. `enabled` and `fire` are pure; the same state gives the same answer for ever.
 * - `enabled` lists every enabled transition, in ascending id, once. This order is part of the contract: traces, the
 *   choice among equally short counterexamples and therefore every printed byte depend on it.
 * - `fire(s, t)` is defined only for `t` in `enabled(s)`, and for one that would be if no handler ran on top of its
 *   movers. One transition has exactly one successor.
 * - A suspended process has no enabled transition; a faulted one neither, unless it is an observer.
 */
export interface Machine<S> extends Reader<S> {
  readonly system: System
  initial(): S
  enabled(state: S): readonly TransitionId[]
  fire(state: S, transition: TransitionId): S
  /** The locations of all processes at once, for a machine that has a faster way to them. */
  locations?(state: S, into: Int32Array): void
  /** An empty set of states, made for this machine's states. */
  store(): StateStore<S>
}

/**
 * The visited states, each with a dense id in order of discovery. Exact: two different states never share an id, so
 * a completed search has seen every reachable state.
 */
export interface StateStore<S> {
  /** The number of states stored; also the id that the next new state will get. */
  readonly size: number
  /** The id of a state, stored now if it was not there before (then it is the old `size`). */
  add(state: S): number
  /** The id of a state; -1 if it is not stored. */
  find(state: S): number
  /** The state with this id. */
  get(id: number): S
  /**
   * All of it for a stored state: its enabled transitions, in ascending id, and the ids of what they lead to, each what
   * `add(fire(state, t))` gives, one after the other. The next call may overwrite what this one has given.
   */
  expand?(id: number): Expansion
  /**
   * The same of what somebody chooses to fire, for a machine that is faster at many states than at one: the choice may be
   * asked of further states ahead, which are added when they are expanded.
   */
  expandChosen?(id: number, choice: Choice<S>): Expansion
  /**
   * A faster way to ask these conditions of stored states: a function that puts, for the state with an id, one bit a
   * condition into `words`, from the lowest bit of the word with index `at` on: 1 where it is true, that is, not 0.
   * Undefined where there is none for these.
   */
  asking?(conditions: readonly Expr[]): ((id: number, words: Int32Array, at: number) => void) | undefined
}

/** Tells what is fired in a stored state, one transition after the other. */
export type Choice<S> = (id: number, listener: Listener<S>) => void
export interface Listener<S> {
  /** A transition is fired and leads to `next`. */
  fired(transition: TransitionId, next: S): void
}

/** Transitions fired in a state and the ids of what they lead to: elements `from` to `to` (excluded) of either. */
export interface Expansion {
  readonly transitions: ArrayLike<TransitionId>
  readonly targets: ArrayLike<number>
  readonly from: number
  readonly to: number
  /** The further transitions on the way to each target, where those are told. */
  readonly rests?: readonly (readonly TransitionId[])[] | undefined
}
