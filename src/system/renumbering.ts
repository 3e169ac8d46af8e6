// SPDX-License-Identifier: Apache-2.0
import { conjuncts, isLocationTest, mapLeaves } from './expression.ts'
import type { Assign, Expr, System, Target, Transition, TransitionId, VarId } from './system.ts'

/** A system without some of its variables, which are taken for constants: what reads one reads its start value. */
export class Renumbering {
  /** The variable that a variable has become; undefined if it is left out. */
  readonly variables: readonly (VarId | undefined)[]
  readonly #system: System
  /** The steps of a call share most of their conditions. */
  readonly #known = new Map<Expr, Expr>()

  constructor(system: System, keeps: (v: VarId) => boolean) {
    let kept = 0
    this.variables = system.variables.map((_, v) => (keeps(v) ? kept++ : undefined))
    this.#system = system
  }

  expr(e: Expr): Expr {
    const made =
      this.#known.get(e) ??
      mapLeaves(e, (leaf) => {
        if (typeof leaf === 'number' || isLocationTest(leaf)) return leaf
        const v = this.variables[leaf.v]
        return v === undefined ? this.#system.variables[leaf.v]!.init : { v }
      })
    this.#known.set(e, made)
    return made
  }

  /** The conjuncts that are left to be asked; 0 alone if one is never true. */
  guard(guard: readonly Expr[]): readonly Expr[] {
    const left = guard.flatMap((g) => conjuncts(this.expr(g)))
    return left.includes(0) ? [0] : left.filter((g) => typeof g === 'object')
  }

  /** Of an assignment to what is kept. */
  assign({ to, value }: Assign): Assign {
    return { to: this.#target(to), value: this.expr(value) }
  }

  /**
   * The system with these transitions, which are renumbered already.
   * @param paidBy which of them the transitions of a debt have become
   */
  system(
    transitions: readonly Transition[],
    paidBy: (before: readonly TransitionId[]) => readonly TransitionId[],
  ): System {
    const system = this.#system
    return {
      ...system,
      variables: system.variables.filter((_, v) => this.variables[v] !== undefined),
      transitions,
      processes: system.processes.map((process) => ({ ...process, suspended: this.#possible(process.suspended) })),
      debts: system.debts.map((debt) => ({ ...debt, owed: this.expr(debt.owed), paidBy: paidBy(debt.paidBy) })),
      holds: this.#possible(system.holds),
      symmetries: system.symmetries.map((symmetry) => ({
        ...symmetry,
        copies: symmetry.copies.map((copy) => ({
          ...copy,
          variables: copy.variables.flatMap((v) => this.variables[v] ?? []),
        })),
      })),
    }
  }

  #possible<T extends { readonly when: Expr }>(all: readonly T[]): readonly T[] {
    return all.map((one) => ({ ...one, when: this.expr(one.when) })).filter(({ when }) => when !== 0)
  }

  #target(to: Target): Target {
    if (typeof to === 'number') return this.variables[to]!
    return ['at', this.expr(to[1]), ...(to.slice(2) as VarId[]).map((v) => this.variables[v]!)]
  }
}
