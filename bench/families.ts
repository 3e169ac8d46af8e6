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

/** Sizes are chosen so that all of it takes some five minutes; SPIN's last ones are near the end of its reach or beyond. */
export const families: readonly Family[] = [
  family(orderedLocks, undefined, [], [5, 7, 9, 20], 7, 9),
  family(fenceFarm, 'in-turn', [], [2, 3, 4, 8], 3, 4),
  family(fenceFarm, 'atomic', ['-DATOMIC'], [2, 3, 8], 3, 3),
  family(philosophers, 'one-reversed', ['-DREVERSED'], [6, 8, 10], 8, 10),
  family(philosophers, 'left-handed', [], [6, 8, 10], 8, 10),
  family(loopingPhilosophers, undefined, [], [6, 8, 10, 20], 10, 10),
  family(lockPairs, undefined, [], [3, 4, 6, 20], 4, 6),
  family(fenceWorkers, undefined, [], [4, 6, 8, 10], 6, 10),
  family(globalLock, undefined, [], [4, 6, 8, 10], 4, 10),
  family(nestedLocks, undefined, [], [4, 7, 10], 10, 10),
]
