// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'

/** Names a permutation under which a system stays the same. */
export type PermutationId = number
/** The one that leaves everything in place. */
export const identity: PermutationId = 0

/**
 * How a graph of orbits lies in the graph it stands for: an annotated quotient structure (Emerson and Sistla 1996).
 * A state stands for all that the permutations make of it. Its edge `s -t-> m` says: `t` makes `u` of `s`, and the
 * permutation *along* the edge makes `m` of `u`. So the pair of a state and a permutation `g` stands for the state `g s`,
 * and the edge leads from `(s, g)` to `(m, g p')`, where `p'` is the inverse of the permutation along it.
 */
export interface Quotient {
  /** The permutation along an edge, by state and edge index. */
  along(state: number, edge: number): PermutationId
  /** First `inner`, then `outer`. */
  compose(outer: PermutationId, inner: PermutationId): PermutationId
  inverse(permutation: PermutationId): PermutationId
  /** What becomes of each process. */
  processes(permutation: PermutationId): ArrayLike<ProcessId>
  /** What becomes of each debt of the system. */
  debts(permutation: PermutationId): ArrayLike<number>
  transition(permutation: PermutationId, id: TransitionId): TransitionId
  /** All that some permutation makes of a process, itself included. */
  processesLike(process: ProcessId): readonly ProcessId[]
  /** All that some permutation makes of a transition, itself included. */
  transitionsLike(id: TransitionId): readonly TransitionId[]
}
