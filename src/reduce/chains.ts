// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'
import { owedAgain } from './owed-again.ts'

/**
 * Chain compression: where a reduced search fires a single transition, the state in between need not be stored
 * (docs/theory.md 5). Stored are the states from which several transitions are fired, the ends, one state of every
 * cycle, those that a fault leaves, so that a report names them, and those in which something is paid that is owed again.
 *
 * A cycle of states takes every process that it moves round a cycle of its control graph, and so along a back edge of
 * any depth-first search of that graph: what a back edge leads to is stored.
 */
export class Chains {
  readonly #ends: Uint8Array
  readonly #stops: Uint8Array

  constructor(system: System, back = backEdges(system)) {
    this.#ends = Uint8Array.from(system.transitions, ({ fault, tag }, id) =>
      back.has(id) || fault !== undefined || tag !== undefined ? 1 : 0,
    )
    const again = owedAgain(system)
    this.#stops = Uint8Array.from(system.transitions, ({ fault, tag }, id) =>
      fault !== undefined || tag !== undefined || again.has(id) ? 1 : 0,
    )
  }

  /** Whether the state that `by` leads to may go unstored where only `next` is fired in it. */
  mayPass(by: TransitionId, next: TransitionId): boolean {
    return this.#ends[by] === 0 && this.#stops[next] === 0
  }

  /** Whether what the transition leads to is stored in any case. */
  mustEnd(by: TransitionId): boolean {
    return this.#ends[by] === 1
  }
}

/** The transitions that take a process of theirs along a back edge of its control graph. */
export function backEdges(system: System): ReadonlySet<TransitionId> {
  const successors = system.processes.map(({ locations }) =>
    locations.map((): { readonly id: TransitionId; readonly to: LocationId }[] => []),
  )
  for (const [id, transition] of system.transitions.entries())
    for (const { process, from, to } of movesOf(transition)) successors[process]![from]!.push({ id, to })
  const back = new Set<TransitionId>()
  for (const process of system.processes.keys()) backEdgesOf(process, system, successors[process]!, back)
  return back
}

/** Iterative depth-first search; an edge to a location that is still open closes a cycle. */
function backEdgesOf(
  process: ProcessId,
  system: System,
  successors: readonly (readonly { readonly id: TransitionId; readonly to: LocationId }[])[],
  back: Set<TransitionId>,
): void {
  const { init, locations } = system.processes[process]!
  const [fresh, open, closed] = [0, 1, 2]
  const colour = new Uint8Array(locations.length)
  const next = new Int32Array(locations.length)
  for (const root of [init, ...locations.keys()]) {
    if (colour[root] !== fresh) continue
    const path: LocationId[] = [root]
    colour[root] = open
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const edge = successors[at]![next[at]!++]
      if (edge === undefined) {
        colour[at] = closed
        path.pop()
      } else if (colour[edge.to] === open) back.add(edge.id)
      else if (colour[edge.to] === fresh) {
        colour[edge.to] = open
        path.push(edge.to)
      }
    }
  }
}
