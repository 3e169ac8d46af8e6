// SPDX-License-Identifier: Apache-2.0
import { isEscape, type LocationId, type OriginId, type ProcessId, type TransitionId } from '#system/system'
import type { Evidence } from './property.ts'
import { reachesAvoiding } from './reaches-avoiding.ts'

/**
 * A place in the path of a process at which it tries for something that it may not get: a trylock, a poll, a lock with
 * -EDEADLK. All of it is about the system as the model says it.
 */
export interface Attempt {
  readonly process: ProcessId
  readonly origin: OriginId
  /** The transitions with which it fails, and those with which it gets that. */
  readonly failures: ReadonlySet<TransitionId>
  readonly successes: ReadonlySet<TransitionId>
  /**
   * Where the process is once it has got that, or as far as if it had: who fails, waits instead, and goes on as after a success
   * gets on. Not the place of the attempt itself, where a success leads right back there.
   */
  readonly got: ReadonlySet<LocationId>
}

const known = new WeakMap<object, readonly Attempt[]>()

/** The attempts that control graphs let their processes repeat for ever without rest and without getting anywhere. */
export function repeatable<S>(evidence: Evidence<S>): readonly Attempt[] {
  const made = known.get(evidence) ?? attemptsIn(evidence).filter((attempt) => canRepeat(evidence, attempt))
  known.set(evidence, made)
  return made
}

function attemptsIn<S>({ said }: Evidence<S>): readonly Attempt[] {
  const { transitions } = said.system
  const failures = Map.groupBy(
    [...transitions.keys()].filter((id) => transitions[id]!.retry === true),
    (id) => transitions[id]!.origin,
  )
  return [...failures].map(([origin, failing]) => {
    const gets = [...transitions.keys()].filter((id) => {
      const { origin: own, retry, fault, tag, exit } = transitions[id]!
      return own === origin && retry !== true && fault === undefined && !isEscape(tag) && !exit.startsWith('(')
    })
    const tries = new Set(failing.map((id) => transitions[id]!.from))
    const got = new Set(gets.map((id) => transitions[id]!.to)).difference(tries)
    const { process } = transitions[failing[0]!]!
    return { process, origin, failures: new Set(failing), successes: new Set(gets), got }
  })
}

/** Whether a process that repeats an attempt gets on at a location: it rests there, or has got what it tried for. */
export const getsOnAt = <S>({ said }: Evidence<S>, { process, got }: Attempt, at: LocationId): boolean =>
  said.system.processes[process]!.locations[at]!.rest || got.has(at)

function canRepeat<S>(evidence: Evidence<S>, attempt: Attempt): boolean {
  const { control, system } = evidence.said
  const getsOn = (at: LocationId): boolean => getsOnAt(evidence, attempt, at)
  return [...attempt.failures].some((id) => {
    const { from, to } = system.transitions[id]!
    return !getsOn(from) && !getsOn(to) && reachesAvoiding(control, attempt.process, getsOn, to, from)
  })
}
