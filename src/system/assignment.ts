// SPDX-License-Identifier: Apache-2.0
import { evaluator, type Reader } from './expression.ts'
import type { Assign, VarId } from './system.ts'

/** An assignment as functions of the state before it. */
export interface Assignment<S> {
  /** The variable that is written; meaningless where a computed index selects none, which no enabled transition does. */
  readonly target: (state: S) => VarId
  readonly value: (state: S) => number
}

export function assignment<S>({ to, value }: Assign, reader: Reader<S>): Assignment<S> {
  const of = evaluator(value, reader)
  if (typeof to === 'number') return { target: () => to, value: of }
  const [, index, ...elements] = to
  const at = evaluator(index, reader)
  return { target: (state) => elements[at(state)] as VarId, value: of }
}
