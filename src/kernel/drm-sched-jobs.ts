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
  type VariableHandle,
} from 'fencecheck'
import { at, type Entity, type Fence, type Job, type SchedJob } from './drm-sched-job.ts'

/** The jobs of a scheduler, where each of them is, and the credits that are with the hardware. */
export class SchedJobs {
  readonly all: Job[] = []
  readonly #scheduler: string
  readonly #credits: { readonly used: VariableHandle; readonly limit: number } | undefined

  constructor(m: KernelBuilder, scheduler: string, creditLimit: number | undefined) {
    this.#scheduler = scheduler
    if (creditLimit !== undefined)
      this.#credits = { used: m.int(`${scheduler}_credits`, { max: creditLimit }), limit: creditLimit }
  }

  get hasCredits(): boolean {
    return this.#credits !== undefined
  }

  /** @throws FencecheckError `wrong-argument` if it is not one of them. */
  own(job: SchedJob): Job {
    const found = this.all.find((candidate) => candidate === job)
    if (found === undefined)
      throw new FencecheckError('wrong-argument', `job '${job.name}' is not one of scheduler '${this.#scheduler}'`, {
        fix: 'push it to the scheduler in whose entity it was declared',
      })
    return found
  }

  of(entity: Entity): readonly Job[] {
    return this.all.filter((job) => job.entity === entity)
  }

  others(job: Job): readonly Job[] {
    return this.all.filter((other) => other !== job)
  }

  /** The finished fence of the job whose scheduled fence it is; any other fence itself. */
  finishedOf(fence: Fence): Fence {
    return this.ofFence(fence)?.finished ?? fence
  }

  /** The job whose scheduled or finished fence it is. */
  ofFence(fence: Fence): Job | undefined {
    return this.all.find((job) => job.finished === fence || (job.isAskedForScheduled() && job.scheduled === fence))
  }

  /** A step that the job takes from where it is to where it goes, with the credits that it takes or gives back. */
  move(t: KernelPath, job: Job, to: keyof typeof at, credited: -1 | 0 | 1 = 0): void {
    const change = credited === 1 ? add : sub
    const counted =
      this.#credits === undefined || credited === 0
        ? []
        : [[this.#credits.used, change(this.#credits.used, creditsOf(job))] as const]
    t.step({ set: [[job.state, at[to]], ...counted], label: `${job.name} is ${to}` })
  }

  giveBackCredits(t: KernelPath, job: Job): void {
    if (this.#credits !== undefined) t.set(this.#credits.used, sub(this.#credits.used, creditsOf(job)))
  }

  /** drm_sched_entity_pop_job() finds it: first of its entity, which is not stopped, with credits and nothing to wait for. */
  isReady(job: Job): Expression {
    const sameEntity = this.of(job.entity)
    return and(
      eq(job.state, at.queued),
      ...(job.entity.stopped === undefined ? [] : [not(job.entity.stopped)]),
      ...sameEntity.slice(0, sameEntity.indexOf(job)).map((earlier) => ne(earlier.state, at.queued)),
      ...job.waits.map(({ fence, callback }) => or(not(field(callback, 'added')), field(fence, 'signalled'))),
      ...(this.#credits === undefined ? [] : [le(this.#credits.used, this.#credits.limit - creditsOf(job))]),
    )
  }
}

const creditsOf = (job: Job): number => job.options.credits ?? 1
