// SPDX-License-Identifier: Apache-2.0
import type { LockReport, ReportKind } from '../report/report.ts'
import { circular } from './circular.ts'
import { heldLockFreed } from './held-lock-freed.ts'
import { hungTask } from './hung-task.ts'
import { inconsistent, interrupted } from './interrupts.ts'
import { recursive } from './recursive.ts'
import { waitContext } from './wait-context.ts'
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
