// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import type { Result } from '#check/result'

/** The class of a process or object: copies of a group (`pair[1].t`) are of one class. */
export const classOf = (name: string): string => name.replace(/\[\d+\]/g, '[*]')

const classes = (names: readonly string[]): readonly string[] => [...new Set(names.map(classOf))].sort()

/**
 * What stays the same of a violation from run to run: model, variant, kind, and the classes that are in the cycle. Lines,
 * the schedule, the number of copies, and what happens around it may change. 32 hexadecimal digits.
 */
export function fingerprintOf({ id, variant, verdict, violation }: Result): string {
  const what =
    violation === undefined
      ? [verdict]
      : [
          violation.kind,
          violation.code ?? '',
          violation.shape ?? '',
          classOf(violation.trace.outcome.detail ?? ''),
          classes(violation.processes),
          classes(violation.objects),
        ]
  return createHash('sha256')
    .update(JSON.stringify([id, variant ?? null, ...what]))
    .digest('hex')
    .slice(0, 32)
}
