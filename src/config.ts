// SPDX-License-Identifier: Apache-2.0
import type { Kind } from './ir/model.ts'

/** What `fencecheck check` does in a folder whose `fencecheck.config.ts` says so; flags of the command line win over it. */
export interface Config {
  /** Model files and folders, where the command line names none; `models` unless said. */
  readonly models?: readonly string[]
  /** Only these kinds of violation are looked for. */
  readonly property?: readonly Kind[]
  /** These kinds are not looked for. */
  readonly ignore?: readonly Kind[]
  /** Limits, as the flags take them: a number of states, `2G`, `5m`. */
  readonly maxStates?: number
  readonly maxMemory?: string
  readonly timeout?: string
  /**
   * How much is searched. `none`: every state. `stubborn`: what stubborn sets leave, where that preserves the verdict. `full`:
   * besides, models are simplified and states not stored where only one thing can be done. `auto`, unless said: every state
   * of small models, larger ones as with `full`. The verdict does not depend on it.
   */
  readonly reduction?: 'auto' | 'none' | 'stubborn' | 'full'
  /**
   * `on`: states that differ only in which copy of a group (`m.copies`) is which are stored once, where the copies are shown to
   * be alike. `off`: never. Unless said: with `reduction: 'full'`, and as soon as `auto` reduces a model because it is large.
   */
  readonly symmetry?: 'on' | 'off'
  /**
   * What executes the models. `engine`: fast; what it cannot run is refused (`too-large`). `interpreter`: some ten times slower,
   * and runs everything. `auto`, unless said: the engine wherever it can. The verdict does not depend on it.
   */
  readonly machine?: 'auto' | 'engine' | 'interpreter'
  /**
   * Threads that check instances, at least 1. Unless said: one for every 16 instances, at most as many as there are cores; a
   * single one with `maxMemory`, which is a limit of the whole process.
   */
  readonly workers?: number
  /** Forms that the results are told in besides, each with its file: `junit=report.xml`. */
  readonly reporters?: readonly string[]
  /** Whether verdicts are compared with what the models expect; true unless said. */
  readonly expect?: boolean
  /** Where counterexamples are written; `.fencecheck` unless said. */
  readonly traceDir?: string
}

/** For `export default defineConfig({ ... })`: nothing but the types. */
export const defineConfig = (config: Config): Config => config
