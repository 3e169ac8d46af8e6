// SPDX-License-Identifier: Apache-2.0

/** Said of the state where a round begins. */
export const roundBegins = 'from here on round and round, for ever'

/** Said of where it ends: in the state after the first `steps` steps of the trace. */
export const backToState = (steps: number): string =>
  steps === 0 ? 'back to the start' : `back to where step ${steps} leads`
