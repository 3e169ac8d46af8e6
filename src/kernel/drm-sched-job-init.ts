// SPDX-License-Identifier: Apache-2.0
import type { KernelBuilder } from 'fencecheck'
import { sched } from './drm-sched-files.ts'
import { at, type Entity, type Fence, type Job, type SchedJobOptions } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'
import type { RunJob } from './drm-sched-run-job.ts'
import type { SchedWork } from './drm-sched-work.ts'

/** What the jobs of a scheduler are made with. */
export interface JobParts {
  readonly jobs: SchedJobs
  readonly work: SchedWork
  readonly run: RunJob
}

/** drm_sched_job_init() and drm_sched_job_arm(): one more job of the entity. */
export function initJob(
  m: KernelBuilder,
  entity: Entity,
  name: string,
  options: SchedJobOptions,
  { jobs, work, run }: JobParts,
): Job {
  const { parent } = options
  let scheduled: Fence | undefined
  const finished = m.fence(`${name}_finished`)
  const state = m.int(`${name}_state`, { max: at.killed })
  const waits = dependencies(m, entity, name, options, { jobs, work })
  const job: Job = {
    name,
    entity,
    state,
    finished,
    parent,
    options,
    waits,
    get doneCb() {
      return doneCb
    },
    get scheduled() {
      return (scheduled ??= m.fence(`${name}_scheduled`))
    },
    isAskedForScheduled: () => scheduled !== undefined,
  }
  // The body of the callback is written at once, of a job that is there.
  const doneCb =
    parent === undefined ? undefined : m.callback(parent, `${name}_done_cb`, (t) => run.done(t, job), { added: false })
  jobs.all.push(job)
  return job
}

/** Each fence that it depends on, with the callback that wakes the entity up. */
function dependencies(
  m: KernelBuilder,
  entity: Entity,
  name: string,
  options: SchedJobOptions,
  { jobs, work }: Pick<JobParts, 'jobs' | 'work'>,
): Job['waits'] {
  const fences = (options.dependencies ?? []).flatMap((dependency) => {
    const ours = jobs.ofFence(dependency)
    // Neither fence of a job of the same entity is waited for: drm_sched_entity_add_dependency_cb().
    return ours?.entity === entity ? [] : [ours?.scheduled ?? dependency]
  })
  return [...new Set(fences)].map((fence) => {
    const callback = m.callback(
      fence,
      `${name}_wakeup_after_${fence.name}`,
      (t) => work.queueRun(t.at(`${sched.entity} drm_sched_entity_wakeup()`)),
      { added: false },
    )
    return { fence, callback }
  })
}
