// SPDX-License-Identifier: Apache-2.0
import { InternalError, invariant } from '#base/assert'
import { FencecheckError } from '#base/errors'
import { thousands } from '#base/text'
import type { Expansion } from '#system/machine'
import type { TransitionId } from '#system/system'
import { Ints } from './ints.ts'

/** Where the edges of a state begin is a signed 32-bit integer. */
const maxEdges = 2 ** 31 - 1

/** Depth from which on a path along first predecessors is taken for long, as a depth-first search makes them. */
const longPath = 200

const none: readonly TransitionId[] = []

/**
 * The explored part of a state graph: by which transition each state was first reached, and every edge. States are
 * named by their ids in the store; the edges of a state lie together.
 */
export class Graph {
  /** First predecessor of each state, -1 for the initial one, and the transition from there. */
  readonly #parent = new Ints()
  readonly #by = new Ints()
  readonly #depth = new Ints()
  /** One more than the edges of each state; 0 where they are not known. */
  readonly #count = new Ints()
  #edges = 0
  /** Where the edges of each state begin, and the edges; of states whose edges were given anew there are dead ones. */
  readonly #first = new Ints()
  readonly #targets = new Ints()
  readonly #transitions = new Ints()
  /** Where edges stand for several transitions: where the further ones begin, by edge, and themselves. */
  #chains: { readonly begin: Ints; readonly steps: Ints } | undefined
  /** Gives the edges of a state once more, as long as none are kept. */
  #again: ((state: number) => Expansion) | undefined

  /**
   * @param again gives the edges of a state a second time: they are then not kept, but found again, all of them, when
   * one is asked for
   */
  constructor(again?: (state: number) => Expansion) {
    this.#again = again
  }

  /** Bytes of everything it keeps. */
  get bytes(): number {
    const { begin, steps } = this.#chains ?? {}
    return [this.#parent, this.#by, this.#depth, this.#count, this.#first, this.#targets, this.#transitions]
      .concat(begin ?? [], steps ?? [])
      .reduce((bytes, ints) => bytes + ints.bytes, 0)
  }

  get states(): number {
    return this.#parent.length
  }

  get edges(): number {
    return this.#edges
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
    this.#count.push(0)
    if (this.#again === undefined) this.#first.push(0)
  }

  /** From here on edges belong to `state`; those that it had are gone. */
  beginEdges(state: number): void {
    this.#edges -= this.degree(state)
    this.#count.set(state, 1)
    if (this.#again === undefined) this.#first.set(state, this.#targets.length)
  }

  addEdge(state: number, transition: TransitionId, target: number): void {
    this.addEdges(state, { transitions: [transition], targets: [target], from: 0, to: 1 })
  }

  /** Adds an edge for each transition. */
  addEdges(state: number, edges: Expansion): void {
    const added = edges.to - edges.from
    this.#edges += added
    this.#count.set(state, this.#count.at(state) + added)
    if (this.#again === undefined) this.#keep(edges)
  }

  #keep({ transitions, targets, from, to, rests }: Expansion): void {
    if (this.#targets.length > maxEdges - (to - from))
      throw new FencecheckError('too-large', `more than ${thousands(maxEdges)} transitions cannot be stored`, {
        fix: 'choose smaller parameters, or set --max-states',
      })
    this.#targets.pushAll(targets, from, to)
    this.#transitions.pushAll(transitions, from, to)
    if (rests === undefined) return
    const { begin, steps } = (this.#chains ??= { begin: new Ints(), steps: new Ints() })
    for (let i = from; i < to; i++) {
      begin.push(steps.length)
      for (const transition of rests[i]!) steps.push(transition)
    }
  }

  #findAgain(again: (state: number) => Expansion): void {
    this.#again = undefined
    for (let state = 0; state < this.states; state++) {
      this.#first.push(this.#targets.length)
      if (this.expanded(state)) this.#keep(again(state))
    }
  }

  /** Whether all edges of the state are there; false for states that a limit left in the frontier. */
  expanded(state: number): boolean {
    return this.#count.at(state) > 0
  }

  /** What a state leads to counts as not known. */
  forget(state: number): void {
    this.#edges -= this.degree(state)
    this.#count.set(state, 0)
  }

  depth(state: number): number {
    return this.#depth.at(state)
  }

  degree(state: number): number {
    return Math.max(0, this.#count.at(state) - 1)
  }

  /** Whether some edge fires one of these transitions, on its way or first; edges that were given anew count as well. */
  firesAny(some: ReadonlySet<TransitionId>): boolean {
    const all = [this.#transitions, this.#chains?.steps ?? new Ints()]
    return some.size > 0 && all.some((fired) => fired.some((transition) => some.has(transition)))
  }

  /** The state that edge `i` of `state` leads to. */
  target(state: number, i: number): number {
    if (this.#again !== undefined) this.#findAgain(this.#again)
    return this.#targets.at(this.#first.at(state) + i)
  }

  /** The transition that edge `i` of `state` fires, the first one if it stands for several. */
  transition(state: number, i: number): TransitionId {
    if (this.#again !== undefined) this.#findAgain(this.#again)
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

  /** The transitions from the initial state to this one, along first predecessors; where that is a long way, the shortest way known. */
  path(state: number): readonly TransitionId[] {
    return this.#depth.at(state) > longPath && this.#again === undefined
      ? this.#shortest(state)
      : this.#alongFirst(state)
  }

  #shortest(state: number): readonly TransitionId[] {
    const [from, by] = [new Int32Array(this.states).fill(-1), new Int32Array(this.states)]
    from[0] = 0
    const found = [0]
    for (const at of found) {
      if (at === state) break
      for (let edge = 0; edge < this.degree(at); edge++) {
        const target = this.target(at, edge)
        if (from[target] !== -1) continue
        from[target] = at
        by[target] = edge
        found.push(target)
      }
    }
    if (from[state] === -1) return this.#alongFirst(state)
    const path: TransitionId[] = []
    for (let at = state; at !== 0; at = from[at]!)
      path.push(...this.rest(from[at]!, by[at]!).toReversed(), this.transition(from[at]!, by[at]!))
    return path.toReversed()
  }

  #alongFirst(state: number): readonly TransitionId[] {
    const path: TransitionId[] = []
    for (let s = state, parent = this.#parent.at(s); parent >= 0; s = parent, parent = this.#parent.at(s))
      path.push(...this.#restTo(parent, s).toReversed(), this.#by.at(s))
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
