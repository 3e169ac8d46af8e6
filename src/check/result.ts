// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { Expectation, Kind, Model, Shape } from '#ir/model'
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
  /** What the verdict rests on, a sentence each: how much was searched, of what, and what is taken for granted. */
  readonly assumptions: readonly string[]
  /** What was not looked for, if only some kinds were; the first of the assumptions too. */
  readonly narrowed?: string
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

/** What a model is called, and which instance of it this is. */
export const identityOf = ({
  id,
  summary = '',
  variant,
  params = {},
  switches = {},
}: Model): Pick<Result, 'id' | 'summary' | 'variant' | 'params' | 'switches'> => ({
  id,
  summary,
  variant,
  params,
  switches,
})

/** Schedules that were tried. */
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

/** A violation with the run that shows it. */
export interface ResultViolation {
  readonly kind: Kind
  /** Of a fault: which one, by a code of the primitive (docs/primitives.md) or of the language (`undefined-value`). */
  readonly code?: string
  /** Of whoever waits for ever: who waits for whom. */
  readonly shape?: Shape
  /** Names of the processes it is about: of the wait cycle, not of every bystander. */
  readonly processes: readonly string[]
  /** Names of the objects it is about. */
  readonly objects: readonly string[]
  /** The run from the initial state; the reference interpreter has replayed it. */
  readonly trace: Trace
  readonly explanation: Explanation
}

/** What is worth knowing besides the verdict: where a proof is vacuous, what was not judged. */
export interface ResultFinding {
  /** What it is, by a name that does not depend on the model: `never-reached`. */
  readonly code: string
  readonly message: string
  /** The line of the model it is about. */
  readonly site?: Site
}

export interface Statistics {
  /** States stored. */
  readonly states: number
  /** States passed through; more than stored where chains are compressed. */
  readonly visited: number
  /** Edges between stored states; where chains are compressed, one may be several transitions. */
  readonly transitions: number
  /** Edges on the way by which the state was found that was expanded last; breadth first, on the longest shortest way. */
  readonly depth: number
  /** What the search ran on; a counterexample is replayed on the interpreter in any case. */
  readonly machine: MachineName
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  /** Wall-clock time of all searches, without judging and explaining. */
  readonly seconds: number
  /** The largest resident set that the process had until the end of the search, in bytes; its other checks count. */
  readonly peakMemoryBytes: number
  /** The search expanded every reachable state. */
  readonly complete: boolean
}
