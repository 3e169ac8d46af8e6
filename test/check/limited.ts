// SPDX-License-Identifier: Apache-2.0
// Checks one model under a memory limit in a process of its own, and says what came of it and how large the process
// was: node --conditions=fencecheck-source limited.ts <family> <MiB> <machine> <reduction>
import { readFileSync } from 'node:fs'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import { model, type ModelSource } from 'fencecheck'
import fenceFarm from '../../models/bench/fence-farm.ts'
import orderedLocks from '../../models/bench/ordered-locks.ts'

/** States of many words. */
const wide = model('test/wide', { summary: 'Threads that count, each in a row of its own.' }, (m) => {
  for (let i = 0; i < 8; i++) {
    const counters = Array.from({ length: 24 }, (_, k) => m.int(`c${i}x${k}`, { min: 0, max: 255 }))
    m.thread(`t${i}`, (t) => {
      for (const counter of counters) t.set(counter, 77)
    })
  }
})

/** A mistake at the very start, and much else after it. */
const mistaken = model('test/mistaken', { summary: 'A misuse beside much else.' }, (m) => {
  const a = m.mutex('a')
  m.thread('p', (t) => t.unlock(a))
  for (let i = 0; i < 9; i++)
    m.thread(`t${i}`, (t) => {
      for (let k = 0; k < 9; k++) t.local()
    })
})

const families: Readonly<Record<string, readonly [source: ModelSource, variant: string | undefined, N?: number]>> = {
  'ordered-locks': [orderedLocks, undefined, 10],
  'fence-farm': [fenceFarm, 'in-turn', 4],
  'fence-farm-atomic': [fenceFarm, 'atomic', 12],
  wide: [wide, undefined],
  mistaken: [mistaken, undefined],
}

const [family = '', mebibytes, machine, reduction] = process.argv.slice(2) as [string, string, never, never]
const [source, variant, N] = families[family]!
const options: CheckOptions = { maxMemoryBytes: Number(mebibytes) * 2 ** 20, machine, reduction }
const result = await check(source.instantiate(variant, N === undefined ? {} : { N }), source.registry, options)
// The high-water mark of this program alone; what the system says of a child includes its parent.
const [, peak] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!
const { verdict, because, violation, statistics } = result
process.stdout.write(
  JSON.stringify({ verdict, because, kind: violation?.kind, statistics, peakBytes: Number(peak) * 1024 }),
)
