// SPDX-License-Identifier: Apache-2.0
import type { JudgedStory } from '#check/check-story'
import type { Refusal } from '#lockdep/report/report'

/** The one document of `lockdep --json`. */
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
