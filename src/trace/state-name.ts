// SPDX-License-Identifier: Apache-2.0

/** What to call the state after the first `steps` steps of a trace. */
export const stateName = (steps: number): string => (steps === 0 ? 'the start' : `where step ${steps} leads`)
