// SPDX-License-Identifier: Apache-2.0
import { kinds } from '#ir/model'
import { besidesMasked, judge, type Judgement } from '#property/judge'
import { maskedByAdversary } from '#property/masked'
import { Evidence, type Violation } from '#property/property'
import type { System } from '#system/system'
import type { QualifiedOptions } from './options.ts'
import { searchAsAsked, type Outcome } from './reduced-search.ts'
import { effortOf, together, type Effort } from './search.ts'

/** A system searched and judged, with the search that violations were found in. */
export interface Judged {
  readonly outcome: Outcome
  readonly evidence: Evidence<unknown>
  readonly judgement: Judgement
  readonly effort: Effort
}

/**
 * Searches as asked, and judges. Where a reduced search took escapes for steps like any other and found nothing wrong, a
 * second one finds what only they end.
 */
export async function judged(system: System, options: QualifiedOptions): Promise<Judged> {
  const outcome = await searchAsAsked(system, options)
  const effort = effortOf(outcome.searched)
  const evidence = evidenceOf(system, outcome)
  const judgement = judge(evidence, effort.limit === undefined, options.kinds)
  const first = { outcome, evidence, judgement, effort }
  if (outcome.inFull !== undefined && effort.limit === undefined && leavesProgressOpen(judgement, options))
    return judgedInFull(system, first, options)
  const isDecided = judgement.violations.some(comesBeforeMasked) || effort.limit !== undefined
  return isDecided || outcome.withoutEscapes === undefined ? first : judgedWithoutEscapes(system, first, options)
}

/** Whether somebody retries for ever, and nothing else decides: a reduced search finds that, not who is fair. */
const leavesProgressOpen = ({ violations, findings }: Judgement, { kinds: looked }: QualifiedOptions): boolean =>
  looked.has('no-forward-progress') && violations.length === 0 && findings.some(({ code }) => code === 'retry-loop')

async function judgedInFull(system: System, first: Judged, options: QualifiedOptions): Promise<Judged> {
  const { states, seconds } = first.effort
  const outcome = await first.outcome.inFull!({ ...options, spent: { states, seconds } })
  const evidence = evidenceOf(system, outcome)
  const found = effortOf(outcome.searched)
  const judgement = judge(evidence, found.limit === undefined, options.kinds)
  return { outcome, evidence, judgement, effort: { ...found, seconds: found.seconds + seconds } }
}

const comesBeforeMasked = ({ kind }: Violation): boolean => kinds.indexOf(kind) < kinds.indexOf('masked')

async function judgedWithoutEscapes(system: System, first: Judged, options: QualifiedOptions): Promise<Judged> {
  const { states, seconds } = first.effort
  const outcome = await first.outcome.withoutEscapes!({ ...options, spent: { states, seconds } })
  const evidence = evidenceOf(system, outcome)
  const judgement = besidesMasked(first.judgement, maskedByAdversary(evidence), options.kinds)
  const effort = together(first.effort, effortOf(outcome.searched))
  const isOfFirst = judgement.violations.length > 0 && judgement.violations[0] === first.judgement.violations[0]
  return isOfFirst ? { ...first, judgement, effort } : { outcome, evidence, judgement, effort }
}

/** What the search saw, for the judges; of another system, in the words of the model's own. */
function evidenceOf(
  system: System,
  { machine, facts, searched, quotient, simplified, reductions }: Outcome,
): Evidence<unknown> {
  const { graph, store } = searched.search
  const behind = simplified && { ...simplified, system, machine: simplified.view(machine) }
  return new Evidence(machine, graph, store, facts, { quotient, behind, isInFull: reductions.length === 0 })
}
