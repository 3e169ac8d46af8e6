// SPDX-License-Identifier: Apache-2.0
import { listed } from '#base/text'
import type { Result } from '#check/result'

/** What a result means for whoever waits for the run: as expected, not as expected, or not decided, which is no pass. */
export type Standing = 'pass' | 'fail' | 'undecided'

/** Where a model expects nothing, a violation fails. */
export function standingOf({ verdict, asExpected }: Result): Standing {
  if (asExpected === true) return 'pass'
  if (verdict === 'unknown') return 'undecided'
  return asExpected === false || verdict === 'violated' ? 'fail' : 'pass'
}

/** Why a result does not pass, in one paragraph; for one that does, what was found. */
export function reasonOf({ verdict, violation, because, mismatch }: Result): string {
  const parts = [
    ...(violation === undefined ? [] : [violation.explanation.headline]),
    ...(verdict === 'unknown' ? [`Not decided: ${because ?? 'the search was not complete'}.`] : []),
    ...(mismatch === undefined || verdict === 'unknown' ? [] : [`Not as expected: ${mismatch}.`]),
  ]
  return parts.length === 0 ? 'No run violates it.' : parts.join(' ')
}

/** `3 of 4 as expected` and the like, for a headline. */
export function tally(results: readonly Result[], errors: number): string {
  const of = (standing: Standing): number => results.filter((result) => standingOf(result) === standing).length
  const parts = [
    `${of('pass')} passed`,
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
    ...(of('undecided') > 0 ? [`${of('undecided')} undecided`] : []),
    ...(errors > 0 ? [`${errors} could not be checked`] : []),
  ]
  return listed(parts)
}
