// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isLocationTest } from '#system/expression'
import type { Expr, ProcessId, System } from '#system/system'

/**
 * The same system, with faults that leave everything as it is. In a system a fault parks its process, which puts it in
 * the way of whatever else that process could do; but what comes after a fault is not judged. The transitions keep
 * their ids, and a path up to a first fault is one of the original system (docs/theory.md 6).
 *
 * Where somebody looks at where a process is, its faults do park it: that others see it gone makes a difference.
 */
export function faultsInPlace(system: System): System {
  const watched = watchedProcesses(system)
  const transitions = system.transitions.map((transition) => {
    const movers = [transition, ...(transition.joint ?? [])]
    if (transition.fault === undefined || movers.some(({ process }) => watched.has(process))) return transition
    const joint = transition.joint?.map((move) => ({ ...move, to: move.from }))
    return { ...transition, to: transition.from, effect: [], ...(joint && { joint }) }
  })
  return { ...system, transitions }
}

/** The processes that some expression looks for at a location. */
function watchedProcesses({ transitions, processes, debts, holds }: System): ReadonlySet<ProcessId> {
  const watched = new Set<ProcessId>()
  const look = (e: Expr): void =>
    eachLeaf(e, (leaf) => {
      if (isLocationTest(leaf)) watched.add(leaf.process)
    })
  for (const { guard, effect } of transitions) {
    guard.forEach(look)
    for (const { to, value } of effect) {
      look(value)
      if (typeof to !== 'number') look(to[1])
    }
  }
  for (const { suspended } of processes) for (const { when } of suspended) look(when)
  for (const { owed } of debts) look(owed)
  for (const { when } of holds) look(when)
  return watched
}
