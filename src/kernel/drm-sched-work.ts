// SPDX-License-Identifier: Apache-2.0
import {
  FencecheckError,
  eq,
  or,
  type KernelBuilder,
  type KernelPath,
  type ObjectHandle,
  type VariableHandle,
} from 'fencecheck'
import { sched } from './drm-sched-files.ts'
import { at, type Job } from './drm-sched-job.ts'
import type { SchedJobs } from './drm-sched-jobs.ts'

interface WorkOptions {
  readonly submitWq: ObjectHandle<'workqueue'>
  readonly freeWq: ObjectHandle<'workqueue'>
  readonly canStop: boolean
  readonly runJob: (t: KernelPath) => void
  readonly freeJob: (t: KernelPath) => void
}

/** The two work items of a scheduler, run_job and free_job, and whether they are paused. */
export class SchedWork {
  readonly runJob: ObjectHandle<'work'>
  readonly freeJob: ObjectHandle<'work'>
  readonly #scheduler: string
  readonly #paused: VariableHandle | undefined

  constructor(m: KernelBuilder, scheduler: string, { submitWq, freeWq, canStop, runJob, freeJob }: WorkOptions) {
    this.#scheduler = scheduler
    this.#paused = canStop ? m.flag(`${scheduler}_pause_submit`) : undefined
    this.runJob = m.workItem(submitWq, `${scheduler}_run_job`, runJob)
    this.freeJob = m.workItem(freeWq, `${scheduler}_free_job`, freeJob)
  }

  queueRun(t: KernelPath): void {
    this.#unlessPaused(t, () => t.at(`${sched.main} drm_sched_run_job_queue()`).queueWork(this.runJob))
  }

  /** The kernel always asks for the next run; one that would find no job queued is left out. */
  queueRunForOthers(t: KernelPath, jobs: SchedJobs, job: Job): void {
    const others = jobs.others(job)
    if (others.length > 0) t.when(or(...others.map(({ state }) => eq(state, at.queued))), () => this.queueRun(t))
  }

  queueFree(t: KernelPath): void {
    this.#unlessPaused(t, () => t.at(`${sched.main} drm_sched_run_free_queue()`).queueWork(this.freeJob))
  }

  stop(t: KernelPath): void {
    const source = `${sched.main} drm_sched_wqueue_stop()`
    t.at(source).set(this.#pause(), 1)
    t.at(source).cancelWorkSync(this.runJob)
    t.at(source).cancelWorkSync(this.freeJob)
  }

  start(t: KernelPath): void {
    t.at(`${sched.main} drm_sched_wqueue_start()`).set(this.#pause(), 0)
    this.queueRun(t)
    this.queueFree(t)
  }

  #unlessPaused(t: KernelPath, follow: () => void): void {
    if (this.#paused === undefined) follow()
    else t.when(this.#paused, () => {}, follow)
  }

  #pause(): VariableHandle {
    const name = this.#scheduler
    if (this.#paused === undefined)
      throw new FencecheckError(
        'wrong-argument',
        `scheduler '${name}' has no timeout: only one that has can be stopped`,
        { fix: `declare one: drmGpuScheduler(m, '${name}', { timeout: { expires, timedoutJob } })` },
      )
    return this.#paused
  }
}
