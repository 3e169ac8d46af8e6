// SPDX-License-Identifier: Apache-2.0
import { decide } from '#lockdep/paths/decide'
import type { LocalGraph, LocalNode } from '#lockdep/paths/local-graph'
import { evaluateKnown, type LocalKnowledge } from '#lockdep/paths/three-valued'
import { and, eachLeaf, isLocationTest, or } from '#system/expression'
import type { Expr, System, TransitionId, VarId } from '#system/system'

/** Plain variables as events: a step waits for one whose value its process does not know, another writes it. */
export class VariableEvents {
  readonly #system: System
  readonly #blocking: ReadonlySet<LocalNode>
  /** What is waited for at blocking nodes, by the variables in it; a process may come to a step with a thousand values. */
  readonly #guards = new Map<VarId, Set<readonly Expr[]>>()
  /** By variable and value, whether writing it can let go on whoever waits. */
  readonly #enabling = new Map<VarId, Map<number | undefined, boolean>>()

  constructor(system: System, graphs: readonly LocalGraph[]) {
    this.#system = system
    this.#blocking = new Set(graphs.flatMap(({ nodes }) => nodes).filter((node) => this.#mayBlock(node)))
    const waiting = new Set([...this.#blocking].flatMap(({ edges }) => edges.map(({ transition }) => transition)))
    for (const id of waiting) {
      const { guard } = system.transitions[id]!
      for (const v of variablesOf(guard)) this.#guards.set(v, (this.#guards.get(v) ?? new Set()).add(guard))
    }
  }

  /** The names of the variables that a step of the node waits for. */
  waitedFor(node: LocalNode, transition: TransitionId): readonly string[] {
    if (!this.#blocking.has(node)) return []
    const { guard } = this.#system.transitions[transition]!
    return this.#names(variablesOf(guard).filter((v) => this.#isPlain(v) && node.known.value(v) === undefined))
  }

  /** The names of the variables that a step writes such that whoever waits for them may go on. */
  broughtAbout(node: LocalNode, transition: TransitionId): readonly string[] {
    const { effect } = this.#system.transitions[transition]!
    return effect.flatMap(({ to, value }) => {
      const written = evaluateKnown(value, node.known)
      const targets = typeof to === 'number' ? [to] : (to.slice(2) as VarId[])
      return this.#names(targets.filter((v) => this.#isPlain(v) && this.#canEnable(v, written)))
    })
  }

  /** Only plain steps leave it, and it may be that none of them can be taken. */
  #mayBlock({ edges, known }: LocalNode): boolean {
    const { transitions, origins } = this.#system
    const steps = edges.map(({ transition }) => transitions[transition]!).filter(({ fault }) => fault === undefined)
    const plain = steps.every(({ origin }) => origins[origin]!.primitive === '')
    return plain && decide(or(...steps.map(({ guard }) => and(...guard))), known, this.#system) !== 'always'
  }

  /** A variable of the model that several processes can see. */
  #isPlain(v: VarId): boolean {
    const { object, owner } = this.#system.variables[v]!
    return object === undefined && owner === undefined
  }

  /** Whether writing the value can let go on whoever waits for the variable somewhere. */
  #canEnable(variable: VarId, written: number | undefined): boolean {
    const known = this.#enabling.get(variable) ?? new Map<number | undefined, boolean>()
    this.#enabling.set(variable, known)
    const there: LocalKnowledge = { value: (v) => (v === variable ? written : undefined), test: () => undefined }
    const can =
      known.get(written) ??
      [...(this.#guards.get(variable) ?? [])].some((guard) => guard.every((g) => evaluateKnown(g, there) !== 0))
    known.set(written, can)
    return can
  }

  #names(variables: readonly VarId[]): readonly string[] {
    return variables.map((v) => this.#system.variables[v]!.name)
  }
}

function variablesOf(guard: readonly Expr[]): readonly VarId[] {
  const found = new Set<VarId>()
  for (const e of guard)
    eachLeaf(e, (leaf) => {
      if (typeof leaf !== 'number' && !isLocationTest(leaf)) found.add(leaf.v)
    })
  return [...found]
}
