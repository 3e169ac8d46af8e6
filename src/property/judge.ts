// SPDX-License-Identifier: Apache-2.0
import { kinds, type Kind } from '#ir/model'
import { endsWell } from './every-run-ends.ts'
import { boundsHit, everyFault, faults } from './fault.ts'
import { everyStarvation, noForwardProgress } from './forward-progress.ts'
import { everyLivelock, livelock } from './livelock.ts'
import { everyMasked, masked, type Masked } from './masked.ts'
import { neverRests } from './never-rests.ts'
import type { Evidence, Finding, Violation } from './property.ts'
import { retryLoops } from './retry-loop.ts'
import { everyWayToBeStuck, stuckProcesses } from './stuck.ts'
import { unannotated } from './unannotated.ts'
import { unsignalledFence } from './unsignalled-fence.ts'
import { vacuity } from './vacuity.ts'

export interface Judgement {
  /** At most one violation of each kind, the kind of highest precedence first. */
  readonly violations: readonly Violation[]
  readonly findings: readonly Finding[]
}

/**
 * Everything the explored graph tells. `complete` says whether all reachable states were expanded: what a run never
 * does can be known only then. The precedence of kinds makes the answer independent of the search order.
 */
export function judge<S>(evidence: Evidence<S>, complete: boolean, checked: ReadonlySet<Kind>): Judgement {
  if (complete && endsWell(evidence))
    return { violations: [], findings: [...vacuity(evidence), ...unannotated(evidence)] }
  return judgeByFuture(evidence, complete, checked)
}

/** The same by what can still happen from each state, whether or not the ends of all runs would do. */
export function judgeByFuture<S>(evidence: Evidence<S>, complete: boolean, checked: ReadonlySet<Kind>): Judgement {
  const hidden = masked(evidence)
  const judgesProgress = complete && evidence.isInFull && checked.has('no-forward-progress')
  const found = [
    ...faults(evidence),
    ...stuckProcesses(evidence),
    unsignalledFence(evidence),
    hidden.violation,
    livelock(evidence),
    judgesProgress ? noForwardProgress(evidence) : undefined,
  ]
  const of = (kind: Kind): Violation | undefined => found.find((v) => v?.kind === kind)
  // On the way into a deadlock somebody is stuck before everybody is; partial means that no such state is reachable.
  const asked = kinds.filter(
    (kind) => checked.has(kind) && (kind !== 'partial-deadlock' || of('deadlock') === undefined),
  )
  const violations = asked.flatMap((kind) => of(kind) ?? [])
  // A proof can be vacuous; a counterexample cannot.
  const proof = complete && violations.length === 0
  const seen = proof ? [...vacuity(evidence), ...neverRests(evidence), ...hidden.findings] : []
  const passedOver = violations.length === 0 ? uncheckedFaults(faults(evidence), checked) : []
  const uncovered = complete ? unannotated(evidence) : []
  // Where something is violated nothing is left open.
  const retrying = violations.length > 0 ? [] : retryLoops(evidence, judgesProgress)
  return {
    violations,
    findings: [...passedOver, ...boundsHit(evidence), ...retrying, ...seen, ...uncovered],
  }
}

/** A judgement that found nothing that comes before it, and what was then found to be masked. */
export function besidesMasked(
  { violations, findings }: Judgement,
  { violation, findings: legal }: Masked,
  checked: ReadonlySet<Kind>,
): Judgement {
  return violation === undefined || !checked.has(violation.kind)
    ? { violations, findings: violations.length > 0 ? findings : [...findings, ...legal] }
    : { violations: [violation], findings: findings.filter(({ code }) => !ofNoViolation.has(code)) }
}

/** What is said only where nothing is violated: a counterexample cannot be vacuous, and leaves nothing open. */
const ofNoViolation: ReadonlySet<Finding['code']> = new Set([
  'never-reached',
  'never-taken',
  'never-awaited',
  'never-rests',
  'fault-ignored',
  'retry-loop',
])

/**
 * The violations that are looked for, all of them that differ: by kind and by the cycle of lock classes, or by the step
 * that is at fault. The first one of each kind that {@link judge} tells is among them.
 */
export function everyViolation<S>(evidence: Evidence<S>, checked: ReadonlySet<Kind>): readonly Violation[] {
  const stuck = everyWayToBeStuck(evidence)
  const lost = unsignalledFence(evidence)
  const isTold = stuck.some(({ kind }) => kind === lost?.kind)
  const livelocks = checked.has('livelock') ? everyLivelock(evidence) : []
  const found = [
    ...everyFault(evidence),
    ...stuck,
    ...(isTold ? [] : [lost]),
    ...everyMasked(evidence),
    ...livelocks,
    ...(evidence.isInFull ? everyStarvation(evidence).filter(isNoneOf(livelocks)) : []),
  ]
  const hasDeadlock = stuck.some(({ kind }) => kind === 'deadlock')
  return kinds
    .filter((kind) => checked.has(kind) && (kind !== 'partial-deadlock' || !hasDeadlock))
    .flatMap((kind) => found.filter((violation) => violation?.kind === kind) as readonly Violation[])
}

/** A fault that is not looked for still hides whatever would have come after it. */
const uncheckedFaults = (found: readonly Violation[], checked: ReadonlySet<Kind>): readonly Finding[] =>
  found
    .filter(({ kind }) => !checked.has(kind))
    .map(({ kind, code, processes }) => ({
      code: 'fault-ignored',
      message: `${processes.join(', ')}: ${kind} (${code}) is not looked for, and what comes after it was not judged`,
      blocksHolds: true,
    }))

/** Whoever is livelocked gets nowhere anyway. */
const isNoneOf =
  (livelocks: readonly Violation[]) =>
  ({ processes }: Violation): boolean =>
    livelocks.every((livelock) => !processes.some((name) => livelock.processes.includes(name)))
