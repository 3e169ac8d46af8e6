// SPDX-License-Identifier: Apache-2.0
import type { Counterexample } from '#export/counterexample'
import { check } from '#check/check'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { explain } from '#trace/explanation'
import { replay } from '#trace/replay'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

/** The counterexample of a model that has one, replayed. */
export async function counterexampleOf(model: Model): Promise<Counterexample<State>> {
  const { violation } = await check(model, kernelRegistry)
  const machine = new Interpreter(lower(model, kernelRegistry))
  const { trace } = violation!
  const { path, states } = replay(machine, trace)
  return { trace, explanation: explain(machine, path, states, trace.outcome), machine, states }
}

/** The names of everything in a model. */
export interface Names {
  readonly locks: readonly [string, string]
  readonly fence: string
  readonly processes: readonly [string, string, string]
  readonly label: string
}
const plainNames: Names = {
  locks: ['sem', 'lock'],
  fence: 'fence',
  processes: ['reader', 'waiter', 'signaller'],
  label: 'think',
}

/**
 * Two readers share a semaphore; one waits for a fence under it and under a mutex, the signaller wakes the other reader
 * first and then wants the mutex: a deadlock of waiter and signaller, with a wake-up and a shared hold on the way.
 */
export const stuck = (names: Names = plainNames): Model =>
  instance((m: M) => {
    const [sem, lock] = [m.rwsem(names.locks[0]), m.mutex(names.locks[1])]
    const [fence, start] = [m.fence(names.fence, { published: true }), m.completion(`start ${names.fence}`)]
    m.thread(names.processes[0], (t) => {
      t.downRead(sem)
      t.waitForCompletion(start)
      t.local(names.label)
      t.upRead(sem)
    })
    m.thread(names.processes[1], (t) => {
      t.downRead(sem)
      t.lock(lock)
      t.wait(fence)
      t.unlock(lock)
      t.upRead(sem)
    })
    m.worker(names.processes[2], (t) => {
      t.complete(start)
      t.lock(lock)
      t.signal(fence)
      t.unlock(lock)
    })
  })
