// SPDX-License-Identifier: Apache-2.0
import type { System, Transition } from '#system/system'
import { LocalValues } from './local-values.ts'

/**
 * Drops conjuncts that always hold where their transition leaves from, by what its process alone has done before, and
 * makes faults impossible (guard 0) that can never be reported: an unlock right after its lock needs not ask who holds
 * it. States and transitions stay the same one by one, and so do their numbers.
 *
 * For whoever asks what a transition depends on. To search, the conjuncts had better stay: that only the holder can
 * unlock is what a necessary enabling set lives on.
 */
export function decided(system: System, local = new LocalValues(system)): System {
  const transitions = system.transitions.map((t): Transition => {
    const { process, from, guard, fault } = t
    const valuations = local.at(process, from)
    if (valuations.length === 0 || guard.includes(0)) return t
    const decidable = guard.map((g) => local.valuesOf(g, process, from))
    const possible = valuations.some((_, i) => decidable.every((values) => values === undefined || values[i] !== 0))
    if (!possible) return fault === undefined ? t : { ...t, guard: [0], effect: [] }
    const undecided = guard.filter((_, g) => decidable[g]?.every((value) => value !== 0) !== true)
    return undecided.length === guard.length ? t : { ...t, guard: undecided }
  })
  return { ...system, transitions }
}
