// SPDX-License-Identifier: Apache-2.0
import { changersOf, type Changers } from '#system/changers'
import { canEnable } from '#system/enables'
import { conjuncts } from '#system/expression'
import type { Debt, Expr, System, TransitionId } from '#system/system'

/**
 * The transitions by which something may come to be owed that has been owed before. A fence is owed once: what has been
 * published stays so, and nothing takes a signal back. That is so of a debt if a part of its condition, once true, stays
 * true, and no transition makes the whole of it true where that part is; or if no transition makes it true at all.
 */
export function owedAgain(system: System): ReadonlySet<TransitionId> {
  const changing = changersOf(system)
  return new Set(system.debts.flatMap((debt) => owedAgainOf(debt, system, changing)))
}

function owedAgainOf({ owed }: Debt, system: System, changing: Changers): readonly TransitionId[] {
  const makes = changing(owed).filter((id) => canEnable(system, id, owed))
  if (makes.length === 0) return []
  const isOnce = conjuncts(owed).some(
    (part) =>
      changing(part).every((id) => !canEnable(system, id, ['!', part])) &&
      makes.every((id) => !canEnable(where(part, id, system), id, owed)),
  )
  return isOnce ? [] : makes
}

/** The system, one transition of which is possible only where a condition holds. */
const where = (condition: Expr, id: TransitionId, system: System): System => {
  const transition = system.transitions[id]!
  return {
    ...system,
    transitions: system.transitions.with(id, { ...transition, guard: [...transition.guard, condition] }),
  }
}
