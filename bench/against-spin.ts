// SPDX-License-Identifier: Apache-2.0
// A check that searches every state, on the machine that it chooses, against SPIN without reduction, on the same systems, in one run: states, seconds, ratio, memory.
//   npm run bench            (needs spin and gcc)
import { check } from '#check/check'
import { toPromela } from '#export/promela'
import { lower } from '#semantics/lower/lower'
import type { ModelSource } from 'fencecheck'
import fenceFarm from '../models/bench/fence-farm.ts'
import orderedLocks from '../models/bench/ordered-locks.ts'
import { row, spin } from './spin.ts'

const cases: readonly (readonly [ModelSource, string | undefined, number])[] = [
  [orderedLocks, undefined, 5],
  [orderedLocks, undefined, 6],
  [orderedLocks, undefined, 7],
  [fenceFarm, 'in-turn', 2],
  [fenceFarm, 'in-turn', 3],
  [fenceFarm, 'atomic', 3],
]

row('family', 'states', 'agree', 'ours s', 'SPIN s', 'ratio', 'ours MiB')
for (const [source, variant, N] of cases) {
  const model = source.instantiate(variant, { N })
  const { statistics } = await check(model, source.registry, { reduction: 'none' })
  const referee = spin(toPromela(lower(model, source.registry)))
  const { states, seconds, peakMemoryBytes } = statistics
  row(
    `${source.id.replace('bench/', '')} ${variant ?? ''} ${N}`,
    states,
    referee.states === states ? 'yes' : `NO ${referee.states}`,
    seconds.toFixed(2),
    referee.seconds.toFixed(2),
    (seconds / referee.seconds).toFixed(1),
    Math.round(peakMemoryBytes / 2 ** 20),
  )
}
