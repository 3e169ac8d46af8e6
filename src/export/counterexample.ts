// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { Explanation } from '#trace/explanation'
import type { Trace } from '#trace/trace'
import { toItf } from './itf.ts'
import { toMermaid } from './mermaid.ts'
import { toPerfetto } from './perfetto.ts'
import { toWaitForDot } from './wait-for-dot.ts'

/** A counterexample that has been replayed. */
export interface Counterexample<S> {
  readonly trace: Trace
  readonly explanation: Explanation
  readonly machine: Machine<S>
  /** One more than steps. */
  readonly states: readonly S[]
}

/** What a counterexample can be written as. */
export const counterexampleForms: Readonly<Record<string, <S>(counterexample: Counterexample<S>) => string>> = {
  mermaid: ({ trace, explanation }) => toMermaid(trace, explanation),
  itf: ({ machine, trace, states }) => toItf(machine, trace, states),
  perfetto: ({ trace, explanation }) => toPerfetto(trace, explanation),
  dot: ({ explanation }) => toWaitForDot(explanation),
}
