// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, eq, not, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'
import { sched } from './drm-sched-files.ts'
import { at, type Entity, type Job } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'

/** What the kill of an entity needs to know of a job that is still queued. */
interface KilledJob {
  readonly name: string
  /** What it must still wait for: the job before it in its entity, then its dependencies, finished and not scheduled ones. */
  readonly waits: readonly ObjectHandle<'fence'>[]
  /** Signals its finished fence with an error, and frees it. */
  readonly finish: (t: KernelPath) => void
}

/**
 * An entity is killed: run_job lets go of it, and each of its jobs that is still queued finishes with an error once
 * everything before it has finished. Nobody waits for that: a callback goes from one fence to the next, and behind the
 * last a work item of a system queue, which has no rescuer, finishes the job.
 * drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(), drm_sched_entity_kill_jobs_cb(),
 * drm_sched_entity_kill_jobs_work(); 6.18.
 */
export function killEntity(
  m: KernelBuilder,
  t: KernelPath,
  entity: Entity,
  jobs: SchedJobs,
  queue?: ObjectHandle<'workqueue'>,
): void {
  const { name, busy, stopped } = entity
  if (busy === undefined || stopped === undefined)
    throw new FencecheckError('wrong-argument', `entity '${name}' is not declared as killable`, {
      fix: `declare it so: sched.entity('${name}', { killable: true })`,
    })
  t.at(`${sched.entity} drm_sched_entity_kill()`).set(stopped, 1)
  t.at(`${sched.entity} drm_sched_entity_kill()`).mightSleep()
  t.at(`${sched.entity} drm_sched_entity_kill() -> wait_for_completion()`).await(not(busy))
  const killWq = queue ?? m.workqueue(`${name}_kill_wq`)
  const ours = jobs.of(entity)
  for (const [i, job] of ours.entries()) {
    const before = ours.slice(i - 1, i).map(({ finished }) => finished)
    const waits = [...before, ...job.waits.map(({ fence }) => jobs.finishedOf(fence))]
    const goOn = killedJob(m, killWq, { name: job.name, waits, finish: (path) => finish(path, job) })
    t.when(eq(job.state, at.queued), () => {
      jobs.move(t, job, 'killed')
      goOn(t)
    })
  }
}

function finish(t: KernelPath, job: Job): void {
  if (job.isAskedForScheduled()) t.signal(job.scheduled)
  t.at(`${sched.fence} drm_sched_fence_finished()`).signal(job.finished)
  t.optional(() => job.options.freeJob?.(t, job))
}

/** Declares the callbacks and the work item of a job. Answers what drm_sched_entity_kill() does for it. */
function killedJob(
  m: KernelBuilder,
  queue: ObjectHandle<'workqueue'>,
  { name, waits, finish }: KilledJob,
): (t: KernelPath) => void {
  const source = `${sched.entity} drm_sched_entity_kill_jobs_cb()`
  const work = m.workItem(queue, `${name}_kill_work`, finish)
  let goOn = (t: KernelPath): void => t.at(source).queueWork(work)
  // From the last: the body of a callback is written at once, and goes on to what is behind it.
  for (const fence of waits.toReversed()) {
    const behind = goOn
    const callback = m.callback(fence, `${name}_kill_cb_after_${fence.name}`, behind, { added: false })
    goOn = (t) => t.at(source).addCallback(fence, { callback, enoent: () => behind(t) })
  }
  return goOn
}
