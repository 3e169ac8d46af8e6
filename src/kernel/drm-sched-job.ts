// SPDX-License-Identifier: Apache-2.0
import type { KernelPath, ObjectHandle, VariableHandle } from 'fencecheck'

export type Fence = ObjectHandle<'fence'>

/** A job of a scheduler: `struct drm_sched_job` with its `struct drm_sched_fence`. */
export interface SchedJob {
  readonly name: string
  /** Signals when the job is handed to the hardware. There is one only where somebody asks for it. */
  readonly scheduled: Fence
  /** Signals when the job is done: what is published, in a reservation or a sync_file. */
  readonly finished: Fence
  /** What run_job returns. */
  readonly parent: Fence | undefined
}

export interface SchedJobOptions {
  /** The hardware fence that run_job returns. Without one the job is done when run_job returns. */
  readonly parent?: Fence
  /** The driver's run_job(): hands the job to the hardware, or does it. */
  readonly runJob: (t: KernelPath, job: SchedJob) => void
  /** The driver's free_job(); nothing worth a step unless said. */
  readonly freeJob?: (t: KernelPath, job: SchedJob) => void
  /** What it waits for, in this order. A job of the same scheduler is waited for until it is scheduled, of the same entity not at all. */
  readonly dependencies?: readonly Fence[]
  /** What it takes of the credit limit; 1 unless said. */
  readonly credits?: number
}

/** run_job() returns an error: the job is done with it. As a hardware fence that has signalled with an error. */
export function returnError(t: KernelPath, job: SchedJob): void {
  if (job.parent === undefined) return
  t.setError(job.parent)
  t.signal(job.parent)
}

/** Where a job is. One that has finished stays `pending` until free_job. */
export const at = { created: 0, queued: 1, pending: 2, stopped: 3, resubmitted: 4, freed: 5, killed: 6 } as const

export interface Entity {
  readonly name: string
  /** run_job has it: what the completion entity_idle tells. There where the entity can be killed. */
  readonly busy: VariableHandle | undefined
  readonly stopped: VariableHandle | undefined
}

export interface Job extends SchedJob {
  readonly entity: Entity
  readonly state: VariableHandle
  readonly options: SchedJobOptions
  readonly doneCb: ObjectHandle<'fenceCallback'> | undefined
  /** Fences whose callback wakes the entity up. */
  readonly waits: readonly { readonly fence: Fence; readonly callback: ObjectHandle<'fenceCallback'> }[]
  readonly isAskedForScheduled: () => boolean
}
