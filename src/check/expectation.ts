// SPDX-License-Identifier: Apache-2.0
import { listed } from '#base/text'
import type { Expectation } from '#ir/model'
import type { Result, ResultViolation } from './result.ts'

/**
 * Why a verdict is not the expected one; undefined if it is. "Violated" for another reason than the expected one is a
 * mismatch: kind, code and shape must agree as far as they are named, processes and objects exactly.
 */
export function mismatch(
  expected: Expectation,
  verdict: 'holds' | 'violated' | 'unknown',
  violation: ResultViolation | undefined,
): string | undefined {
  if (verdict !== expected.verdict || violation === undefined)
    return verdict === expected.verdict
      ? undefined
      : `expected ${describe(expected)}, got ${verdict}${violation === undefined ? '' : `: ${violation.kind}`}`
  for (const key of ['kind', 'code', 'shape'] as const)
    if (expected[key] !== undefined && expected[key] !== violation[key])
      return `expected ${key} ${expected[key]}, got ${violation[key] ?? 'none'}`
  for (const key of ['processes', 'objects'] as const) {
    const wanted = expected[key]
    if (wanted !== undefined && !sameNames(wanted, violation[key]))
      return `expected the ${key} ${listed(wanted) || '(none)'}, got ${listed(violation[key]) || '(none)'}`
  }
  return undefined
}

/** What is expected, as a result says it; `wrong`: why it did not come so. */
export const compared = (
  expected: Expectation,
  wrong: string | undefined,
): Pick<Result, 'expected' | 'asExpected' | 'mismatch'> => ({
  expected,
  asExpected: wrong === undefined,
  ...(wrong !== undefined && { mismatch: wrong }),
})

export const describe = (expected: Expectation): string =>
  expected.verdict === 'violated' && expected.kind !== undefined ? `violated: ${expected.kind}` : expected.verdict

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted())
