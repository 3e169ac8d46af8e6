// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import fenceWorkers from '../models/bench/fence-workers.ts'
import globalLock from '../models/bench/global-lock.ts'
import lockPairs from '../models/bench/lock-pairs.ts'
import loopingPhilosophers from '../models/bench/looping-philosophers.ts'
import nestedLocks from '../models/bench/nested-locks.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'
import philosophers from '../models/bench/philosophers.ts'

/** A family as the bench runs it. */
export interface Family {
  readonly name: string
  readonly source: ModelSource
  readonly variant?: string
  /** The hand-written Promela of the same protocol, in `bench/spin/`, and the macros that choose the variant. */
  readonly twin: { readonly file: string; readonly defines: readonly string[] }
  readonly sizes: readonly number[]
  /** The largest size that is tried in full, and by SPIN: beyond it the outcome is known and only costs time. */
  readonly fullUpTo: number
  readonly spinUpTo: number
}

const family = (
  source: ModelSource,
  variant: string | undefined,
  defines: readonly string[],
  sizes: readonly number[],
  fullUpTo: number,
  spinUpTo: number,
): Family => {
  const name = source.id.replace('bench/', '')
  return {
    name: variant === undefined ? name : `${name} ${variant}`,
    source,
    ...(variant !== undefined && { variant }),
    twin: { file: `${name}.pml`, defines },
    sizes,
    fullUpTo,
    spinUpTo,
  }
}

/**
 * Of each family a size that is small for SPIN, and the sizes up to the end of its reach within the limits and the first
 * beyond; the last of some is for us alone. All of it takes some half an hour.
 */
export const families: readonly Family[] = [
  family(orderedLocks, undefined, [], [7, 9, 11, 12, 20], 7, 12),
  family(fenceFarm, 'in-turn', [], [3, 4, 5, 8], 3, 5),
  family(fenceFarm, 'atomic', ['-DATOMIC'], [3, 4, 5, 8], 3, 5),
  family(philosophers, 'one-reversed', ['-DREVERSED'], [8, 10, 11, 12], 8, 12),
  family(philosophers, 'left-handed', [], [8, 10, 11, 12], 8, 12),
  family(loopingPhilosophers, undefined, [], [8, 12, 14, 15, 20], 8, 15),
  family(lockPairs, undefined, [], [4, 5, 6, 20], 4, 6),
  family(fenceWorkers, undefined, [], [8, 10, 12, 13], 6, 13),
  family(globalLock, undefined, [], [8, 14, 18, 20], 4, 20),
  family(nestedLocks, undefined, [], [7, 13, 16, 18], 10, 18),
]
