// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System, TransitionId } from '#system/system'

/** Decides who moves: one schedule of a system. */
export interface Scheduler {
  /** One of the enabled transitions, of which there is at least one. `step` counts from 0. */
  choose(enabled: readonly TransitionId[], step: number): TransitionId
}

/** Makes the scheduler of one run; the same seed makes the same choices. */
export type MakeScheduler = (system: System, seed: number) => Scheduler

/** The enabled transitions of each process that has any, in order of the processes. */
export const byProcess = (
  { transitions }: System,
  enabled: readonly TransitionId[],
): ReadonlyMap<ProcessId, readonly TransitionId[]> => Map.groupBy(enabled, (id) => transitions[id]!.process)
