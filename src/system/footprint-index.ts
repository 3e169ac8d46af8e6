// SPDX-License-Identifier: Apache-2.0
import { footprint, type Footprint } from './footprint.ts'
import { moversOf } from './moves.ts'
import type { ProcessId, System, TransitionId, VarId } from './system.ts'

/** Which transitions touch what. */
export interface FootprintIndex {
  readonly footprints: readonly Footprint[]
  /** By variable. */
  readonly reading: readonly (readonly TransitionId[])[]
  readonly writing: readonly (readonly TransitionId[])[]
  /** By process: transitions that look at its location, and transitions that move it. */
  readonly looking: readonly (readonly TransitionId[])[]
  readonly moving: readonly (readonly TransitionId[])[]
}

export function footprintIndex(system: System): FootprintIndex {
  const lists = (things: readonly unknown[]): TransitionId[][] => things.map(() => [])
  const [reading, writing] = [lists(system.variables), lists(system.variables)]
  const [looking, moving] = [lists(system.processes), lists(system.processes)]
  const footprints = system.transitions.map((_, id) => footprint(system, id))
  for (const [id, { reads, writes, readsLocationOf }] of footprints.entries()) {
    for (const v of reads) reading[v]!.push(id)
    for (const v of writes) writing[v]!.push(id)
    for (const p of readsLocationOf) looking[p]!.push(id)
    for (const p of moversOf(system.transitions[id]!)) moving[p]!.push(id)
  }
  return { footprints, reading, writing, looking, moving }
}

/** The processes that have anything to do with some variables. */
export const touching = (
  system: System,
  { reading, writing }: FootprintIndex,
  variables: Iterable<VarId>,
): ReadonlySet<ProcessId> => {
  const found = new Set<ProcessId>()
  for (const v of variables)
    for (const id of [...reading[v]!, ...writing[v]!]) for (const p of moversOf(system.transitions[id]!)) found.add(p)
  return found
}

/**
 * The transitions with which one of this footprint may meet: either writes what the other looks at, or moves a process where the
 * other looks. All others can be fired before and after it alike.
 */
export function meeting(
  { reading, writing, looking, moving }: FootprintIndex,
  { reads, writes, readsLocationOf }: Footprint,
  movers: Iterable<ProcessId>,
): readonly TransitionId[] {
  const found = new Set<TransitionId>()
  const addAll = (lists: readonly (readonly TransitionId[])[], of: Iterable<number>): void => {
    for (const i of of) for (const id of lists[i]!) found.add(id)
  }
  addAll(writing, reads)
  addAll(writing, writes)
  addAll(reading, writes)
  addAll(looking, movers)
  addAll(moving, readsLocationOf)
  return [...found]
}
