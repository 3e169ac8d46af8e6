// SPDX-License-Identifier: Apache-2.0
import { kinds } from '#ir/model'
import { besidesMasked, judge, type Judgement } from '#property/judge'
import { maskedByAdversary } from '#property/masked'
import { Evidence, type Finding, type Violation } from '#property/property'
import { retryLoops } from '#property/retry-loop'
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
  const open = effort.limit === undefined ? progressLeftOpen(evidence, judgement, options) : []
  const findings = [...judgement.findings, ...open.filter((finding) => !judgement.findings.includes(finding))]
  const first = { outcome, evidence, judgement: { ...judgement, findings }, effort }
  if (open.length > 0 && outcome.inFull !== undefined) {
    const whole = await judgedInFull(system, first, options)
    if (whole.effort.limit === undefined || judgement.violations.length === 0) return whole
  }
  const isDecided = judgement.violations.some(comesBeforeMasked) || effort.limit !== undefined
  return isDecided || outcome.withoutEscapes === undefined ? first : judgedWithoutEscapes(system, first, options)
}

/**
 * Who retries for ever where a search in full alone tells whether that is fair, if nothing else decides, or everything is
 * to be told.
 */
function progressLeftOpen<S>(
  evidence: Evidence<S>,
  { violations, findings }: Judgement,
  { all, kinds: looked }: QualifiedOptions,
): readonly Finding[] {
  if (evidence.isInFull || !looked.has('no-forward-progress')) return []
  if (violations.length === 0) return findings.filter(({ code }) => code === 'retry-loop')
  return all ? retryLoops(evidence, false) : []
}

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
