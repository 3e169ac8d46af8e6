// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import { replay } from '#trace/replay'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'

test('a trace that a reduced search has found is one of the model, whichever reduction it was', async () => {
  const used = new Map<string, number>()
  for (let seed = 1; seed <= 120; seed++)
    for (const reduction of ['stubborn', 'full'] as const) {
      const model = randomModel(seed)
      const { violation, statistics } = await check(model, kernelRegistry, { reduction, maxStates: 2000 })
      if (violation === undefined) continue
      const again = replay(new Interpreter(lower(model, kernelRegistry)), violation.trace)
      expect(again, `seed ${seed}, ${reduction}`).toMatchObject({ reproduces: true, confirmed: true })
      for (const one of statistics.reductions) used.set(one, (used.get(one) ?? 0) + 1)
    }
  for (const one of ['stubborn sets', 'chain compression']) expect(used.get(one), one).toBeGreaterThan(5)
  expect(used.size, [...used.keys()].join()).toBeGreaterThan(2)
}, 180_000)
