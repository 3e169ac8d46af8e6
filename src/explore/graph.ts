// SPDX-License-Identifier: Apache-2.0
import { InternalError, invariant } from '#base/assert'
import { FencecheckError } from '#base/errors'
import { thousands } from '#base/text'
import type { TransitionId } from '#system/system'
import { Ints } from './ints.ts'

/** Where the edges of a state begin is a signed 32-bit integer. */
const maxEdges = 2 ** 31 - 1

const none: readonly TransitionId[] = []

/**
 * The explored part of a state graph: by which transition each state was first reached, and every edge. States are
 * named by their ids in the store; the edges of a state lie together.
 */
export class Graph {
  /** First predecessor of each state, -1 for the initial one, and the transition from there. */
  readonly #parent = new Ints()
  readonly #by: Ints
  readonly #depth = new Ints()
  readonly #first = new Ints()
  readonly #count: Ints
  readonly #targets = new Ints()
  readonly #transitions: Ints
  /** Where an edge stands for several transitions: where the further ones begin, by edge, and themselves. */
  #chains: { readonly begin: Ints; readonly steps: Ints } | undefined
  readonly #maxTransition: number
  /** Edges of states whose edges were given anew. */
  #dropped = 0

  /** @param transitions how many there are; fewer take less memory */
  constructor(transitions = Infinity) {
    this.#maxTransition = transitions
    this.#by = new Ints(transitions)
    this.#count = new Ints(transitions)
    this.#transitions = new Ints(transitions)
  }

  /** Bytes of everything it keeps. */
  get bytes(): number {
    const { begin, steps } = this.#chains ?? {}
    return [this.#parent, this.#by, this.#depth, this.#first, this.#count, this.#targets, this.#transitions]
      .concat(begin ?? [], steps ?? [])
      .reduce((bytes, ints) => bytes + ints.bytes, 0)
  }

  get states(): number {
    return this.#parent.length
  }

  get edges(): number {
    return this.#targets.length - this.#dropped
  }

  /** States that were passed through unstored, once for each time. */
  get passed(): number {
    return this.#chains?.steps.length ?? 0
  }

  /** Registers a state; ids are given in this order. */
  addState(parent: number, by: TransitionId, depth: number): void {
    this.#parent.push(parent)
    this.#by.push(Math.max(0, by))
    this.#depth.push(depth)
    this.#first.push(-1)
    this.#count.push(0)
  }

  /** From here on edges belong to `state`; those that it had are gone. */
  beginEdges(state: number): void {
    this.#dropped += this.#count.at(state)
    this.#count.set(state, 0)
    this.#first.set(state, this.#targets.length)
  }

  addEdge(state: number, transition: TransitionId, target: number): void {
    this.addEdges(state, [transition], [target])
  }

  /**
   * Adds an edge for each transition; the targets are as many, and may be followed by anything. `rests` are the further
   * transitions that each edge stands for; a graph has them for all its edges or for none.
   */
  addEdges(
    state: number,
    transitions: readonly TransitionId[],
    targets: ArrayLike<number>,
    rests?: readonly (readonly TransitionId[])[],
  ): void {
    if (this.#targets.length > maxEdges - transitions.length)
      throw new FencecheckError('too-large', `more than ${thousands(maxEdges)} transitions cannot be stored`, {
        fix: 'choose smaller parameters, or set --max-states',
      })
    for (let i = 0; i < transitions.length; i++) {
      this.#targets.push(targets[i]!)
      this.#transitions.push(transitions[i]!)
    }
    if (rests !== undefined) this.#addRests(rests)
    this.#count.set(state, this.#count.at(state) + transitions.length)
  }

  #addRests(rests: readonly (readonly TransitionId[])[]): void {
    const { begin, steps } = (this.#chains ??= { begin: new Ints(), steps: new Ints(this.#maxTransition) })
    for (const rest of rests) {
      begin.push(steps.length)
      for (const transition of rest) steps.push(transition)
    }
  }

  /** Whether all edges of the state are there; false for states that a limit left in the frontier. */
  expanded(state: number): boolean {
    return this.#first.at(state) >= 0
  }

  /** What a state leads to counts as not known. */
  forget(state: number): void {
    this.#first.set(state, -1)
    this.#dropped += this.#count.at(state)
    this.#count.set(state, 0)
  }

  depth(state: number): number {
    return this.#depth.at(state)
  }

  degree(state: number): number {
    return this.#count.at(state)
  }

  /** The state that edge `i` of `state` leads to. */
  target(state: number, i: number): number {
    return this.#targets.at(this.#first.at(state) + i)
  }

  /** The transition that edge `i` of `state` fires, the first one if it stands for several. */
  transition(state: number, i: number): TransitionId {
    return this.#transitions.at(this.#first.at(state) + i)
  }

  /** The transitions after the first that an edge stands for; none where no chain is compressed. */
  rest(state: number, i: number): readonly TransitionId[] {
    if (this.#chains === undefined) return none
    const { begin, steps } = this.#chains
    const edge = this.#first.at(state) + i
    const [from, to] = [begin.at(edge), edge + 1 < begin.length ? begin.at(edge + 1) : steps.length]
    return from === to ? none : Array.from({ length: to - from }, (_, k) => steps.at(from + k))
  }

  /** The transitions from the initial state to this one, along first predecessors. */
  path(state: number): readonly TransitionId[] {
    const path: TransitionId[] = []
    for (let s = state, parent = this.#parent.at(s); parent >= 0; s = parent, parent = this.#parent.at(s)) {
      path.push(...this.#restTo(parent, s).toReversed(), this.#by.at(s))
    }
    invariant(path.length >= this.#depth.at(state), 'depth is at most the length of a path')
    return path.toReversed()
  }

  /** The transitions after the first on the edge by which a state was first reached. */
  #restTo(parent: number, state: number): readonly TransitionId[] {
    if (this.#chains === undefined) return none
    for (let i = 0; i < this.degree(parent); i++)
      if (this.target(parent, i) === state && this.transition(parent, i) === this.#by.at(state))
        return this.rest(parent, i)
    throw new InternalError('internal error: the edge by which a state was found is gone')
  }
}
