// SPDX-License-Identifier: Apache-2.0
import type { Machine, StateStore } from '#system/machine'
import type { TransitionId } from '#system/system'
import type { Frontier } from './frontier.ts'
import { Graph } from './graph.ts'

/** Watches a search. Whatever a property needs to know of a state it notes here, while the state is at hand. */
export interface Observer<S> {
  /** A state is about to be expanded. Ids are dense; a state is expanded once. */
  expand?(id: number, state: S, enabled: readonly TransitionId[]): void
  /** A transition was fired. */
  fire?(from: number, transition: TransitionId, to: number): void
}

/** Which of the enabled transitions are fired: all of them, or a subset that a reduction has proven enough. */
export type Selector<S> = (state: S, enabled: readonly TransitionId[]) => readonly TransitionId[]

export interface Setup<S> {
  readonly machine: Machine<S>
  readonly frontier: Frontier<S>
  readonly select?: Selector<S>
  readonly observers?: readonly Observer<S>[]
}

/** A search under way. `advance` does a bounded amount of it, so that the caller can look at clocks and signals. */
export interface Search<S> {
  readonly graph: Graph
  readonly store: StateStore<S>
  readonly frontier: Frontier<S>
  /** Depth of the state that was expanded last. */
  readonly depth: number
  readonly done: boolean
  /** Expands up to `states` states; returns true once every reachable state is expanded. */
  advance(states: number): boolean
}

/** **The** search loop. Depth-first, breadth-first, reduced or full differ in a frontier and a selector only. */
export function explore<S>({ machine, frontier, select, observers = [] }: Setup<S>): Search<S> {
  const graph = new Graph()
  const store = machine.store()
  let depth = 0

  const reach = (state: S, parent: number, by: TransitionId, at: number): number => {
    const fresh = store.size
    const id = store.add(state)
    if (id === fresh) {
      graph.addState(parent, by, at)
      frontier.push({ id, state, depth: at })
    }
    return id
  }

  const expand = (): void => {
    const { id, state, depth: at } = frontier.pop()
    depth = at
    const enabled = machine.enabled(state)
    for (const observer of observers) observer.expand?.(id, state, enabled)
    graph.beginEdges(id)
    for (const transition of select === undefined ? enabled : select(state, enabled)) {
      const target = reach(machine.fire(state, transition), id, transition, at + 1)
      graph.addEdge(id, transition, target)
      for (const observer of observers) observer.fire?.(id, transition, target)
    }
  }

  reach(machine.initial(), -1, -1, 0)
  return {
    graph,
    store,
    frontier,
    get depth() {
      return depth
    },
    get done() {
      return frontier.size === 0
    },
    advance(states) {
      for (let i = 0; i < states && frontier.size > 0; i++) expand()
      return frontier.size === 0
    },
  }
}
