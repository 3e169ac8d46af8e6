// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lower } from '#semantics/lower/lower'
import { simplified } from '#simplify/simplify'
import fenceFarm from '../../models/bench/fence-farm.ts'
import orderedLocks from '../../models/bench/ordered-locks.ts'
import { sampledInstancesOf } from '../fixtures/instances.ts'
import { searched, type Searched } from './searched.ts'

describe('what is left of the families', () => {
  const left = (source: ModelSource, variant: string | undefined, N: number) => {
    const system = lower(source.instantiate(variant, { N }), source.registry)
    const { system: less, did } = simplified(system)
    return { did, variables: less.variables.length, transitions: less.transitions.length }
  }

  // The last lock of the order is a leaf; without it the one before is; and so on. That is the proof by ranks.
  test.each([4, 20])('ordered-locks %i: nothing', (N) => {
    expect(left(orderedLocks, undefined, N)).toEqual({
      did: [`${N} leaf locks`, `${2 * N} local steps`],
      variables: 0,
      transitions: 0,
    })
  })

  test('fence-farm: the locks of the drivers go, the reservation stays', () => {
    expect(left(fenceFarm, 'in-turn', 3).did).toEqual(['3 leaf locks', '6 local steps'])
  })

  test('both tell the same as in full', () => {
    for (const [source, variant, N] of [
      [orderedLocks, undefined, 5],
      [fenceFarm, 'in-turn', 1],
      [fenceFarm, 'atomic', 2],
    ] as const) {
      const system = lower(source.instantiate(variant, { N }), source.registry)
      expect(searched(system, simplified(system))!.told).toEqual(searched(system)!.told)
    }
  })
})

const folder = new URL('../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('bench/'),
)

describe.each(files)('%s', async (file) => {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }

  test.each(sampledInstancesOf(source))(
    '$name is told the same simplified, with stubborn sets and without',
    ({ build }) => {
      const system = lower(build(), source.registry)
      const simple = simplified(system)
      const [full, less, both] = [
        searched(system)!,
        searched(system, simple)!,
        searched(system, simple, { stubborn: true })!,
      ]
      expect(told(less)).toEqual(told(full))
      expect(told(both)).toEqual(told(full))
      expect(less.states).toBeLessThanOrEqual(full.states)
    },
  )
})

/**
 * Every field of the violation that is reported, but for its run and for who is stuck at its end besides: everybody who can be
 * is in `stuck`. That a step is not annotated is said only of a system as the model has it (docs/limits.md).
 */
const told = ({ told: all, violations: [first] }: Searched) => ({
  ...all,
  findings: all.findings.filter((finding) => !finding.startsWith('unannotated')),
  ...(first !== undefined && {
    kind: first.kind,
    code: first.code,
    shape: first.shape,
    escapes: first.escapes,
    processes: first.processes.toSorted(),
    objects: first.objects.toSorted(),
  }),
})
