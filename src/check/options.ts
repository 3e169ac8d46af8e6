// SPDX-License-Identifier: Apache-2.0
import { kinds, type Kind } from '#ir/model'
import type { LockdepBuild } from '#lockdep/view/view'
import type { MachineChoice } from './machine.ts'

export const reductions = ['auto', 'none', 'stubborn', 'full'] as const
export type ReductionChoice = (typeof reductions)[number]

export const symmetries = ['on', 'off'] as const
export type SymmetryChoice = (typeof symmetries)[number]

/** What a caller may ask of a check. */
export interface CheckOptions {
  /** Stop after storing this many states. */
  readonly maxStates?: number
  /** Stop when the process uses this many bytes (resident set). */
  readonly maxMemoryBytes?: number
  /** Stop after this many seconds. */
  readonly timeoutSeconds?: number
  /**
   * `breadth-first`, unless said, gives shortest traces; `depth-first` needs a smaller frontier. A net that is searched with less is
   * searched both ways in turn, unless said.
   */
  readonly order?: 'breadth-first' | 'depth-first'
  /** The kinds of violation looked for; all unless said. */
  readonly kinds?: readonly Kind[]
  /**
   * `none`: every state is searched. `stubborn`: only what stubborn sets leave, where that is proven to preserve the
   * verdict. `full`: besides, states are not stored where only one thing can be done. `auto`, unless said: models of up to
   * 1,000,000 states in full, so that traces are shortest; larger ones with every reduction. Where memory is limited a model
   * of 100,000 states is large, where time is limited one that takes more than a quarter of it.
   */
  readonly reduction?: ReductionChoice
  /**
   * `on`: states that differ only in which copy of a group (`m.copies`) is which are stored once, where the copies are
   * shown to be alike. Unless said: as soon as a model is searched with less because it is large.
   */
  readonly symmetry?: SymmetryChoice
  /** Check every stubborn set against what it promises. Slow. */
  readonly checkReduction?: boolean
  /** What executes the model: `auto`, unless said, is the engine wherever it can. The verdict does not depend on it. */
  readonly machine?: MachineChoice
  /**
   * The trace is a shortest run to the violation, for which every state is searched breadth first, whatever is said of order
   * and reductions: of what is stuck, to where nobody else can get stuck any more. Where a limit is hit, a finding says that it
   * may not be.
   */
  readonly shortest?: boolean
  /** Whether every violation that differs is told, not only the first. The verdict does not depend on it. */
  readonly all?: boolean
  /** Whether the model's expectation is compared. True unless said. */
  readonly expect?: boolean
  /**
   * The result tells what a lockdep that is built so would say of the model. Where it is expected to say something, it does
   * anyway.
   */
  readonly lockdep?: LockdepBuild
  /** Called now and then during the search. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends the search early with what is known so far. */
  readonly signal?: AbortSignal
}

/** How far a search has come. */
export interface Progress {
  /** States stored. */
  readonly states: number
  /** Edges between stored states. */
  readonly transitions: number
  /** States stored and not expanded yet. */
  readonly frontier: number
  /** Edges from the initial state to the state that was expanded last, by the way it was found. */
  readonly depth: number
  /** Since the check began to search. */
  readonly seconds: number
  /** The resident set of the process. */
  readonly memoryBytes: number
}

/** Options with every default filled in; nothing behind this has defaults. */
export interface QualifiedOptions {
  readonly maxStates: number
  readonly maxMemoryBytes: number
  readonly timeoutSeconds: number
  readonly order: 'auto' | 'breadth-first' | 'depth-first'
  readonly kinds: ReadonlySet<Kind>
  readonly reduction: ReductionChoice
  readonly symmetry: SymmetryChoice | 'auto'
  readonly checkReduction: boolean
  readonly machine: MachineChoice
  readonly shortest: boolean
  readonly all: boolean
  readonly expect: boolean
  readonly lockdep: LockdepBuild | undefined
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal | undefined
  readonly spent: Spent
}

/** What earlier searches of the same check have taken of its limits. */
export interface Spent {
  readonly states: number
  readonly seconds: number
}

export const qualify = (options: CheckOptions): QualifiedOptions => ({
  maxStates: options.maxStates ?? Infinity,
  maxMemoryBytes: options.maxMemoryBytes ?? Infinity,
  timeoutSeconds: options.timeoutSeconds ?? Infinity,
  order: options.shortest === true ? 'breadth-first' : (options.order ?? 'auto'),
  kinds: new Set(options.kinds ?? kinds),
  reduction: options.shortest === true ? 'none' : (options.reduction ?? 'auto'),
  symmetry: options.shortest === true ? 'off' : (options.symmetry ?? 'auto'),
  checkReduction: options.checkReduction ?? false,
  machine: options.machine ?? 'auto',
  shortest: options.shortest ?? false,
  all: options.all ?? false,
  expect: options.expect ?? true,
  lockdep: options.lockdep,
  onProgress: options.onProgress ?? (() => {}),
  signal: options.signal,
  spent: { states: 0, seconds: 0 },
})
