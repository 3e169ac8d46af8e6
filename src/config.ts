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
  readonly reduction?: 'auto' | 'none' | 'stubborn' | 'full'
  readonly symmetry?: 'on' | 'off'
  readonly machine?: 'auto' | 'engine' | 'interpreter'
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
