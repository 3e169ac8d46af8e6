// SPDX-License-Identifier: Apache-2.0
import type { System } from './system.ts'

/**
 * Whether a single process is all there is, all its steps count and nothing is owed, as in a Petri net: then it can move again
 * if and only if something is enabled.
 */
export const isAlone = ({ processes, transitions, debts }: System): boolean =>
  processes.length === 1 &&
  processes[0]!.context !== 'observer' &&
  debts.length === 0 &&
  transitions.every(({ tag, retry, joint }) => [tag, retry, joint].every((special) => special === undefined))

/** Whether it stays where it starts, until it reports a fault. */
export const neverMoves = ({ processes, transitions }: System): boolean =>
  transitions.every(({ from, to, fault }) => from === processes[0]!.init && (to === from || fault !== undefined))

/**
 * Whether, besides, it has steps and operates on no object, as a net that is given as one: all that it can wait for are
 * values, and wherever it is all its steps are ahead.
 */
export const isNet = (system: System): boolean =>
  isAlone(system) &&
  neverMoves(system) &&
  system.transitions.some(({ fault }) => fault === undefined) &&
  system.origins.every(({ primitive }) => primitive === '')
