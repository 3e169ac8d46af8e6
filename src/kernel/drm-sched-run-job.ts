// SPDX-License-Identifier: Apache-2.0
import type { KernelPath } from 'fencecheck'
import { takeOne } from './choice.ts'
import { sched } from './drm-sched-files.ts'
import type { Job } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'
import type { SchedWork } from './drm-sched-work.ts'

/** What run_job does with a job, until it is done: drm_sched_run_job_work(), drm_sched_job_done(). */
export class RunJob {
  readonly #jobs: SchedJobs
  readonly #work: SchedWork

  constructor(jobs: SchedJobs, work: SchedWork) {
    this.#jobs = jobs
    this.#work = work
  }

  /** The body of the work item. */
  next(t: KernelPath): void {
    takeOne(
      t,
      this.#jobs.all.map((job) => ({
        name: job.name,
        when: this.#jobs.isReady(job),
        ...(job.entity.busy !== undefined && { set: [[job.entity.busy, 1]] }),
        follow: () => {
          this.#runOrWait(t, job)
          if (job.entity.busy !== undefined)
            t.at(`${sched.main} drm_sched_run_job_work() -> complete_all()`).set(job.entity.busy, 0)
          this.#work.queueRunForOthers(t, this.#jobs, job)
        },
      })),
    )
  }

  #runOrWait(t: KernelPath, job: Job, [first, ...others] = job.waits): void {
    if (first === undefined) return this.#run(t, job)
    t.at(`${sched.entity} drm_sched_entity_add_dependency_cb()`).addCallback(first.fence, {
      callback: first.callback,
      enoent: () => this.#runOrWait(t, job, others),
    })
  }

  #run(t: KernelPath, job: Job): void {
    t.at(`${sched.main} drm_sched_run_job_work() -> run_job()`)
    this.#jobs.move(t, job, 'pending', 1)
    job.options.runJob(t, job)
    if (job.isAskedForScheduled()) t.at(`${sched.fence} drm_sched_fence_scheduled()`).signal(job.scheduled)
    this.attach(t, job)
  }

  /** Waits for the hardware fence by its callback; the job is done where there is none, or it has signalled. */
  attach(t: KernelPath, job: Job): void {
    if (job.parent === undefined || job.doneCb === undefined) return this.done(t, job)
    t.at(`${sched.main} drm_sched_run_job_work() -> dma_fence_add_callback()`).addCallback(job.parent, {
      callback: job.doneCb,
      enoent: () => this.done(t, job),
    })
  }

  done(t: KernelPath, job: Job): void {
    this.#jobs.giveBackCredits(t, job)
    t.at(`${sched.fence} drm_sched_fence_finished()`).signal(job.finished)
    if (this.#jobs.hasCredits || job.options.freeJob !== undefined) this.#work.queueFree(t)
  }
}
