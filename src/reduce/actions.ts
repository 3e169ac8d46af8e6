// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, evaluator, isLocationTest, isVarRead, not } from '#system/expression'
import { footprint } from '#system/footprint'
import type { Expr, ProcessId, System, TransitionId, VarId } from '#system/system'

/** A valuation of variables, by their id; doubles, since a range may end at 2^31. Locations are looked at elsewhere. */
export type Valuation = Float64Array

/** A conjunct of a guard with what it looks at. */
export interface Conjunct {
  readonly expr: Expr
  readonly reads: ReadonlySet<VarId>
  readonly locationsOf: ReadonlySet<ProcessId>
  /** False for a valuation in which it is false; conjuncts that look at locations count as true. */
  readonly holds: (valuation: Valuation) => boolean
}

/** A transition as the relations between transitions see it. */
export interface Action {
  readonly id: TransitionId
  /** Its process and the partners of a rendezvous. */
  readonly movers: readonly ProcessId[]
  /** Guard, and that no handler runs on top of a mover. */
  readonly conjuncts: readonly Conjunct[]
  readonly reads: ReadonlySet<VarId>
  readonly writes: ReadonlySet<VarId>
  readonly locationsOf: ReadonlySet<ProcessId>
  /** What it writes depends on where processes are, which no valuation of variables tells. */
  readonly opaque: boolean
  /** Fires it, unless it is opaque: reads everything, then writes. */
  readonly fire: (valuation: Valuation) => void
}

const reader = {
  value: (valuation: Valuation, v: VarId): number => valuation[v]!,
  location: (): number => 0,
}

/** Turns every transition into an action, once. */
export const actionsOf = (system: System): readonly Action[] =>
  system.transitions.map(({ process, joint = [], guard, effect }, id): Action => {
    const movers = [process, ...joint.map((move) => move.process)]
    const suspended = movers.flatMap((p) => system.processes[p]!.suspended.map(({ when }) => not(when)))
    const writes = effect.map(({ to, value }) => {
      const of = evaluator(value, reader)
      if (typeof to === 'number') return { target: (): VarId => to, of }
      const [, index, ...elements] = to
      const at = evaluator(index, reader)
      return { target: (valuation: Valuation): VarId => elements[at(valuation)] as VarId, of }
    })
    const { reads, writes: written, readsLocationOf } = footprint(system, id)
    return {
      id,
      movers,
      conjuncts: [...guard, ...suspended].map(conjunctOf),
      reads,
      writes: written,
      locationsOf: readsLocationOf,
      opaque: effect.some(
        ({ to, value }) => looksAtLocations(value) || (typeof to !== 'number' && looksAtLocations(to[1])),
      ),
      fire(valuation) {
        const assigned = writes.map(({ target, of }) => [target(valuation), of(valuation)] as const)
        for (const [v, value] of assigned) valuation[v] = value
      },
    }
  })

function looksAtLocations(expr: Expr): boolean {
  let looks = false
  eachLeaf(expr, (leaf) => {
    looks ||= isLocationTest(leaf)
  })
  return looks
}

function conjunctOf(expr: Expr): Conjunct {
  const reads = new Set<VarId>()
  const locationsOf = new Set<ProcessId>()
  eachLeaf(expr, (leaf) => {
    if (isVarRead(leaf)) reads.add(leaf.v)
    if (isLocationTest(leaf)) locationsOf.add(leaf.process)
  })
  const value = evaluator(expr, reader)
  return { expr, reads, locationsOf, holds: locationsOf.size > 0 ? () => true : (valuation) => value(valuation) !== 0 }
}

/** Whether every conjunct holds that a valuation of variables can decide. */
export const possible = ({ conjuncts }: Action, valuation: Valuation): boolean =>
  conjuncts.every(({ holds }) => holds(valuation))
