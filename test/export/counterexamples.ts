// SPDX-License-Identifier: Apache-2.0
import type { Counterexample } from '#export/counterexample'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { kinds, type Model } from '#ir/model'
import { Facts } from '#property/facts'
import { judge } from '#property/judge'
import { Evidence } from '#property/property'
import { lower } from '#semantics/lower/lower'
import { explain } from '#trace/explanation'
import { recordTrace } from '#trace/record'
import { replay } from '#trace/replay'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

/** The counterexample of a model that has one, as a search finds it: with what minimising it would leave out. */
export function counterexampleOf(model: Model): Promise<Counterexample<State>> {
  const system = lower(model, kernelRegistry)
  const machine = new Interpreter(system)
  const facts = new Facts(machine)
  const { graph, store, advance } = explore({ machine, frontier: new BreadthFirst(), observers: [facts] })
  advance(Infinity)
  const [violation] = judge(new Evidence(machine, graph, store, facts), true, new Set(kinds)).violations
  const trace = recordTrace(model, system, violation!)
  const { path, states } = replay(machine, trace)
  return Promise.resolve({ trace, explanation: explain(machine, path, states, trace.outcome), machine, states })
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
