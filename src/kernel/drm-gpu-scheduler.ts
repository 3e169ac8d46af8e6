// SPDX-License-Identifier: Apache-2.0
import { and, eq, field, not, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'
import { takeOne } from './choice.ts'
import { schedEntity, type SchedEntity, type SchedEntityOptions } from './drm-sched-entity.ts'
import { sched } from './drm-sched-files.ts'
import { FreeJob } from './drm-sched-free-job.ts'
import { at, type SchedJob } from './drm-sched-job.ts'
import { SchedJobs } from './drm-sched-jobs.ts'
import { resubmitJobs, startScheduler, stopScheduler } from './drm-sched-reset.ts'
import { RunJob } from './drm-sched-run-job.ts'
import { SchedWork } from './drm-sched-work.ts'
import { timeoutWork, type Stoppable, type TimeoutOptions } from './tdr.ts'

export interface GpuSchedulerOptions {
  /** Where run_job and free_job run: an ordered queue with a rescuer of the scheduler's own unless said. */
  readonly submitWq?: ObjectHandle<'workqueue'>
  /** Another queue for free_job, which the kernel does not have: what the shared one costs. */
  readonly freeWq?: ObjectHandle<'workqueue'>
  /** How many credits may be with the hardware at once; without a limit unless said. */
  readonly creditLimit?: number
  /** The timeout of jobs and the driver's timedout_job(). Only with it can the scheduler be stopped. */
  readonly timeout?: TimeoutOptions & { readonly timedoutJob: (t: KernelPath, job: SchedJob) => void }
}

export interface GpuScheduler extends Stoppable {
  readonly entity: (name: string, options?: SchedEntityOptions) => SchedEntity
  /** drm_sched_entity_push_job(): never waits. */
  readonly push: (t: KernelPath, job: SchedJob) => void
  /** drm_sched_stop(): waits for run_job and free_job, and takes the jobs away from their hardware fences. */
  readonly stop: (t: KernelPath) => void
  /** drm_sched_resubmit_jobs(): run_job again for each job that was taken away; between stop and start. */
  readonly resubmit: (t: KernelPath) => void
  /** drm_sched_start(): jobs that were taken away and not resubmitted finish with an error. */
  readonly start: (t: KernelPath) => void
  readonly submitWq: ObjectHandle<'workqueue'>
  readonly runJobWork: ObjectHandle<'work'>
  readonly freeJobWork: ObjectHandle<'work'>
}

/**
 * A drm_gpu_scheduler: entities are queues of jobs; one ordered queue runs run_job and free_job as two work items; the
 * callback on the hardware fence signals the finished fence and asks for free_job. drivers/gpu/drm/scheduler/
 * sched_main.c: drm_sched_run_job_work(), drm_sched_free_job_work(), drm_sched_job_done(), drm_sched_job_timedout(),
 * drm_sched_stop(), drm_sched_start(); sched_entity.c: drm_sched_entity_pop_job(), drm_sched_entity_push_job(); 6.18.
 *
 * Abstraction: whichever entity is ready may be chosen, where the kernel goes round or by age; whichever finished job
 * may be freed first; the jobs of an entity run in the order of their declaration; each is pushed at most once. A
 * run_job that fails is a hardware fence that has signalled (`returnError`). The timeout concerns any job with the
 * hardware, where the kernel takes the oldest. prepare_job, priorities, karma and drm_sched_fini() are left out.
 */
export function drmGpuScheduler(m: KernelBuilder, name: string, options: GpuSchedulerOptions = {}): GpuScheduler {
  const { creditLimit, timeout } = options
  const submitWq = options.submitWq ?? m.workqueue(`${name}_submit_wq`, { ordered: true, memReclaim: true })
  const jobs = new SchedJobs(m, name, creditLimit)
  const work = new SchedWork(m, name, {
    submitWq,
    freeWq: options.freeWq ?? submitWq,
    canStop: timeout !== undefined,
    runJob: (t) => run.next(t),
    freeJob: (t) => free.next(t),
  })
  const run = new RunJob(jobs, work)
  const free = new FreeJob(jobs, work)
  const parts = { jobs, work, run, free }
  if (timeout !== undefined) timeoutWork(m, `${name}_tdr`, timeout, (t) => timedOut(t, jobs, timeout.timedoutJob))

  return {
    entity: (entity, entityOptions = {}) => schedEntity(m, entity, entityOptions, parts),
    submitWq,
    runJobWork: work.runJob,
    freeJobWork: work.freeJob,
    push: (t, job) => {
      t.at(`${sched.entity} drm_sched_entity_push_job()`)
      jobs.move(t, jobs.own(job), 'queued')
      work.queueRun(t)
    },
    stop: (t) => stopScheduler(t, parts),
    resubmit: (t) => resubmitJobs(t, parts),
    start: (t) => startScheduler(t, parts),
  }
}

function timedOut(t: KernelPath, jobs: SchedJobs, timedoutJob: (t: KernelPath, job: SchedJob) => void): void {
  takeOne(
    t,
    jobs.all.map((job) => ({
      name: job.name,
      when: and(eq(job.state, at.pending), not(field(job.finished, 'signalled'))),
      follow: () => {
        t.at(`${sched.main} drm_sched_job_timedout() -> timedout_job()`)
        timedoutJob(t, job)
      },
    })),
  )
}
