// SPDX-License-Identifier: Apache-2.0
// How fast a search with stubborn sets is, set functions and all: part of `npm run bench:engine`.
import { Engine } from '#engine/engine'
import type { Visited } from '#engine/visited'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Facts } from '#property/facts'
import { faultsInPlace } from '#reduce/faults-in-place'
import { Reduction } from '#reduce/reduction'
import { lower } from '#semantics/lower/lower'
import type { System } from '#system/system'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import globalLock from '../models/bench/global-lock.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'
import { row } from './table.ts'

const cases: readonly (readonly [ModelSource, string | undefined, number])[] = [
  [orderedLocks, undefined, 30],
  [orderedLocks, undefined, 50],
  [fenceFarm, 'atomic', 8],
  [fenceFarm, 'in-turn', 8],
  [globalLock, undefined, 12],
  [fenceFarm, 'in-turn', 12],
]

interface Measured {
  readonly stored: number
  /** With those that were passed through unstored, once for each time. */
  readonly visited: number
  readonly seconds: number
  readonly bytes: number
}

/** The search, what the properties note meanwhile, and condition (S); relations are computed when they are asked for. */
function measured(system: System, chains: boolean): Measured {
  const start = performance.now()
  const machine = new Engine(faultsInPlace(system))
  const reduction = new Reduction(machine, { chains })
  const { select, pass } = reduction
  const search = explore({ machine, frontier: new BreadthFirst(), observers: [new Facts(machine)], select, pass })
  do search.advance(Infinity)
  while (!reduction.complete(search))
  const seconds = (performance.now() - start) / 1000
  const { states, passed, bytes } = search.graph
  return {
    stored: states,
    visited: states + passed,
    seconds,
    bytes: (search.store as Visited).bytes + bytes,
  }
}

const best = (system: System, chains: boolean): Measured =>
  [1, 2, 3].map(() => measured(system, chains)).reduce((a, b) => (a.seconds < b.seconds ? a : b))

const rate = ({ visited, seconds }: Measured): string => (visited / seconds / 1e6).toFixed(2)

/**
 * A row an instance: states and rates of stubborn sets alone, then with chains, where what is passed through counts, and
 * how many times fewer are stored. Rates are by the clock, as everywhere here. A search of some 60,000 states is over before
 * V8 has compiled all of it; the last row is one that goes on.
 */
export function reducedRates(): void {
  row('stubborn sets', 'states', 'M/s', 'B/st', 'visited', 'M/s', 'stored', 'B/stored', 'fewer')
  for (const [source, variant, N] of cases) {
    const system = lower(source.instantiate(variant, { N }), source.registry)
    const [plain, chains] = [best(system, false), best(system, true)]
    row(
      `${source.id.replace('bench/', '')} ${variant ?? ''} ${N}`,
      plain.stored,
      rate(plain),
      (plain.bytes / plain.stored).toFixed(1),
      chains.visited,
      rate(chains),
      chains.stored,
      (chains.bytes / chains.stored).toFixed(1),
      (plain.stored / chains.stored).toFixed(1),
    )
  }
}
