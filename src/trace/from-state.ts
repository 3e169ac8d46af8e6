// SPDX-License-Identifier: Apache-2.0
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Facts } from '#property/facts'
import { Evidence } from '#property/property'
import type { Machine } from '#system/machine'

/** Everything that can still happen from a state, which has id 0; undefined if that is more than `limit` states. */
export function evidenceFrom<S>(machine: Machine<S>, state: S, limit: number): Evidence<S> | undefined {
  const fromHere: Machine<S> = {
    system: machine.system,
    initial: () => state,
    enabled: (at) => machine.enabled(at),
    fire: (at, id) => machine.fire(at, id),
    value: (at, v) => machine.value(at, v),
    location: (at, p) => machine.location(at, p),
    store: () => machine.store(),
  }
  const facts = new Facts(fromHere)
  const search = explore({ machine: fromHere, frontier: new BreadthFirst(), observers: [facts] })
  while (!search.done && search.store.size <= limit) search.advance(1)
  return search.done ? new Evidence(fromHere, search.graph, search.store, facts) : undefined
}

/** What can still happen from states of a system: looked up where that is known, explored where it is not. */
export interface Ahead<S> {
  /** From this state on, with its id there; undefined if more than `limit` states would have to be explored. */
  from(state: S, limit: number): { readonly evidence: Evidence<S>; readonly id: number } | undefined
  /** Whether the evidence is the same for all states. */
  readonly known: boolean
}

/** Explores what is asked for, each time anew. */
export const explored = <S>(machine: Machine<S>): Ahead<S> => ({
  from(state, limit) {
    const evidence = evidenceFrom(machine, state, limit)
    return evidence && { evidence, id: 0 }
  },
  known: false,
})

/** Looks into a search of every state. */
export const lookedUp = <S>(evidence: Evidence<S>): Ahead<S> => ({
  from: (state) => ({ evidence, id: evidence.store.add(state) }),
  known: true,
})
