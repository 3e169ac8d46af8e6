// SPDX-License-Identifier: Apache-2.0
import { isEscape, type System } from '#system/system'
import { Reach } from './reach.ts'
import { isNetLike } from './transition-closure.ts'

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
  if (!isNetLike(system)) return undefined
  const reach = new Reach(system)
  const retries = system.transitions.find(
    ({ retry, process, from, to }) => retry === true && reach.mayCome(process, to, from),
  )
  return (
    retries &&
    `'${system.processes[retries.process]!.name}' may retry a failed attempt for ever, and loops are not preserved where one location is left in several ways and not left`
  )
}
