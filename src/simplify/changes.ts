// SPDX-License-Identifier: Apache-2.0
import { isApplication, isVarRead } from '#system/expression'
import { interval, type Interval } from '#system/interval'
import type { Expr, System, Transition, VarId } from '#system/system'
import { narrow, type Box } from './box.ts'
import { linear } from './linear-form.ts'

/** By how much a transition changes variables, at least and at most; variables that are not named stay as they are. */
export type Change = ReadonlyMap<VarId, Interval>

/**
 * What each transition changes wherever it is enabled: exact where it adds a constant; otherwise what the range of the
 * variable and the guard allow. Undefined for one whose guard is never true.
 */
export const changesOf = (system: System): readonly (Change | undefined)[] =>
  system.transitions.map((transition) => changeOf(transition, system))

function changeOf({ guard, effect }: Transition, { variables }: System): Change | undefined {
  const box: Box = new Map()
  if (!narrow(box, guard, variables)) return undefined
  const change = new Map<VarId, Interval>()
  for (const { to, value } of effect) {
    const elements = typeof to === 'number' ? [to] : (to.slice(2) as VarId[])
    for (const v of elements) {
      const by = difference(v, value, box, variables)
      // Of several assignments that may write to an element, one does.
      const others = [...(elements.length === 1 ? [] : [{ lo: 0, hi: 0 }]), ...(change.has(v) ? [change.get(v)!] : [])]
      change.set(v, {
        lo: Math.min(by.lo, ...others.map(({ lo }) => lo)),
        hi: Math.max(by.hi, ...others.map(({ hi }) => hi)),
      })
    }
  }
  return change
}

/** By how much a value differs from what the variable that it is assigned to is worth. */
function difference(v: VarId, value: Expr, box: Box, variables: System['variables']): Interval {
  const exact = linear(value)
  if (exact?.terms.size === 1 && exact.terms.get(v) === 1) return { lo: exact.constant, hi: exact.constant }
  const { min, max } = variables[v]!
  const now = box.get(v) ?? { lo: min, hi: max }
  const { lo, hi } = relative(v, value, box, variables) ?? minus(interval(value, variables, box), now)
  // Both the old value and the new one are in range.
  return { lo: Math.max(lo, min - now.hi), hi: Math.min(hi, max - now.lo) }
}

/** Of `v + e` and `v - e` it is what `e` can be. */
function relative(v: VarId, value: Expr, box: Box, variables: System['variables']): Interval | undefined {
  if (!isApplication(value)) return undefined
  const [op, a, b] = value
  if (op === '+' && isVarRead(b!) && b.v === v) return interval(a!, variables, box)
  if (!isVarRead(a!) || a.v !== v) return undefined
  if (op === '+') return interval(b!, variables, box)
  return op === '-' ? minus({ lo: 0, hi: 0 }, interval(b!, variables, box)) : undefined
}

/** Of numbers in the one and in the other, what the difference can be. */
const minus = (a: Interval, b: Interval): Interval => ({ lo: a.lo - b.hi, hi: a.hi - b.lo })
