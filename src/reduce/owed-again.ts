// SPDX-License-Identifier: Apache-2.0
import { canEnable } from '#system/enables'
import { conjuncts } from '#system/expression'
import { processesLookedAt, readsOf, writesOf } from '#system/footprint'
import { moversOf } from '#system/moves'
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

/** The transitions that change something a condition looks at. */
type Changers = (condition: Expr) => readonly TransitionId[]

function changersOf({ transitions, processes, variables }: System): Changers {
  const writing = variables.map((): TransitionId[] => [])
  const moving = processes.map((): TransitionId[] => [])
  for (const [id, t] of transitions.entries()) {
    for (const assign of t.effect) for (const v of writesOf(assign)) writing[v]!.push(id)
    for (const p of moversOf(t)) moving[p]!.push(id)
  }
  return (condition) => [
    ...new Set([
      ...[...readsOf(condition)].flatMap((v) => writing[v]!),
      ...[...processesLookedAt(condition)].flatMap((p) => moving[p]!),
    ]),
  ]
}
