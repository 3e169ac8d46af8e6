// SPDX-License-Identifier: Apache-2.0
import { expect } from 'vitest'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import type { ResultViolation } from '#check/result'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { lower } from '#semantics/lower/lower'
import type { TransitionId } from '#system/system'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

/** The violation of a small model, explained. */
export async function told(build: (m: M) => void, options: CheckOptions = {}): Promise<ResultViolation> {
  const { violation } = await check(instance(build), kernelRegistry, options)
  expect(violation).toBeDefined()
  return violation!
}

/** Two mutexes, taken in one order and in the other. */
export const abba = (m: M): void => {
  const [a, b] = [m.mutex('a'), m.mutex('b')]
  m.thread('p', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
  m.thread('q', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
}

/** A reader waits for a fence, whose signaller reads too, behind a writer. */
export const queuedWriter = (m: M): void => {
  const [rwsem, fence] = [m.rwsem('rwsem'), m.fence('fence', { published: true })]
  m.thread('waiter', (t) => (t.downRead(rwsem), t.wait(fence), t.upRead(rwsem)))
  m.thread('completion', (t) => (t.downRead(rwsem), t.signal(fence), t.upRead(rwsem)))
  m.thread('writer', (t) => (t.downWrite(rwsem), t.upWrite(rwsem)))
}

/** A run that is said step by step, `process: step`, with the states on its way. */
export function run(
  build: (m: M) => void,
  ...steps: readonly string[]
): { readonly machine: Interpreter; readonly path: readonly TransitionId[]; readonly states: readonly State[] } {
  const machine = new Interpreter(lower(instance(build), kernelRegistry))
  const { processes, transitions } = machine.system
  const path: TransitionId[] = []
  const states: State[] = [machine.initial()]
  for (const step of steps) {
    const state = states.at(-1)!
    const named = (id: TransitionId): string =>
      `${processes[transitions[id]!.process]!.name}: ${transitions[id]!.label}`
    const id = machine.enabled(state).find((t) => named(t) === step)
    expect(id, `${step} among ${machine.enabled(state).map(named).join('; ')}`).toBeDefined()
    path.push(id!)
    states.push(machine.fire(state, id!))
  }
  return { machine, path, states }
}
