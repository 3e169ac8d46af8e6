// SPDX-License-Identifier: Apache-2.0
import type { KernelBuilder, KernelPath, ObjectHandle } from 'fencecheck'
import { killEntity } from './drm-sched-entity-kill.ts'
import { initJob, type JobParts } from './drm-sched-job-init.ts'
import type { Entity, SchedJob, SchedJobOptions } from './drm-sched-job.ts'

/** A queue of jobs, of one context: `struct drm_sched_entity`. */
export interface SchedEntity {
  /** drm_sched_job_init() and drm_sched_job_arm(): jobs of one entity run in the order of their declaration. */
  readonly job: (name: string, options: SchedJobOptions) => SchedJob
  /**
   * drm_sched_entity_kill(): waits until run_job has let go of the entity; jobs that are still queued then finish with an
   * error, each once all that it depends on has finished. Concerns the jobs declared so far.
   */
  readonly kill: (t: KernelPath) => void
}

export interface SchedEntityOptions {
  /** Whether it may be killed. */
  readonly killable?: boolean
  /** Where jobs finish that are killed: a queue without a rescuer, as system_wq is, unless said. */
  readonly killWq?: ObjectHandle<'workqueue'>
}

export function schedEntity(
  m: KernelBuilder,
  name: string,
  { killable = false, killWq }: SchedEntityOptions,
  parts: JobParts,
): SchedEntity {
  const entity: Entity = {
    name,
    busy: killable ? m.flag(`${name}_busy`) : undefined,
    stopped: killable ? m.flag(`${name}_stopped`) : undefined,
  }
  return {
    job: (job, options) => initJob(m, entity, job, options, parts),
    kill: (t) => killEntity(m, t, entity, parts.jobs, killWq),
  }
}
