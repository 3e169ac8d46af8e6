// SPDX-License-Identifier: Apache-2.0
import type { Course } from '#trace/course'
import type { Edge, Row } from '#trace/explanation'
import type { TraceStep } from '#trace/trace'

// What the page is handed, as one JSON island: words and numbers that are shown as they are. No timing, so that the same
// command gives the same bytes.

export interface PageData {
  /** How many passed, failed and are undecided, in words. */
  readonly tally: string
  readonly instances: readonly PageInstance[]
  /** Files and instances that could not be checked. */
  readonly errors: readonly string[]
  /** What the settings of a variant say together. */
  readonly configurations: readonly string[]
  /** Texts of models; instances point here. */
  readonly sources: readonly string[]
}

export interface PageInstance {
  /** What a link calls it; no two are called the same. */
  readonly key: string
  readonly model: string
  /** Variant, parameters and switches in words. */
  readonly name: string
  readonly summary: string
  readonly file: string
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly kind: string
  readonly standing: 'pass' | 'fail' | 'undecided'
  /** Empty where nothing is expected. */
  readonly expectation: string
  readonly reason: string
  readonly rules: readonly string[]
  readonly findings: readonly string[]
  readonly assumptions: readonly string[]
  readonly effort: string
  /** The command that runs the counterexample again. */
  readonly replay?: string
  readonly counterexample?: Counterexample
}

export interface Counterexample {
  readonly headline: string
  readonly steps: readonly TraceStep[]
  readonly course: Course
  /** Who is where at the end. */
  readonly table: readonly Row[]
  /** Who waits for whom at the end. */
  readonly edges: readonly Edge[]
  readonly pointOfNoReturn?: number
  /** The last step leads back to the state after so many. */
  readonly backTo?: number
  /** Timeouts and signals no longer come to the rescue at the end. */
  readonly isMasked: boolean
  /** Index into the texts of models, if it is there. */
  readonly source?: number
}
