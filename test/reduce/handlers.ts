// SPDX-License-Identifier: Apache-2.0
import { eq, ne } from 'fencecheck'
import { expect } from 'vitest'
import { actionsOf } from '#reduce/actions'
import { Domains } from '#reduce/domains'
import { finishingHandlers } from '#reduce/finishing'
import { Reach } from '#reduce/reach'
import { TransitionClosure } from '#reduce/transition-closure'
import { Invariants } from '#simplify/invariants'
import { lower } from '#semantics/lower/lower'
import type { System } from '#system/system'
import { instance, kernelRegistry, type M, type T } from '../fixtures/models.ts'
import { searchedInFull, searchedReduced } from './searched.ts'

export const lowered = (build: (m: M) => void): System => lower(instance(build), kernelRegistry)
/** What a full search tells. */
export const told = (system: System) => searchedInFull(system)!.told

/** Agrees with the full search, both ways to close a set, every set verified; the states that are left. */
export function agrees(system: System): { readonly full: number; readonly reduced: number } {
  const full = searchedInFull(system)!
  const reduced = searchedReduced(system, { verify: true, chains: false })!
  expect(reduced.told).toEqual(full.told)
  expect(searchedReduced(system, { verify: true, Closure: TransitionClosure })!.told).toEqual(full.told)
  expect(searchedReduced(system)!.told).toEqual(full.told)
  return { full: full.states, reduced: reduced.states }
}

/** The names of the handlers that can always finish. */
export function finish(system: System): readonly string[] {
  const actions = actionsOf(system)
  const known = {
    system,
    actions,
    domains: new Domains(system, actions, new Invariants(system)),
    reach: new Reach(system),
  }
  return [...finishingHandlers(known)].map((p) => system.processes[p]!.name)
}

/** A handler that is raised once, on top of `p` alone. */
export const once = (m: M, name: string, write: (t: T) => unknown, on: readonly string[] = ['p']): void => {
  const pending = m.int(`${name}_pending`, { max: 1, init: 1 })
  m.irq(name, write, { on, idleCpu: false, when: eq(pending, 1), set: [[pending, 0]] })
}

/** A handler that goes round for ever: the variable is never 2. The task `p` changes it once. */
export const neverReturns = (m: M): ((t: T) => unknown) => {
  const x = m.int('never2', { max: 2 })
  m.thread('p', (t) => t.set(x, 1))
  return (t) => t.while(ne(x, 2), () => t.local())
}

/** A task of `n` steps of its own. */
export const steps = (m: M, name: string, n: number): void => {
  m.thread(name, (t) => {
    for (let i = 0; i < n; i++) t.local()
  })
}
