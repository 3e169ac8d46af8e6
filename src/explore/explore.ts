// SPDX-License-Identifier: Apache-2.0
import type { Choice, Expansion, Machine, StateStore } from '#system/machine'
import type { TransitionId } from '#system/system'
import type { Frontier } from './frontier.ts'
import { Graph } from './graph.ts'

/** Watches a search. */
export interface Observer<S> {
  /** A search begins, whose states will be in this store. */
  begin?(store: StateStore<S>): void
  /** All that was fired in a stored state, and where it led. A state is expanded once, unless it is revisited. */
  expanded?(id: number, what: Expansion): void
}

/** Which of the enabled transitions are fired: all of them, or a subset that a reduction has proven enough. */
export type Selector<S> = (state: S, enabled: readonly TransitionId[], id: number) => readonly TransitionId[]

/**
 * Whether to go on from a state that the transition `by` has led to without storing it: the one transition to fire
 * there, or undefined to store the state, which the passage may do itself. It must have some state of every cycle stored.
 */
export type Passage<S> = (state: S, by: TransitionId, store: StateStore<S>) => TransitionId | undefined

export interface Setup<S> {
  readonly machine: Machine<S>
  readonly frontier: Frontier
  readonly select?: Selector<S>
  /** With a selector only. */
  readonly pass?: Passage<S> | undefined
  readonly observers?: readonly Observer<S>[]
  /**
   * `kept`, unless said. `found again`: the graph takes less than half the memory, and searches a second time, where
   * the machine can do that, if somebody asks for an edge. Only without a selector, whose choices nothing repeats.
   */
  readonly edges?: 'kept' | 'found again'
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
export function explore<S>({ machine, frontier, select, pass, observers = [], edges = 'kept' }: Setup<S>): Search<S> {
  const store = machine.store()
  const whole = select === undefined ? store.expand?.bind(store) : undefined
  const graph = new Graph(edges === 'kept' ? undefined : whole)
  let depth = 0

  /** What the selector wants fired. */
  const choice: Choice<S> = (id, listener) => {
    const state = store.get(id)
    const enabled = machine.enabled(state)
    for (const first of select === undefined ? enabled : select(state, enabled, id))
      listener.fired(first, machine.fire(state, first))
  }
  const chosen = pass === undefined ? store.expandChosen?.bind(store) : undefined
  const expansion =
    whole ?? ((id: number) => chosen?.(id, choice) ?? expandedAtOnce({ machine, store, pass }, id, choice))

  const discover = (parent: number, by: TransitionId, at: number): void => {
    frontier.push(graph.states)
    graph.addState(parent, by, at)
  }

  const expand = (): void => {
    const id = frontier.pop()
    depth = graph.depth(id)
    const fired = expansion(id)
    const { transitions, targets, to } = fired
    graph.beginEdges(id)
    graph.addEdges(id, fired)
    // Ids are dense, so a target that the graph does not know is its next state. Most states lead to few of these.
    for (let i = fired.from, known = graph.states; i < to && known < store.size; i++)
      if (targets[i] === known) {
        discover(id, transitions[i]!, depth + 1)
        known++
      }
    for (const observer of observers) observer.expanded?.(id, fired)
  }

  for (const observer of observers) observer.begin?.(store)
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

interface Stored<S> extends Pick<Setup<S>, 'machine' | 'pass'> {
  readonly store: StateStore<S>
}

/** What is chosen in a state, each transition and on as far as the passage goes, what that leads to stored right away. */
function expandedAtOnce<S>({ machine, store, pass }: Stored<S>, id: number, choice: Choice<S>): Expansion {
  const [transitions, targets, rests]: [TransitionId[], number[], TransitionId[][]] = [[], [], []]
  choice(id, {
    fired(transition, next) {
      let end = next
      const rest: TransitionId[] = []
      for (let by = pass?.(end, transition, store); by !== undefined; by = pass?.(end, by, store)) {
        rest.push(by)
        end = machine.fire(end, by)
      }
      transitions.push(transition)
      targets.push(store.add(end))
      rests.push(rest)
    },
  })
  return { transitions, targets, from: 0, to: transitions.length, ...(pass && { rests }) }
}
