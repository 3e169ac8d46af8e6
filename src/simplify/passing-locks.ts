// SPDX-License-Identifier: Apache-2.0
import type { LocationId, System } from '#system/system'
import { leafConditions, stepsOf, type Candidate, type Condition } from './leaf-conditions.ts'
import { Analysis, candidateOf } from './leaf-locks.ts'
import type { Lock } from './mutual-exclusion.ts'
import { insideSteps } from './sections.ts'

const { ordinary, neverBlocks, uninterrupted } = leafConditions

/** What lemma 2 of docs/theory-rewriting.md 5 rests on; the sections may be of any shape that goes round no circle. */
export const passingConditions = {
  ends: ({ system, lock, leaving }) =>
    lock.inside.every((inside, process) => {
      const left = new Set(inside)
      const staysIn = (at: LocationId): boolean =>
        insideSteps(system, lock, leaving, process, at).some((id) => left.has(system.transitions[id]!.to))
      for (let before = Infinity; before > left.size;) {
        before = left.size
        for (const at of left) if (!staysIn(at)) left.delete(at)
      }
      return left.size === 0
    }),
  ordinary,
  neverBlocks,
  uninterrupted,
} as const satisfies Record<string, Condition>

/**
 * Locks that whoever is inside leaves again by steps of its own, whatever others have done: it never waits there, and no
 * handler comes on top of it. Inside of one nobody takes another, so that all of them can be left, by one process after the
 * other. Unlike leaf locks they may be tested, and anything may be done inside.
 */
export function passingLocks(
  system: System,
  conditions: Readonly<Record<string, Condition>> = passingConditions,
): readonly Lock[] {
  const analysis = new Analysis(system)
  const objects = new Set(system.variables.flatMap(({ object }) => object ?? []))
  const candidates = [...objects].flatMap((object): Candidate | readonly [] => {
    const candidate = candidateOf(analysis, object)
    return candidate !== undefined && Object.values(conditions).every((holds) => holds(candidate)) ? candidate : []
  })
  const takesAnother = (c: Candidate): boolean =>
    stepsOf(c).some((id) => candidates.some(({ lock }) => lock !== c.lock && lock.acquires.has(id)))
  return candidates.filter((c) => !takesAnother(c)).map(({ lock }) => lock)
}
