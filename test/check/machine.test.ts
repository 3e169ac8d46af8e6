// SPDX-License-Identifier: Apache-2.0
import { expect, test, vi } from 'vitest'
import { check } from '#check/check'
import { Visited } from '#engine/visited'
import { Interpreter } from '#interp/interpreter'
import orderedLocks from '../../models/bench/ordered-locks.ts'
import { machineUnderTest } from '../setup/machine.ts'

test('the machine that this run of the tests is about is the one that ran', async () => {
  const engine = vi.spyOn(Visited.prototype, 'expand')
  const interpreter = vi.spyOn(Interpreter.prototype, 'enabled')
  const { statistics } = await check(orderedLocks.instantiate(undefined, { N: 2 }), orderedLocks.registry)
  expect(statistics.machine).toBe(machineUnderTest)
  // Each of the 27 states was expanded once.
  const calls = machineUnderTest === 'engine' ? [27, 0] : [0, 27]
  expect([engine.mock.calls.length, interpreter.mock.calls.length]).toEqual(calls)
  vi.restoreAllMocks()
})

test('a counterexample is replayed on the interpreter', async () => {
  const { default: source } = await import('../../models/dma-fence/fence-lock-abba.ts')
  const fire = vi.spyOn(Interpreter.prototype, 'fire')
  const { violation } = await check(source.instantiate(source.variants[0]), source.registry)
  expect(violation).toBeDefined()
  expect(fire.mock.calls.length).toBeGreaterThanOrEqual(violation!.trace.steps.length)
  vi.restoreAllMocks()
})
