// SPDX-License-Identifier: Apache-2.0
import {
  FencecheckError,
  add,
  and,
  eq,
  field,
  le,
  ne,
  not,
  or,
  sub,
  type Expression,
  type KernelBuilder,
  type KernelPath,
  type ObjectHandle,
  type VariableHandle,
} from 'fencecheck'
import { takeOne } from './choice.ts'
import { killedJob } from './drm-sched-entity-kill.ts'
import { at, type Entity, type Fence, type Job, type SchedJob, type SchedJobOptions } from './drm-sched-job.ts'
import { timeoutWork, type Stoppable, type TimeoutOptions } from './tdr.ts'

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

const main = 'drivers/gpu/drm/scheduler/sched_main.c:'
const entityC = 'drivers/gpu/drm/scheduler/sched_entity.c:'

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
  const jobs: Job[] = []
  const credits = creditLimit === undefined ? undefined : m.int(`${name}_credits`, { max: creditLimit })
  const paused = timeout === undefined ? undefined : m.flag(`${name}_pause_submit`)

  const unlessPaused = (t: KernelPath, follow: () => void): void =>
    paused === undefined ? follow() : t.when(paused, () => {}, follow)
  const queueRun = (t: KernelPath): void =>
    unlessPaused(t, () => t.at(`${main} drm_sched_run_job_queue()`).queueWork(runJobWork))
  const queueFree = (t: KernelPath): void =>
    unlessPaused(t, () => t.at(`${main} drm_sched_run_free_queue()`).queueWork(freeJobWork))
  /** A step that the job takes from where it is to where it goes, with the credits that it takes or gives back. */
  const move = (t: KernelPath, job: Job, to: keyof typeof at, credited: -1 | 0 | 1 = 0): void => {
    const used = job.options.credits ?? 1
    const change = credited === 1 ? add : sub
    const counted = credits === undefined || credited === 0 ? [] : [[credits, change(credits, used)] as const]
    t.step({ set: [[job.state, at[to]], ...counted], label: `${job.name} is ${to}` })
  }
  /** The kernel always asks for the next run; one that would find no job queued is left out. */
  const queueRunForOthers = (t: KernelPath, job: Job): void => {
    const others = jobs.filter((other) => other !== job)
    if (others.length > 0) t.when(or(...others.map(({ state }) => eq(state, at.queued))), () => queueRun(t))
  }

  const done = (t: KernelPath, job: Job): void => {
    if (credits !== undefined) t.set(credits, sub(credits, job.options.credits ?? 1))
    t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(job.finished)
    if (credits !== undefined || job.options.freeJob !== undefined) queueFree(t)
  }
  const attach = (t: KernelPath, job: Job): void => {
    if (job.parent === undefined || job.doneCb === undefined) return done(t, job)
    t.at(`${main} drm_sched_run_job_work() -> dma_fence_add_callback()`).addCallback(job.parent, {
      callback: job.doneCb,
      enoent: () => done(t, job),
    })
  }
  const isReady = (job: Job): Expression =>
    and(
      eq(job.state, at.queued),
      ...(job.entity.stopped === undefined ? [] : [not(job.entity.stopped)]),
      ...jobs
        .slice(0, jobs.indexOf(job))
        .flatMap((earlier) => (earlier.entity === job.entity ? [ne(earlier.state, at.queued)] : [])),
      ...job.waits.map(({ fence, callback }) => or(not(field(callback, 'added')), field(fence, 'signalled'))),
      ...(credits === undefined ? [] : [le(credits, creditLimit! - (job.options.credits ?? 1))]),
    )
  const isFinished = (job: Job): Expression => and(eq(job.state, at.pending), field(job.finished, 'signalled'))

  const run = (t: KernelPath, job: Job): void => {
    t.at(`${main} drm_sched_run_job_work() -> run_job()`)
    move(t, job, 'pending', 1)
    job.options.runJob(t, job)
    if (job.isAskedForScheduled())
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_scheduled()').signal(job.scheduled)
    attach(t, job)
  }
  const runOrWait = (t: KernelPath, job: Job, [first, ...others] = job.waits): void => {
    if (first === undefined) return run(t, job)
    t.at(`${entityC} drm_sched_entity_add_dependency_cb()`).addCallback(first.fence, {
      callback: first.callback,
      enoent: () => runOrWait(t, job, others),
    })
  }
  const free = (t: KernelPath, job: Job): void => {
    t.at(`${main} drm_sched_free_job_work() -> free_job()`)
    move(t, job, 'freed')
    job.options.freeJob?.(t, job)
  }

  const runJobWork = m.workItem(submitWq, `${name}_run_job`, (t) =>
    takeOne(
      t,
      jobs.map((job) => ({
        name: job.name,
        when: isReady(job),
        ...(job.entity.busy !== undefined && { set: [[job.entity.busy, 1]] }),
        follow: () => {
          runOrWait(t, job)
          if (job.entity.busy !== undefined)
            t.at(`${main} drm_sched_run_job_work() -> complete_all()`).set(job.entity.busy, 0)
          queueRunForOthers(t, job)
        },
      })),
    ),
  )
  const freeJobWork = m.workItem(options.freeWq ?? submitWq, `${name}_free_job`, (t) => {
    takeOne(
      t,
      jobs.map((job) => ({
        name: job.name,
        when: isFinished(job),
        follow: () => {
          free(t, job)
          const others = jobs.filter((other) => other !== job)
          if (others.length > 0) t.when(or(...others.map(isFinished)), () => queueFree(t))
          queueRunForOthers(t, job)
        },
      })),
    )
  })
  if (timeout !== undefined)
    timeoutWork(m, `${name}_tdr`, timeout, (t) =>
      takeOne(
        t,
        jobs.map((job) => ({
          name: job.name,
          when: and(eq(job.state, at.pending), not(field(job.finished, 'signalled'))),
          follow: () => {
            t.at(`${main} drm_sched_job_timedout() -> timedout_job()`)
            timeout.timedoutJob(t, job)
          },
        })),
      ),
    )

  const addJob =
    (of: Entity): SchedEntity['job'] =>
    (jobName, jobOptions) => {
      let scheduled: Fence | undefined
      const finished = m.fence(`${jobName}_finished`)
      const state = m.int(`${jobName}_state`, { max: at.killed })
      const waits = (jobOptions.dependencies ?? []).flatMap((dependency) => {
        const ours = jobs.find((other) => other.finished === dependency)
        if (ours?.entity === of) return []
        const fence = ours?.scheduled ?? dependency
        const callback = m.callback(
          fence,
          `${jobName}_wakeup_after_${fence.name}`,
          (t) => queueRun(t.at(`${entityC} drm_sched_entity_wakeup()`)),
          { added: false },
        )
        return [{ fence, callback }]
      })
      const job: Job = {
        name: jobName,
        entity: of,
        state,
        finished,
        parent: jobOptions.parent,
        options: jobOptions,
        waits,
        get scheduled() {
          return (scheduled ??= m.fence(`${jobName}_scheduled`))
        },
        isAskedForScheduled: () => scheduled !== undefined,
        get doneCb() {
          return doneCb
        },
      }
      const doneCb =
        jobOptions.parent === undefined
          ? undefined
          : m.callback(jobOptions.parent, `${jobName}_done_cb`, (t) => done(t, job), { added: false })
      jobs.push(job)
      return job
    }
  const entity: GpuScheduler['entity'] = (of, { killable = false, killWq } = {}) => {
    const busy = killable ? m.flag(`${of}_busy`) : undefined
    const stopped = killable ? m.flag(`${of}_stopped`) : undefined
    const self = { name: of, busy, stopped }
    const finishedOf = (fence: Fence): Fence =>
      jobs.find((job) => job.isAskedForScheduled() && job.scheduled === fence)?.finished ?? fence
    const kill = (t: KernelPath): void => {
      if (busy === undefined || stopped === undefined)
        throw new FencecheckError('wrong-argument', `entity '${of}' is not declared as killable`, {
          fix: `declare it so: sched.entity('${of}', { killable: true })`,
        })
      t.at(`${entityC} drm_sched_entity_kill()`).set(stopped, 1)
      t.at(`${entityC} drm_sched_entity_kill()`).mightSleep()
      t.at(`${entityC} drm_sched_entity_kill() -> wait_for_completion()`).await(not(busy))
      const queue = killWq ?? m.workqueue(`${of}_kill_wq`)
      const ours = jobs.filter((job) => job.entity === self)
      for (const [i, job] of ours.entries()) {
        const finish = (path: KernelPath): void => {
          if (job.isAskedForScheduled()) path.signal(job.scheduled)
          path.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(job.finished)
          path.optional(() => job.options.freeJob?.(path, job))
        }
        const before = ours.slice(i - 1, i).map(({ finished }) => finished)
        const waits = [...before, ...job.waits.map(({ fence }) => finishedOf(fence))]
        const goOn = killedJob(m, queue, { name: job.name, waits, finish })
        t.when(eq(job.state, at.queued), () => {
          move(t, job, 'killed')
          goOn(t)
        })
      }
    }
    return { job: addJob(self), kill }
  }
  const own = (job: SchedJob): Job => {
    const found = jobs.find((candidate) => candidate === job)
    if (found === undefined)
      throw new FencecheckError('wrong-argument', `job '${job.name}' is not one of scheduler '${name}'`, {
        fix: 'push it to the scheduler in whose entity it was declared',
      })
    return found
  }
  const pausing = (): VariableHandle => {
    if (paused === undefined)
      throw new FencecheckError(
        'wrong-argument',
        `scheduler '${name}' has no timeout: only one that has can be stopped`,
        {
          fix: `declare one: drmGpuScheduler(m, '${name}', { timeout: { expires, timedoutJob } })`,
        },
      )
    return paused
  }

  return {
    entity,
    submitWq,
    runJobWork,
    freeJobWork,
    push: (t, job) => {
      t.at(`${entityC} drm_sched_entity_push_job()`)
      move(t, own(job), 'queued')
      queueRun(t)
    },
    stop: (t) => {
      t.at(`${main} drm_sched_wqueue_stop()`).set(pausing(), 1)
      t.at(`${main} drm_sched_wqueue_stop()`).cancelWorkSync(runJobWork)
      t.at(`${main} drm_sched_wqueue_stop()`).cancelWorkSync(freeJobWork)
      for (const job of jobs)
        t.when(eq(job.state, at.pending), () => {
          const ran = (): void => {
            t.at(`${main} drm_sched_stop()`).wait(job.finished)
            t.optional(() => free(t, job))
          }
          if (job.parent === undefined || job.doneCb === undefined) return ran()
          const removed = (): void => move(t, job, 'stopped', -1)
          t.at(`${main} drm_sched_stop()`).removeCallback(job.parent, { callback: job.doneCb, removed, ran })
        })
    },
    resubmit: (t) => {
      for (const job of jobs)
        t.when(eq(job.state, at.stopped), () => {
          t.at(`${main} drm_sched_resubmit_jobs() -> run_job()`)
          move(t, job, 'resubmitted', 1)
          t.optional(() => job.options.runJob(t, job))
        })
    },
    start: (t) => {
      for (const job of jobs)
        takeOne(t, [
          {
            name: 'failed',
            when: eq(job.state, at.stopped),
            follow: () => {
              t.at(`${main} drm_sched_start()`)
              move(t, job, 'pending', 1)
              done(t, job)
            },
          },
          {
            name: 'resubmitted',
            when: eq(job.state, at.resubmitted),
            follow: () => {
              move(t, job, 'pending')
              attach(t, job)
            },
          },
        ])
      t.at(`${main} drm_sched_wqueue_start()`).set(pausing(), 0)
      queueRun(t)
      queueFree(t)
    },
  }
}
