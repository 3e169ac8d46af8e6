// SPDX-License-Identifier: Apache-2.0
import { besidesMasked, judge, type Judgement } from '#property/judge'
import { maskedByAdversary } from '#property/masked'
import { Evidence } from '#property/property'
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
  const isDecided = judgement.violations.length > 0 || effort.limit !== undefined
  return isDecided || outcome.withoutEscapes === undefined ? first : judgedWithoutEscapes(system, first, options)
}

async function judgedWithoutEscapes(
  system: System,
  { outcome: { withoutEscapes }, judgement, effort }: Judged,
  options: QualifiedOptions,
): Promise<Judged> {
  const { states, seconds } = effort
  const outcome = await withoutEscapes!({ ...options, spent: { states, seconds } })
  const evidence = evidenceOf(system, outcome)
  return {
    outcome,
    evidence,
    judgement: besidesMasked(judgement, maskedByAdversary(evidence), options.kinds),
    effort: together(effort, effortOf(outcome.searched)),
  }
}

/** What the search saw, for the judges; of another system, in the words of the model's own. */
function evidenceOf(system: System, { machine, facts, searched, quotient, simplified }: Outcome): Evidence<unknown> {
  const { graph, store } = searched.search
  const behind = simplified && { ...simplified, system, machine: simplified.view(machine) }
  return new Evidence(machine, graph, store, facts, { quotient, behind })
}
