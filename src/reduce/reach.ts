// SPDX-License-Identifier: Apache-2.0
import { leavingOf, movesOf } from '#system/moves'
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'

/** What each process may still do from each of its locations, by its control graph alone. */
export class Reach {
  /** By process and location: the transitions that leave it, joint ones with every mover. */
  readonly leaving: readonly (readonly (readonly TransitionId[])[])[]
  /** By process and location, a bit for each location that can be come to. */
  readonly #reaches: readonly (readonly Uint32Array[])[]
  /** The location that a transition leaves, by process and transition. */
  readonly #from: readonly ReadonlyMap<TransitionId, LocationId>[]

  constructor(system: System) {
    const from = system.processes.map(() => new Map<TransitionId, LocationId>())
    const successors = system.processes.map(({ locations }) => locations.map(() => new Set<LocationId>()))
    for (const [id, transition] of system.transitions.entries())
      for (const move of movesOf(transition)) {
        from[move.process]!.set(id, move.from)
        successors[move.process]![move.from]!.add(move.to)
      }
    this.leaving = leavingOf(system)
    this.#from = from
    this.#reaches = successors.map((next) => next.map((_, start) => reachable(next, start)))
  }

  /** Whether a process at a location may come to fire one of its transitions. */
  mayFire(process: ProcessId, at: LocationId, id: TransitionId): boolean {
    return this.mayCome(process, at, this.#from[process]!.get(id)!)
  }

  /** Whether a process may come from one location to another, which may be the same. */
  mayCome(process: ProcessId, from: LocationId, to: LocationId): boolean {
    return (this.#reaches[process]![from]![to >> 5]! & (1 << (to & 31))) !== 0
  }
}

function reachable(successors: readonly ReadonlySet<LocationId>[], start: LocationId): Uint32Array {
  const bits = new Uint32Array((successors.length + 31) >> 5)
  const work = [start]
  const mark = (at: LocationId): void => {
    bits[at >> 5]! |= 1 << (at & 31)
  }
  mark(start)
  for (let at = work.pop(); at !== undefined; at = work.pop())
    for (const next of successors[at]!)
      if ((bits[next >> 5]! & (1 << (next & 31))) === 0) {
        mark(next)
        work.push(next)
      }
  return bits
}
