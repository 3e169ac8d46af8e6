// SPDX-License-Identifier: Apache-2.0
import { applyOperator, isLocationTest, isVarRead } from '#system/expression'
import type { Expr, LocationTest, VarId } from '#system/system'

/** What a process can know by itself; undefined is what depends on others. */
export interface LocalKnowledge {
  value(variable: VarId): number | undefined
  test(location: LocationTest): number | undefined
}

/** Kleene's strong three-valued evaluation: a value only if it is the same whatever the unknown parts are. */
export function evaluateKnown(e: Expr, known: LocalKnowledge): number | undefined {
  if (typeof e === 'number') return e
  if (isVarRead(e)) return known.value(e.v)
  if (isLocationTest(e)) return known.test(e)
  const [op, ...operands] = e
  const at = (i: number): number | undefined => evaluateKnown(operands[i]!, known)
  switch (op) {
    case 'and':
    case 'or': {
      const decides = op === 'or'
      let all = true
      for (const operand of operands) {
        const value = evaluateKnown(operand, known)
        if (value === undefined) all = false
        else if ((value !== 0) === decides) return Number(decides)
      }
      return all ? Number(!decides) : undefined
    }
    case 'if': {
      const condition = at(0)
      if (condition !== undefined) return condition !== 0 ? at(1) : at(2)
      const [then, otherwise] = [at(1), at(2)]
      return then === otherwise ? then : undefined
    }
    case 'at': {
      const index = at(0)
      return index === undefined || operands[index + 1] === undefined ? undefined : at(index + 1)
    }
    default: {
      const [a, b] = [at(0), operands.length > 1 ? at(1) : 0]
      if (a === undefined || b === undefined) return op === '*' && (a === 0 || b === 0) ? 0 : undefined
      if ((op === '/' || op === '%') && b === 0) return undefined
      return applyOperator(op, a, b)
    }
  }
}
