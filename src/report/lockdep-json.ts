// SPDX-License-Identifier: Apache-2.0
import type { JudgedStory } from '#check/check-story'
import type { Result } from '#check/result'
import { lockdepModes } from '#ir/model'
import type { Refusal } from '#lockdep/report/report'
import { agreement } from './lockdep-agreement.ts'

/** The one document of `lockdep --json` for reports. */
export const lockdepDocument = (judged: readonly JudgedStory[], refused: readonly Refusal[]): object => ({
  schema: 'fencecheck-lockdep/1',
  reports: judged.map(({ story: { report, classes, edges }, verdict, why }) => ({
    kind: report.kind,
    kernel: report.kernel ?? null,
    line: report.line,
    classes,
    edges: edges.map(({ from, to, kind }) => ({ from, to, kind })),
    heldLocks: report.held.flatMap(({ locks }) => locks.map(({ name }) => name)),
    tasks: report.tasks,
    verdict,
    why,
  })),
  refused: refused.map(({ line, why }) => ({ line, why })),
})

/** The one document of `lockdep --json` for models. */
export const lockdepViewDocument = (results: readonly Result[]): object => ({
  schema: 'fencecheck-lockdep-view/1',
  models: results.map((result) => ({
    id: result.id,
    variant: result.variant ?? null,
    params: result.params,
    switches: result.switches,
    verdict: result.verdict,
    kind: result.violation?.kind ?? null,
    modes: Object.fromEntries(
      lockdepModes.map((mode) => [
        mode,
        {
          says: result.lockdep?.modes[mode].says ?? 'unknown',
          agreement: agreement(result, mode) ?? 'undecided',
          reports: result.lockdep?.modes[mode].reports ?? [],
        },
      ]),
    ),
    certificate: result.lockdep?.certificate ?? null,
    refused: result.lockdep?.refused ?? null,
    asExpected: result.asExpected ?? null,
    mismatch: result.mismatch ?? null,
  })),
})
