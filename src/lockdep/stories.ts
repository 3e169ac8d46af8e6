// SPDX-License-Identifier: Apache-2.0
import type { LockReport, ReportKind } from './report/report.ts'
import { circular } from './stories/circular.ts'
import { heldLockFreed } from './stories/held-lock-freed.ts'
import { hungTask } from './stories/hung-task.ts'
import { inconsistent, interrupted } from './stories/interrupts.ts'
import { recursive } from './stories/recursive.ts'
import { waitContext } from './stories/wait-context.ts'
import type { Story } from './story.ts'

const tellers: { readonly [K in ReportKind]: (report: LockReport & { readonly kind: K }) => Story } = {
  circular,
  recursive,
  inconsistent,
  'irq-inversion': interrupted,
  'safe-unsafe': interrupted,
  'wait-context': waitContext,
  'held-lock-freed': heldLockFreed,
  'hung-task': hungTask,
}

/** What a report says, in terms of paths that wait for each other, with its model. */
export const storyOf = (report: LockReport): Story => (tellers[report.kind] as (report: LockReport) => Story)(report)
