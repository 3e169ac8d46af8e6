// SPDX-License-Identifier: Apache-2.0
import type { TransitionId } from '#system/system'
import type { Evidence } from './property.ts'

/** The steps of the model that an edge stands for, in their order. */
export const stepsOn = <S>({ graph, originals }: Evidence<S>, state: number, edge: number): readonly TransitionId[] =>
  [graph.transition(state, edge), ...graph.rest(state, edge)].flatMap(originals)
