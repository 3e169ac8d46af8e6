// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { Location, LocationId, ProcessId, Transition } from '#system/system'

/**
 * The locations of so many processes, with a mark where the path leads on to rest: what the author has written, before it
 * is known which steps no run can take.
 */
export function restsAhead(
  transitions: readonly Transition[],
  locations: { readonly of: (process: ProcessId) => readonly Location[] },
  processes: number,
): readonly (readonly Location[])[] {
  const entering = Array.from({ length: processes }, (_, p) => locations.of(p).map((): LocationId[] => []))
  for (const transition of transitions)
    for (const { process, from, to } of movesOf(transition)) entering[process]![to]!.push(from)
  return entering.map((before, p) => {
    const all = locations.of(p)
    const open = [...all.keys()].filter((at) => all[at]!.rest)
    const ahead = new Set<LocationId>()
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const from of before[at]!)
        if (!ahead.has(from)) {
          ahead.add(from)
          open.push(from)
        }
    return all.map((location, at): Location => (ahead.has(at) ? { ...location, restAhead: true } : location))
  })
}
