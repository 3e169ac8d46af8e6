// SPDX-License-Identifier: Apache-2.0
import { expressionsOf, processesLookedAt } from '#system/footprint'
import { moversOf } from '#system/moves'
import type { System } from '#system/system'

/**
 * The same system, with faults that leave everything as it is. In a system a fault parks its process, which puts it in
 * the way of whatever else that process could do; but what comes after a fault is not judged. The transitions keep
 * their ids, and a path up to a first fault is one of the original system (docs/theory.md 6).
 *
 * Where somebody looks at where a process is, its faults do park it: that others see it gone makes a difference.
 */
export function faultsInPlace(system: System): System {
  const watched = new Set(expressionsOf(system).flatMap((e) => [...processesLookedAt(e)]))
  const transitions = system.transitions.map((transition) => {
    const movers = moversOf(transition)
    if (transition.fault === undefined || movers.some((process) => watched.has(process))) return transition
    const joint = transition.joint?.map((move) => ({ ...move, to: move.from }))
    return { ...transition, to: transition.from, effect: [], ...(joint && { joint }) }
  })
  return { ...system, transitions }
}
