// SPDX-License-Identifier: Apache-2.0
import { conjuncts, eachLeaf, isLocationTest } from '#system/expression'
import type { Expr, System, VarId } from '#system/system'
import { evaluateKnown, type Known } from './three-valued.ts'

/** Combinations of values that are tried before the answer is no. */
const most = 4_096

/** Whether one of the guards holds whatever the values are that a process does not know: then it never waits there. */
export function coversEverything(
  guards: readonly (readonly Expr[])[],
  known: Known,
  { variables }: Pick<System, 'variables'>,
): boolean {
  const open = new Set<VarId>()
  let decidable = true
  for (const e of guards.flat().flatMap(conjuncts))
    eachLeaf(e, (leaf) => {
      if (typeof leaf === 'number') return
      if (isLocationTest(leaf)) decidable &&= known.test(leaf) !== undefined
      else if (known.value(leaf.v) === undefined) open.add(leaf.v)
    })
  const ids = [...open]
  const sizes = ids.map((v) => variables[v]!.max - variables[v]!.min + 1)
  if (!decidable || sizes.reduce((product, size) => product * size, 1) > most) return false
  const values = new Map(ids.map((v) => [v, variables[v]!.min]))
  const guess: Known = { value: (v) => values.get(v) ?? known.value(v), test: (at) => known.test(at) }
  for (;;) {
    if (!guards.some((guard) => guard.every((g) => (evaluateKnown(g, guess) ?? 0) !== 0))) return false
    const next = ids.find((v) => values.get(v)! < variables[v]!.max)
    if (next === undefined) return true
    for (const v of ids.slice(0, ids.indexOf(next))) values.set(v, variables[v]!.min)
    values.set(next, values.get(next)! + 1)
  }
}
