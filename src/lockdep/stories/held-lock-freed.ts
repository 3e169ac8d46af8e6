// SPDX-License-Identifier: Apache-2.0
import type { HeldLockFreedReport } from '../report/report.ts'
import type { Story } from './story.ts'

/** A lifetime, not an order. */
export const heldLockFreed = (report: HeldLockFreedReport): Story => ({
  report,
  classes: [report.lock.name],
  edges: [],
  unmodelled: `the memory of '${report.lock.name}' is freed while it is held: nobody waits, so there is no order to check`,
  obstacles: [],
  assumptions: [],
})
