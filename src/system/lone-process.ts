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
