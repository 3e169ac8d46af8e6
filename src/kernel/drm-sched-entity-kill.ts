// SPDX-License-Identifier: Apache-2.0
import { type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

/** What the kill of an entity needs to know of a job that is still queued. */
export interface KilledJob {
  readonly name: string
  /** What it must still wait for: the job before it in its entity, then its dependencies, finished and not scheduled ones. */
  readonly waits: readonly ObjectHandle<'fence'>[]
  /** Signals its finished fence with an error, and frees it. */
  readonly finish: (t: KernelPath) => void
}

/**
 * The jobs of an entity that is killed: each finishes with an error once everything before it has finished. Nobody waits
 * for that: a callback goes from one fence to the next, and behind the last a work item of a system queue, which has no
 * rescuer, finishes the job. drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill(),
 * drm_sched_entity_kill_jobs_cb(), drm_sched_entity_kill_jobs_work(); 6.18.
 *
 * Answers what drm_sched_entity_kill() does for the job.
 */
export function killedJob(
  m: KernelBuilder,
  queue: ObjectHandle<'workqueue'>,
  { name, waits, finish }: KilledJob,
): (t: KernelPath) => void {
  const work = m.workItem(queue, `${name}_kill_work`, finish)
  const goOn = (t: KernelPath, from: number): void => {
    const source = t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill_jobs_cb()')
    if (from === waits.length) return source.queueWork(work)
    source.addCallback(waits[from]!, { callback: callbacks[from]!, enoent: () => goOn(t, from + 1) })
  }
  const callbacks: readonly ObjectHandle<'fenceCallback'>[] = waits.map((fence, i) =>
    m.callback(fence, `${name}_kill_cb_after_${fence.name}`, (t) => goOn(t, i + 1), { added: false }),
  )
  return (t) => goOn(t, 0)
}
