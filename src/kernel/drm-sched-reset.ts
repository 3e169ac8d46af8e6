// SPDX-License-Identifier: Apache-2.0
import { eq, type KernelPath } from 'fencecheck'
import { takeOne } from './choice.ts'
import { sched } from './drm-sched-files.ts'
import type { FreeJob } from './drm-sched-free-job.ts'
import { at, type Job } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'
import type { RunJob } from './drm-sched-run-job.ts'
import type { SchedWork } from './drm-sched-work.ts'

interface Parts {
  readonly jobs: SchedJobs
  readonly work: SchedWork
  readonly run: RunJob
  readonly free: FreeJob
}

/** drm_sched_stop(): waits for run_job and free_job, and takes the jobs away from their hardware fences. */
export function stopScheduler(t: KernelPath, { jobs, work, free }: Parts): void {
  work.stop(t)
  for (const job of jobs.all)
    t.when(eq(job.state, at.pending), () => {
      const ran = (): void => {
        t.at(`${sched.main} drm_sched_stop()`).wait(job.finished)
        t.optional(() => free.free(t, job))
      }
      if (job.parent === undefined || job.doneCb === undefined) return ran()
      const removed = (): void => jobs.move(t, job, 'stopped', -1)
      t.at(`${sched.main} drm_sched_stop()`).removeCallback(job.parent, { callback: job.doneCb, removed, ran })
    })
}

/** drm_sched_resubmit_jobs(): run_job again for each job that was taken away. */
export function resubmitJobs(t: KernelPath, { jobs }: Parts): void {
  for (const job of jobs.all)
    t.when(eq(job.state, at.stopped), () => {
      t.at(`${sched.main} drm_sched_resubmit_jobs() -> run_job()`)
      jobs.move(t, job, 'resubmitted', 1)
      t.optional(() => job.options.runJob(t, job))
    })
}

/** drm_sched_start(): jobs that were taken away and not resubmitted finish with an error. */
export function startScheduler(t: KernelPath, parts: Parts): void {
  for (const job of parts.jobs.all) takeOne(t, [failed(t, job, parts), resubmitted(t, job, parts)])
  parts.work.start(t)
}

const failed = (t: KernelPath, job: Job, { jobs, run }: Parts) => ({
  name: 'failed',
  when: eq(job.state, at.stopped),
  follow: () => {
    t.at(`${sched.main} drm_sched_start()`)
    jobs.move(t, job, 'pending', 1)
    run.done(t, job)
  },
})

const resubmitted = (t: KernelPath, job: Job, { jobs, run }: Parts) => ({
  name: 'resubmitted',
  when: eq(job.state, at.resubmitted),
  follow: () => {
    jobs.move(t, job, 'pending')
    run.attach(t, job)
  },
})
