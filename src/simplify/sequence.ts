// SPDX-License-Identifier: Apache-2.0
import { conjuncts, eachLeaf, isLocationTest, mapLeaves } from '#system/expression'
import { readsOf, writesOf } from '#system/footprint'
import { isExact } from '#system/interval'
import type { Assign, Expr, System, TransitionId, VarId } from '#system/system'

/** Leaves beyond which an expression is too long: `x := x + x` doubles what is substituted for `x` at every step. */
const longest = 256

/** Transitions one after the other as a single simultaneous step. */
export interface Sequence {
  readonly guard: readonly Expr[]
  readonly effect: readonly Assign[]
}

/**
 * What a path of transitions of one process needs and does as one step, everything in terms of the state before it:
 * what has been assigned is substituted in what reads it later, and so is where the process itself then is. `known` are
 * values that variables have before.
 * `never` if the path contradicts itself; undefined if an element chosen by an index is written and then looked at or
 * written again, so that it is not known here what is read, or if the expressions or what they are worth grow too large.
 */
export function inSequence(
  { transitions, variables }: System,
  path: readonly TransitionId[],
  known: ReadonlyMap<VarId, number>,
): Sequence | 'never' | undefined {
  const now = new Map<VarId, Expr>(known)
  const indexed: Assign[] = []
  const blurred = new Set<VarId>()
  const guard: Expr[] = []
  const clear = (e: Expr): boolean => readsOf(e).isDisjointFrom(blurred)
  for (const id of path) {
    const t = transitions[id]!
    const substitute = (e: Expr): Expr =>
      mapLeaves(e, (leaf) => {
        if (typeof leaf === 'number') return leaf
        if (!isLocationTest(leaf)) return now.get(leaf.v) ?? leaf
        return leaf.process === t.process ? Number(leaf.in.includes(t.from)) : leaf
      })
    if (!t.guard.every(clear)) return undefined
    for (const g of t.guard) guard.push(...conjuncts(substitute(g)))
    if (guard.some((g) => isTooLarge(g, variables))) return undefined
    if (guard.includes(0)) return 'never'
    const after: (readonly [VarId, Expr])[] = []
    const later: Assign[] = []
    const computed: Expr[] = []
    for (const assign of t.effect) {
      const { to, value } = assign
      if (!clear(value) || (typeof to !== 'number' && !clear(to[1]))) return undefined
      if (writesOf(assign).some((v) => blurred.has(v))) return undefined
      const index = typeof to === 'number' ? undefined : substitute(to[1])
      const written = substitute(value)
      computed.push(written, index ?? 0)
      if (typeof to === 'number') after.push([to, written])
      else if (typeof index === 'number') after.push([to[2 + index] as VarId, written])
      else {
        const elements = to.slice(2) as VarId[]
        if (elements.some((v) => now.has(v) && !known.has(v))) return undefined
        later.push({ to: ['at', index!, ...elements], value: written })
      }
    }
    if (after.some(([v]) => later.some((assign) => writesOf(assign).includes(v)))) return undefined
    if (computed.some((e) => isTooLarge(e, variables))) return undefined
    for (const [v, value] of after) now.set(v, value)
    for (const assign of later) for (const v of writesOf(assign)) blurred.add(v)
    indexed.push(...later)
  }
  const written = new Set(path.flatMap((id) => transitions[id]!.effect.flatMap(writesOf)))
  const plain = [...now].flatMap(([v, value]): Assign[] =>
    written.has(v) && !isItself(v, value) ? [{ to: v, value }] : [],
  )
  return { guard: distinct(guard.filter((g) => typeof g === 'object')), effect: [...plain, ...indexed] }
}

/** By what it says, or by what it may be worth on the way: what is substituted knows no range that it was put into. */
function isTooLarge(e: Expr, variables: System['variables']): boolean {
  let leaves = 0
  eachLeaf(e, () => leaves++)
  return leaves > longest || !isExact(e, variables)
}

const isItself = (v: VarId, value: Expr): boolean => typeof value === 'object' && 'v' in value && value.v === v

const distinct = (guard: readonly Expr[]): readonly Expr[] => [
  ...new Map(guard.map((g) => [JSON.stringify(g), g])).values(),
]
