// SPDX-License-Identifier: Apache-2.0
import type { Dependency } from './dependency-graph.ts'
import type { HeldLock, Place } from './held-lock.ts'
import type { IrqConflict } from './usage.ts'

/** What lockdep would report, as data; `report/lockdep-view-text.ts` words it. */
export type LockdepReport =
  /** possible circular locking dependency */
  | { readonly kind: 'circular'; readonly circle: readonly Dependency[] }
  /** possible recursive locking */
  | { readonly kind: 'recursive'; readonly held: HeldLock; readonly next: HeldLock }
  /** inconsistent lock state; or with a path, safe -> unsafe lock order */
  | ({ readonly kind: 'irq' } & IrqConflict)
  /** Invalid wait context: what sleeps (on PREEMPT_RT) is taken where that is not allowed */
  | {
      readonly kind: 'wait-context'
      readonly next: HeldLock
      readonly held: readonly HeldLock[]
      readonly context?: string
    }
  /** bad unlock balance */
  | { readonly kind: 'unlock-balance'; readonly name: string; readonly at: Place }
  /** Nested lock was not taken */
  | { readonly kind: 'nest-lock'; readonly next: HeldLock }
  /** DEBUG_LOCKS_WARN_ON() of the lock itself */
  | { readonly kind: 'debug-locks'; readonly code: string; readonly at: Place }
export type ReportKind = LockdepReport['kind']

/** Reports, one for each thing that is wrong, in the order in which they came. */
export class Findings {
  readonly #byKey = new Map<string, LockdepReport>()

  add(key: readonly string[], report: LockdepReport): void {
    const text = JSON.stringify([report.kind, ...key])
    if (!this.#byKey.has(text)) this.#byKey.set(text, report)
  }

  get reports(): readonly LockdepReport[] {
    return [...this.#byKey.values()]
  }
}
