// SPDX-License-Identifier: Apache-2.0
import { changersOf, type Changers } from '#system/changers'
import { canEnable, canHoldAfter } from '#system/enables'
import { not } from '#system/expression'
import type { Machine } from '#system/machine'
import { isEscape, type Debt, type Process, type System } from '#system/system'
import { ProcessClosure } from './process-closure.ts'
import { Reach } from './reach.ts'
import type { StubbornSets } from './stubborn-sets.ts'
import { isNetLike, TransitionClosure } from './transition-closure.ts'

/**
 * Why a system cannot be searched with stubborn sets, or undefined if it can (docs/theory.md 4): the proofs do not cover
 * stuckness that is judged without some steps, nor cycles where sets are closed over single transitions.
 */
export function whyNotReduced(system: System): string | undefined {
  const tagged = system.transitions.find(({ tag }) => tag !== undefined)
  if (tagged !== undefined)
    return isEscape(tagged.tag)
      ? 'a wait may be given up, and what only that ends is judged without it'
      : 'it has steps that may happen but that nobody relies on'
  const changing = changersOf(system)
  const together = system.debts.find((debt) => !isPaidByOne(debt, system, changing))
  if (together !== undefined)
    return `a step that pays what '${together.object}' owes may do so or not, by what others have done, and only that a step can come is preserved`
  const retries = isNetLike(system) ? whoRetries(system) : undefined
  return (
    retries &&
    `'${retries.name}' may retry a failed attempt for ever, and loops are not preserved where one location is left in several ways and not left`
  )
}

/**
 * Sets closed over single transitions for nets, closed over processes for all else: also for what only a rewriting has made
 * a net of, if somebody may retry for ever in it.
 */
export const stubbornSets = <S>(machine: Machine<S>): StubbornSets<S> =>
  isNetLike(machine.system) && whoRetries(machine.system) === undefined
    ? new TransitionClosure(machine)
    : new ProcessClosure(machine)

/**
 * Whether a debt can be paid if and only if a transition can be fired that pays it: one that ever does always does. What
 * stubborn sets preserve is whether a transition can be fired, not in which of the states in which it can.
 */
const isPaidByOne = ({ owed }: Debt, system: System, changing: Changers): boolean =>
  changing(owed).every((id) => !canEnable(system, id, not(owed)) || !canHoldAfter(system, id, owed))

/** Somebody who may retry a failed attempt for ever. */
function whoRetries(system: System): Process | undefined {
  const retries = system.transitions.filter(({ retry }) => retry === true)
  if (retries.length === 0) return undefined
  const reach = new Reach(system)
  const found = retries.find(({ process, from, to }) => reach.mayCome(process, to, from))
  return found && system.processes[found.process]
}
