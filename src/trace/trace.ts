// SPDX-License-Identifier: Apache-2.0
import type { Kind, Shape } from '#ir/model'

/**
 * A counterexample as a file: which model, which steps, what they lead to. It holds names, not numbers, so it still
 * says something when the model has changed a little. Same model, same bytes.
 */
export interface Trace {
  readonly schema: 'fencecheck-trace/1'
  readonly model: {
    readonly id: string
    /** What the model meant when the trace was written (`ir/hash.ts`). */
    readonly hash: string
    readonly variant?: string
    readonly params?: Readonly<Record<string, number>>
    readonly switches?: Readonly<Record<string, string>>
  }
  readonly outcome: Outcome
  readonly steps: readonly TraceStep[]
  /**
   * Where somebody goes round for ever: the last step leads back to the state after so many steps (0: the first one), and on
   * the way everybody moves who could.
   */
  readonly backTo?: number
}

/** What the last step leads to. */
export interface Outcome {
  readonly kind: Kind
  readonly code?: string
  readonly detail?: string
  readonly shape?: Shape
  /** Of the wait cycle, or whoever misused what. */
  readonly processes: readonly string[]
  readonly objects: readonly string[]
  /** Processes that can never move again. */
  readonly stuck: readonly string[]
  /** `off`: the outcome holds once timeouts and signals no longer come to the rescue. */
  readonly escapes: 'on' | 'off'
}

/** One transition. `process` and `step` select it; the rest is for the reader. */
export interface TraceStep {
  readonly process: string
  /** The label of the transition among those that leave the process's location. */
  readonly step: string
  readonly exit: string
  /** `file:line` in the model, relative to its package. */
  readonly at?: string
  readonly kernel?: string
  /** The hooked bodies it runs inside, outermost first. */
  readonly inside?: readonly string[]
}
