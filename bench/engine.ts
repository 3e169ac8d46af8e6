// SPDX-License-Identifier: Apache-2.0
// The engine against the sizes it was built for, with SPIN without reduction on the same systems in the same run.
//   npm run bench:engine            (needs spin and gcc; SPIN takes 1.5 GB for ordered-locks 9)
//   npm run bench:engine -- 7       only what has this parameter
//   npm run bench:engine -- reduced    only the second table, which needs neither
// `search`: the loop alone, with the graph and every edge. `+ facts`: with what the properties note meanwhile. `check`:
// with both, and edges kept only if `check --reduction none` keeps them. Each the best of three; rates are transitions
// a second of wall-clock time, on one core. `B/st`: bytes a state, of the table, the graph with its edges, and both as
// check has them. The second table is of searches with stubborn sets (`reduced-rate.ts`).
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import type { Visited } from '#engine/visited'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { toPromela } from '#export/promela'
import { everyRunEnds } from '#property/every-run-ends'
import { Facts } from '#property/facts'
import { lower } from '#semantics/lower/lower'
import type { System } from '#system/system'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'
import { reducedRates } from './reduced-rate.ts'
import { spin } from './spin.ts'
import { row } from './table.ts'

const cases: readonly (readonly [ModelSource, string | undefined, number])[] = [
  [orderedLocks, undefined, 7],
  [orderedLocks, undefined, 8],
  [orderedLocks, undefined, 9],
  [fenceFarm, 'in-turn', 3],
]

type Edges = 'kept' | 'found again'

function searched(system: System, noting: boolean, edges: Edges) {
  const machine = new Engine(system)
  const facts = noting ? [new Facts(machine)] : []
  const start = performance.now()
  const search = explore({ machine, frontier: new BreadthFirst(), observers: facts, edges })
  search.advance(Infinity)
  const { states, edges: transitions, bytes } = search.graph
  const seconds = (performance.now() - start) / 1000
  return {
    states,
    transitions,
    rate: transitions / seconds,
    seconds,
    table: (search.store as Visited).bytes,
    graph: bytes,
  }
}

const best = (system: System, noting: boolean, edges: Edges = 'kept') =>
  [1, 2, 3].map(() => searched(system, noting, edges)).reduce((a, b) => (a.seconds < b.seconds ? a : b))

const million = (n: number): string => (n / 1e6).toFixed(2)

const [, , only] = process.argv
const asked = only === 'reduced' ? [] : cases.filter(([, , n]) => only === undefined || Number(only) === n)

if (asked.length > 0)
  row(
    'family',
    'states',
    'transitions',
    'search M/s',
    '+ facts M/s',
    'check M/s',
    'table B/st',
    'graph B/st',
    'check B/st',
    'check s',
    'SPIN s',
    'search/SPIN',
  )
for (const [source, variant, N] of asked) {
  const model = source.instantiate(variant, { N })
  const system = lower(model, source.registry)
  const plain = best(system, false)
  const noting = best(system, true)
  const asCheck = best(system, true, everyRunEnds(system) ? 'found again' : 'kept')
  const start = performance.now()
  const { statistics } = await check(model, source.registry, { reduction: 'none' })
  const seconds = (performance.now() - start) / 1000
  const referee = spin(toPromela(system))
  const agree = referee.states === plain.states && statistics.states === plain.states
  row(
    `${source.id.replace('bench/', '')} ${variant ?? ''} ${N}`,
    agree ? plain.states : `NO ${plain.states}`,
    plain.transitions,
    ...[plain, noting, asCheck].map(({ rate }) => million(rate)),
    (plain.table / plain.states).toFixed(1),
    (plain.graph / plain.states).toFixed(1),
    ((asCheck.table + asCheck.graph) / plain.states).toFixed(1),
    seconds.toFixed(2),
    referee.seconds.toFixed(2),
    (plain.seconds / referee.seconds).toFixed(2),
  )
}

if (only === undefined || only === 'reduced') reducedRates()
