// SPDX-License-Identifier: Apache-2.0

/** A state space as counted by the few lines below, which share nothing with fencecheck. */
export interface Space {
  readonly states: number
  readonly edges: number
  /** States without a successor. */
  readonly ends: number
}

/**
 * Counts what is reachable. A state is any JSON value; `steps` gives one successor for each way to go on, so that two
 * steps to the same state are two edges.
 */
export function reach<S>(initial: S, steps: (state: S) => readonly S[]): Space {
  const seen = new Set([JSON.stringify(initial)])
  let edges = 0
  let ends = 0
  for (const key of seen) {
    const successors = steps(JSON.parse(key) as S)
    edges += successors.length
    if (successors.length === 0) ends++
    for (const next of successors) seen.add(JSON.stringify(next))
  }
  return { states: seen.size, edges, ends }
}
