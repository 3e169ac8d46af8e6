// SPDX-License-Identifier: Apache-2.0
import type { Machine, StateStore } from '#system/machine'
import type { TransitionId } from '#system/system'
import type { Frontier } from './frontier.ts'
import { Graph } from './graph.ts'

/** Watches a search. Whatever a property needs to know of a state it notes here, while the state is at hand. */
export interface Observer<S> {
  /** A state is about to be expanded. Ids are dense; a state is expanded once, unless it is revisited. */
  expand?(id: number, state: S, enabled: readonly TransitionId[]): void
  /** A transition was fired on the way from one stored state to another. */
  fire?(from: number, transition: TransitionId, to: number): void
}

/** Which of the enabled transitions are fired: all of them, or a subset that a reduction has proven enough. */
export type Selector<S> = (state: S, enabled: readonly TransitionId[], id: number) => readonly TransitionId[]

/**
 * Whether to go on from a state that the transition `by` has led to without storing it: the one transition to fire
 * there, or undefined to store the state. It must store some state of every cycle.
 */
export type Passage<S> = (state: S, by: TransitionId) => TransitionId | undefined

export interface Setup<S> {
  readonly machine: Machine<S>
  readonly frontier: Frontier
  readonly select?: Selector<S>
  readonly pass?: Passage<S> | undefined
  readonly observers?: readonly Observer<S>[]
}

/** A search under way. `advance` does a bounded amount of it, so that the caller can look at clocks and signals. */
export interface Search<S> {
  readonly graph: Graph
  readonly store: StateStore<S>
  readonly frontier: Frontier
  /** Depth of the state that was expanded last. */
  readonly depth: number
  readonly done: boolean
  /** Expands up to `states` states; returns true once every reachable state is expanded. */
  advance(states: number): boolean
  /** Has states expanded again: the selector has changed its mind about them. */
  revisit(ids: readonly number[]): void
}

/** **The** search loop. Depth-first, breadth-first, reduced or full differ in a frontier, a selector and a passage. */
export function explore<S>({ machine, frontier, select, pass, observers = [] }: Setup<S>): Search<S> {
  const graph = new Graph(machine.system.transitions.length)
  const store = machine.store()
  let depth = 0

  const successors = (state: S, transitions: readonly TransitionId[]): ArrayLike<number> =>
    store.addSuccessors?.(state, transitions) ?? transitions.map((t) => store.add(machine.fire(state, t)))

  /** Fires a transition, and on until a state is to be stored; what was fired besides goes to `rest`. */
  const follow = (from: S, first: TransitionId, goOn: Passage<S>, rest: TransitionId[]): number => {
    let state = machine.fire(from, first)
    for (let next = goOn(state, first); next !== undefined; next = goOn(state, next)) {
      rest.push(next)
      state = machine.fire(state, next)
    }
    return store.add(state)
  }

  const discover = (parent: number, by: TransitionId, at: number): void => {
    frontier.push(graph.states)
    graph.addState(parent, by, at)
  }

  const expand = (): void => {
    const id = frontier.pop()
    const state = store.get(id)
    depth = graph.depth(id)
    const enabled = machine.enabled(state)
    for (const observer of observers) observer.expand?.(id, state, enabled)
    const fired = select === undefined ? enabled : select(state, enabled, id)
    const rests = pass === undefined ? undefined : fired.map((): TransitionId[] => [])
    const targets =
      pass === undefined ? successors(state, fired) : fired.map((t, i) => follow(state, t, pass, rests![i]!))
    graph.beginEdges(id)
    graph.addEdges(id, fired, targets, rests)
    // Ids are dense, so a target that the graph does not know is its next state.
    for (let i = 0; i < fired.length; i++) if (targets[i] === graph.states) discover(id, fired[i]!, depth + 1)
    for (const observer of observers)
      if (observer.fire !== undefined)
        for (let i = 0; i < fired.length; i++) {
          observer.fire(id, fired[i]!, targets[i]!)
          for (const transition of rests?.[i] ?? []) observer.fire(id, transition, targets[i]!)
        }
  }

  store.add(machine.initial())
  discover(-1, -1, 0)
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
    revisit(ids) {
      for (const id of ids) frontier.push(id)
    },
  }
}
