// SPDX-License-Identifier: Apache-2.0
import { and, eq, field, or, type Expression, type KernelPath } from 'fencecheck'
import { takeOne } from './choice.ts'
import { sched } from './drm-sched-files.ts'
import { at, type Job } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'
import type { SchedWork } from './drm-sched-work.ts'

/** What free_job does with a job that has finished: drm_sched_free_job_work(). */
export class FreeJob {
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
        when: isFinished(job),
        follow: () => {
          this.free(t, job)
          const others = this.#jobs.others(job)
          if (others.length > 0) t.when(or(...others.map(isFinished)), () => this.#work.queueFree(t))
          this.#work.queueRunForOthers(t, this.#jobs, job)
        },
      })),
    )
  }

  free(t: KernelPath, job: Job): void {
    t.at(`${sched.main} drm_sched_free_job_work() -> free_job()`)
    this.#jobs.move(t, job, 'freed')
    job.options.freeJob?.(t, job)
  }
}

const isFinished = (job: Job): Expression => and(eq(job.state, at.pending), field(job.finished, 'signalled'))
