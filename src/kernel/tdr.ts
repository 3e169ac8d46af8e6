// SPDX-License-Identifier: Apache-2.0
import { and, field, not, type Expression, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

/** What a reset stops before and starts again after: a `drmGpuScheduler` is one. */
export interface Stoppable {
  readonly stop: (t: KernelPath) => void
  readonly start: (t: KernelPath) => void
  readonly resubmit: (t: KernelPath) => void
}

export interface TimeoutOptions {
  /** The time is over: something has hung, and nobody has mended it. */
  readonly expires: Expression
  /** Where the work runs; a queue of its own without a rescuer, as system_percpu_wq is, unless said. */
  readonly queue?: ObjectHandle<'workqueue'>
}

export interface RecoveryOptions {
  readonly schedulers: readonly Stoppable[]
  /** Resets the hardware: `ring.reset(t)`. */
  readonly reset: (t: KernelPath) => void
  /** What becomes of the jobs that were with the hardware: they end with an error unless they are resubmitted. */
  readonly resubmit?: boolean
}

/**
 * A delayed work that notices a hang: kernel/workqueue.c: delayed_work_timer_fn(); drivers/gpu/drm/scheduler/sched_main.c:
 * drm_sched_start_timeout(); read at 6.18.
 *
 * Abstraction: the timer is not armed and taken off but expires when, and only when, something has hung; it queues the
 * work without running on a CPU, and expires again if the hang outlasts the work. A timeout that comes too early, for
 * a job that is only slow, is `expires` made true by the model.
 */
export function timeoutWork(
  m: KernelBuilder,
  name: string,
  { expires, queue = m.workqueue(`${name}_wq`) }: TimeoutOptions,
  handle: (t: KernelPath) => void,
): ObjectHandle<'work'> {
  const work = m.workItem(queue, name, handle)
  m.hardware(`${name}_timer`, (t) => {
    t.loop(() => {
      t.idle()
      t.await(and(expires, not(field(work, 'pending')), not(field(work, 'running'))))
      t.at('kernel/workqueue.c: delayed_work_timer_fn()').queueWork(work)
    })
  })
  return work
}

/**
 * The recovery of a device, in the order in which all drivers do it: stop every scheduler, reset, complete or resubmit
 * what was lost, start. As drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_reset(); amdgpu_device.c:
 * amdgpu_device_gpu_recover(); read at 6.18.
 *
 * Abstraction: a reset that fails, and a device that is wedged for good, are left out.
 */
export function recoverGpu(t: KernelPath, { schedulers, reset, resubmit = false }: RecoveryOptions): void {
  for (const scheduler of schedulers) scheduler.stop(t)
  reset(t)
  if (resubmit) for (const scheduler of schedulers) scheduler.resubmit(t)
  for (const scheduler of schedulers) scheduler.start(t)
}
