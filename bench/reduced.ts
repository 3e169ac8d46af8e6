// SPDX-License-Identifier: Apache-2.0
// A check with stubborn sets against SPIN with its own reduction, whole command against whole command, on the same
// systems, in one run. Rows without SPIN are out of its reach.
//   npm run bench:reduced            (needs spin and gcc)
import { check } from '#check/check'
import { toPromela } from '#export/promela'
import { lower } from '#semantics/lower/lower'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'
import { row, spin } from './spin.ts'

const cases: readonly (readonly [ModelSource, string | undefined, number, boolean])[] = [
  [orderedLocks, undefined, 7, true],
  [orderedLocks, undefined, 8, true],
  [orderedLocks, undefined, 9, true],
  [orderedLocks, undefined, 20, false],
  [fenceFarm, 'in-turn', 3, true],
  [fenceFarm, 'atomic', 3, true],
  [fenceFarm, 'in-turn', 4, false],
  [fenceFarm, 'in-turn', 8, false],
]

row('family', 'our states', 'ours s', 'SPIN states', 'SPIN s', 'faster', 'fewer', 'ours MiB')
for (const [source, variant, N, withSpin] of cases) {
  const start = performance.now()
  const model = source.instantiate(variant, { N })
  const { statistics } = await check(model, source.registry, { reduction: 'stubborn' })
  const seconds = (performance.now() - start) / 1000
  const referee = withSpin
    ? spin(toPromela(lower(model, source.registry)), { reduced: true, wholeCommand: true })
    : undefined
  row(
    `${source.id.replace('bench/', '')} ${variant ?? ''} ${N}`,
    statistics.states,
    seconds.toFixed(2),
    referee?.states ?? '-',
    referee?.seconds.toFixed(2) ?? '-',
    referee === undefined ? '-' : `${(referee.seconds / seconds).toFixed(1)}x`,
    referee === undefined ? '-' : `${(referee.states / statistics.states).toFixed(0)}x`,
    Math.round(statistics.peakMemoryBytes / 2 ** 20),
  )
}
