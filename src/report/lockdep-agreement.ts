// SPDX-License-Identifier: Apache-2.0
import type { Result } from '#check/result'
import type { Kind, LockdepMode } from '#ir/model'

/**
 * What lockdep's answer is worth, beside what the search says. `caught`: a violation, and a report. `missed`: somebody waits
 * for ever, and no report. `false alarm`: a report, and proven not to happen. `silent`: rightly so, or it is about something
 * that lockdep does not look for. `undecided`: one of the two has no answer.
 */
export type Agreement = 'caught' | 'missed' | 'false alarm' | 'silent' | 'undecided'

/** What lockdep is there to find. */
const waits: ReadonlySet<Kind> = new Set(['deadlock', 'partial-deadlock', 'unsignalled-fence', 'masked'])

/** Undefined where lockdep was not asked. */
export function agreement({ lockdep, verdict, violation }: Result, mode: LockdepMode): Agreement | undefined {
  if (lockdep === undefined) return undefined
  const { says } = lockdep.modes[mode]
  if (says === 'unknown' || verdict === 'unknown') return 'undecided'
  if (says === 'reports') return verdict === 'holds' ? 'false alarm' : 'caught'
  return violation !== undefined && waits.has(violation.kind) ? 'missed' : 'silent'
}
