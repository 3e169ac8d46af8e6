// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Engine } from '#engine/engine'
import { lower } from '#semantics/lower/lower'
import { evidenceFrom } from '#trace/from-state'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'

test('a state is fated if somebody is stuck there or a debt is lost, and then only', () => {
  const seen = new Map<string, number>()
  for (let seed = 1; seed <= 60; seed++) {
    const machine = new Engine(lower(randomModel(seed), kernelRegistry))
    const evidence = evidenceFrom(machine, machine.initial(), 3000)
    if (evidence === undefined) continue
    for (const escapes of ['on', 'off'] as const) {
      const future = evidence.future(escapes)
      for (let state = 0; state < evidence.graph.states; state++) {
        const [isStuck, isLost] = [future.stuck(state).length > 0, future.unpaid(state).length > 0]
        expect(future.isFated(state), `seed ${seed}, state ${state}`).toBe(isStuck || isLost)
        const kind = `${isStuck ? 'stuck' : ''} ${isLost ? 'lost' : ''}`
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }
  }
  for (const kind of [' ', 'stuck ', ' lost', 'stuck lost']) expect(seen.get(kind), kind).toBeGreaterThan(10)
})
