// SPDX-License-Identifier: Apache-2.0
import { acquisitionOf } from './acquisition.ts'
import type { Frame } from '../report/frame.ts'
import { functionOf, type LockClass } from '../report/lock.ts'
import type { Blocked, Dependency, HungTaskReport } from '../report/report.ts'

/** What a blocked task waits for, read off its stack. */
export type Wait = {
  readonly for: 'lock' | 'fence' | 'work' | 'completion' | 'page' | 'grace period' | 'something'
  readonly at: string
}

const waits: readonly (readonly [RegExp, Wait['for']])[] = [
  [/^(?:dma_fence_(?:default_)?wait|dma_resv_wait|drm_syncobj_\w*wait|dma_fence_wait)/, 'fence'],
  [/^(?:_*flush_work|_*flush_workqueue|_*cancel_\w*work|kthread_flush)/, 'work'],
  [/^(?:_*(?:ww_|rt_)?mutex_lock|rwsem_down_|_*down_(?:read|write)|percpu_rwsem_wait|lock_sock)/, 'lock'],
  [/^(?:wait_on_page|folio_wait|_*wait_on_buffer|out_of_line_wait_on_bit)/, 'page'],
  [/^(?:synchronize_s?rcu|_*wait_rcu|_*synchronize_srcu|rcu_barrier)/, 'grace period'],
  [/^(?:wait_for_(?:completion|common)|do_wait_for_common)/, 'completion'],
]
const scheduler =
  /^(?:_*switch_to|_*schedule|preempt_schedule|schedule_\w+|io_schedule|context_switch|rwbase_|rt_mutex_sched)/

export function waitOf(frames: readonly Frame[]): Wait {
  const own = frames.filter((frame) => !scheduler.test(frame.function))
  const found = own
    .slice(0, 6)
    .flatMap((frame) => waits.find(([pattern]) => pattern.test(frame.function))?.[1] ?? [])[0]
  const outside = own.find(
    (frame) => !waits.some(([pattern]) => pattern.test(frame.function)) && !/mutex|rwsem/.test(frame.function),
  )
  return { for: found ?? 'something', at: outside?.at ?? own[0]?.at ?? 'an unknown place' }
}

/** What only runs so that fences signal: what blocks it keeps jobs from starting, finishing or being reset. */
const signals =
  /^(?:drm_sched_(?:main|run_job_work|free_job_work|job_timedout)|\w+_job_run|\w+_run_job|\w+_timedout_job)$/

/** Who waits for whom, as far as the stacks and lists tell. */
export interface HungWaits {
  /** Dependencies between what is held and what is waited for, in order; a cycle if there is one. */
  readonly dependencies: readonly Dependency[]
  readonly isCycle: boolean
  /** What had to be assumed for it. */
  readonly assumptions: readonly string[]
  /** What is waited for, whether or not anybody is known to hold it. */
  readonly waited: readonly string[]
  /** A sentence a task. */
  readonly told: readonly string[]
}

const fence: LockClass = { name: 'dma_fence', usage: '' }

/** The cycle among tasks that are blocked: each holds what the next one before waits for, or has to signal it. */
export function hungWaitsOf(report: HungTaskReport): HungWaits {
  const heldBy = new Map(report.held.map(({ task, locks }) => [task.replace(/\/(\d+)$/, ':$1'), locks] as const))
  const owners = new Set(report.blocked.flatMap(({ owner }) => owner ?? []))
  const tasks = report.blocked.map((task) => waiting(task, heldBy.get(task.task) ?? [], owners.has(task.task)))
  const wanted = new Map(
    tasks.flatMap(({ owner, waited }) =>
      owner === undefined || waited === undefined ? [] : [[owner, waited] as const],
    ),
  )
  const dependencies: Dependency[] = []
  const assumptions: string[] = []
  for (const { task, wait, waited, held, signalling, line, frames } of tasks) {
    if (waited === undefined) continue
    for (const lock of held) dependencies.push({ from: lock, to: waited, frames, line, task })
    const owned = wanted.get(task)
    if (owned !== undefined && !held.includes(owned)) dependencies.push({ from: owned, to: waited, frames, line, task })
    if (signalling && wait.for !== 'fence') {
      dependencies.push({ from: fence, to: waited, frames, line, task })
      assumptions.push(`the fence that is waited for is one that ${task} would signal, who runs jobs`)
    }
  }
  const cycle = cycleIn(dependencies)
  return {
    dependencies: cycle ?? dependencies,
    isCycle: cycle !== undefined,
    assumptions: cycle?.some(({ from }) => from === fence) === true ? assumptions.slice(0, 1) : [],
    waited: tasks.flatMap(({ waited }) => waited?.name ?? []),
    told: tasks.map(
      ({ task, wait, waited }) => `${task} waits for ${waited?.name ?? `a ${wait.for}`} in ${functionOf(wait.at)}`,
    ),
  }
}

interface Waiting extends Blocked {
  readonly wait: Wait
  readonly waited: LockClass | undefined
  readonly held: readonly LockClass[]
  readonly signalling: boolean
}

/** lockdep lists what a task waits for as held, innermost. */
function waiting(blocked: Blocked, locks: readonly LockClass[], isOwner: boolean): Waiting {
  const { frames } = blocked
  const wait = waitOf(frames)
  const isLock = wait.for === 'lock'
  const last = locks.at(-1)
  const own = isLock
    ? (last ?? { name: `${acquisitionOf(frames).primitive ?? 'lock'} of ${functionOf(wait.at)}`, usage: '' })
    : undefined
  const waited = wait.for === 'fence' ? fence : wait.for === 'lock' ? own : undefined
  return {
    ...blocked,
    wait,
    waited,
    held: isLock ? locks.slice(0, -1) : locks,
    signalling: !isOwner && frames.some((frame) => signals.test(frame.function)),
  }
}

/** The first cycle in these dependencies, by the names of the locks; each dependency once. */
function cycleIn(dependencies: readonly Dependency[]): readonly Dependency[] | undefined {
  const from = Map.groupBy(dependencies, (dependency) => dependency.from.name)
  const done = new Set<string>()
  for (const start of from.keys()) {
    // Depth first without recursion: reports can list thousands of tasks.
    const path: Dependency[] = []
    const stack: { readonly name: string; next: number }[] = [{ name: start, next: 0 }]
    const depth = new Map([[start, 0]])
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const dependency = done.has(top.name) ? undefined : from.get(top.name)?.[top.next++]
      if (dependency === undefined) {
        done.add(top.name)
        depth.delete(top.name)
        stack.pop()
        path.pop()
        continue
      }
      const at = depth.get(dependency.to.name)
      if (at !== undefined) return [...path.slice(at), dependency]
      path.push(dependency)
      depth.set(dependency.to.name, stack.length)
      stack.push({ name: dependency.to.name, next: 0 })
    }
  }
  return undefined
}
