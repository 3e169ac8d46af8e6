// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { Expectation, Kind, Shape } from '#ir/model'
import type { Explanation } from '#trace/explanation'
import type { LockdepAnswer } from '#lockdep/view/answer'
import type { Trace } from '#trace/trace'
import type { MachineName } from './machine.ts'

/** The one result of checking one instance of a model. Every reporter reads this, none reaches behind it. */
export interface Result {
  readonly id: string
  readonly summary: string
  readonly variant: string | undefined
  readonly params: Readonly<Record<string, number>>
  /** How the configuration switches of the model are set. */
  readonly switches: Readonly<Record<string, string>>
  /**
   * `holds`: the search was complete and found nothing. `violated`: with a trace that has been replayed. `unknown`: a
   * limit was hit, or something was met that could not be judged; `because` says which. Never a pass.
   */
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly because?: string
  readonly violation?: ResultViolation
  /** The other violations that were found, if all were asked for: by kind and cycle of lock classes, one trace each. */
  readonly others?: readonly ResultViolation[]
  readonly findings: readonly ResultFinding[]
  /** Rules of the DMA-fence contract that the author says a violation breaks, by number. */
  readonly rules: readonly string[]
  /** What a *holds* rests on. */
  readonly assumptions: readonly string[]
  readonly expected?: Expectation
  /** Whether the verdict is the expected one, for its reason; undefined without an expectation. */
  readonly asExpected?: boolean
  /** Why it is not. */
  readonly mismatch?: string
  /** What lockdep would say, where that was asked for or is expected. */
  readonly lockdep?: LockdepAnswer
  readonly statistics: Statistics
  /** The schedules that were tried, where the model was not searched (`simulate`). */
  readonly simulation?: Simulation
}

export interface Simulation {
  readonly scheduler: string
  /** Of `pct`: how many steps of a bug have to come in a certain order. */
  readonly bugDepth?: number
  /** Of the last schedule: alone it gives the same. */
  readonly seed: number
  readonly schedules: number
  readonly steps: number
  /** Steps of the longest schedule. */
  readonly longest: number
}

export interface ResultViolation {
  readonly kind: Kind
  readonly code?: string
  readonly shape?: Shape
  readonly processes: readonly string[]
  readonly objects: readonly string[]
  readonly trace: Trace
  readonly explanation: Explanation
}

export interface ResultFinding {
  readonly code: string
  readonly message: string
  readonly site?: Site
}

export interface Statistics {
  /** States stored. */
  readonly states: number
  /** States passed through; more than stored where chains are compressed. */
  readonly visited: number
  readonly transitions: number
  readonly depth: number
  /** What the search ran on; a counterexample is replayed on the interpreter in any case. */
  readonly machine: MachineName
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  readonly seconds: number
  /** The largest resident set seen during the check, in bytes. */
  readonly peakMemoryBytes: number
  /** The search expanded every reachable state. */
  readonly complete: boolean
}
