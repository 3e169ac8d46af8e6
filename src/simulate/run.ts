// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { explore, type Observer, type Search } from '#explore/explore'
import type { Frontier } from '#explore/frontier'
import type { Machine } from '#system/machine'
import { isEscape, type TransitionId } from '#system/system'
import type { Scheduler } from './scheduler.ts'

/**
 * One run of a machine that merges no states, as far as a scheduler takes it in `most` steps, or to its first fault. It is
 * a search in which each state has one successor. Its graph knows all edges only of states that had no other choice; of
 * the others it says that they are not expanded, so anything may still happen from them, and what the properties find is
 * what an exhaustive search would find there.
 */
export function run<S>(
  machine: Machine<S>,
  scheduler: Scheduler,
  most: number,
  observers: readonly Observer<S>[],
): Search<S> {
  const { transitions } = machine.system
  const chosenFrom: number[] = []
  let step = 0
  let faulted = false
  const isFault = (id: TransitionId): boolean => transitions[id]!.fault !== undefined
  const select = (_: S, enabled: readonly TransitionId[], id: number): readonly TransitionId[] => {
    if (faulted || enabled.length === 0) return []
    const fault = enabled.find(isFault)
    faulted = fault !== undefined
    const chosen = fault ?? scheduler.choose(enabled, step++)
    const rest = enabled.filter((other) => other !== chosen)
    // Where only timeouts and signals are left all of them are fired, so that it is known what would be without them.
    if (enabled.every((other) => isEscape(transitions[other]!.tag))) return [...rest, chosen]
    if (rest.length > 0) chosenFrom.push(id)
    return [chosen]
  }
  const search = explore({ machine, frontier: new LastOnly(), select, observers })
  // At most one step a state.
  search.advance(most)
  for (const id of chosenFrom) search.graph.forget(id)
  return search
}

/** Goes on from the state that was found last; what else was found is left. */
class LastOnly implements Frontier {
  #last: number | undefined

  get size(): number {
    return this.#last === undefined ? 0 : 1
  }

  push(id: number): void {
    this.#last = id
  }

  pop(): number {
    const id = this.#last
    invariant(id !== undefined, 'the run goes on')
    this.#last = undefined
    return id
  }
}
