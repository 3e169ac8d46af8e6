// SPDX-License-Identifier: Apache-2.0
import type { EdgeKind } from '../meaning/edge-kind.ts'
import type { Plan } from '../model/plan.ts'
import type { LockReport } from '../report/report.ts'

/** A dependency as it is told. */
export interface ToldEdge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  /** Who waits for `to` with `from` held. */
  readonly who: string
  /** The function that does it, where that is known. */
  readonly at?: string
}

/** What a report says in terms of paths that wait for each other, and the model of that. */
export interface Story {
  readonly report: LockReport
  /** In the order of the dependencies, each once. */
  readonly classes: readonly string[]
  readonly edges: readonly ToldEdge[]
  /** Undefined where `unmodelled` says why. */
  readonly plan?: Plan
  readonly unmodelled?: string
  /** Why somebody who seems to wait does not. */
  readonly obstacles: readonly string[]
  /** What the verdict rests on besides the report. */
  readonly assumptions: readonly string[]
  /** What else would have to be the case for it to be stuck; the plan shows whether it then is. */
  readonly ifOnly?: { readonly plan: Plan; readonly says: string }
}
