// SPDX-License-Identifier: Apache-2.0
import { eq, gt, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

type Fence = ObjectHandle<'fence'>

export interface CommitOptions {
  /** Fences that the commit waits for before it touches the hardware: IN_FENCE_FD, or what prepare_fb found. */
  readonly inFences?: readonly Fence[]
  /** What the driver does in the caller's context, before the commit is sure: atomic_check and prepare_fb. */
  readonly prepare?: (t: KernelPath) => void
  /** What the driver does in its atomic_commit_tail before it programs the flip. */
  readonly tail?: (t: KernelPath) => void
}

export interface CrtcOptions<C extends string> {
  /** The commits by name, in the order in which they are made: each waits for the one before. */
  readonly commits: Readonly<Record<C, CommitOptions>>
  /** Where nonblocking commits run: a queue without a rescuer, as system_unbound_wq is, unless said. */
  readonly commitWq?: ObjectHandle<'workqueue'>
  /** The processes that the vblank interrupt may come on top of; all tasks and workers unless said. */
  readonly irqOn?: readonly string[]
}

/** A CRTC, with the commits that are made on it. */
export interface Crtc<C extends string> {
  /** OUT_FENCE_PTR: signalled by the vblank interrupt that shows the commit. */
  readonly outFence: Readonly<Record<C, Fence>>
  readonly hwDone: Readonly<Record<C, ObjectHandle<'completion'>>>
  readonly flipDone: Readonly<Record<C, ObjectHandle<'completion'>>>
  /** A commit with DRM_MODE_ATOMIC_NONBLOCK: queues the rest, then user space has the out-fence. */
  readonly commitNonblocking: (t: KernelPath, commit: C) => void
  /** A commit that returns when it is done; its out-fence is visible after that. The caller holds the modeset locks. */
  readonly commitBlocking: (t: KernelPath, commit: C) => void
}

const helper = 'drivers/gpu/drm/drm_atomic_helper.c:'

/**
 * Atomic commits: wait for the in-fences, for the commit before, program the flip, and let the vblank interrupt signal
 * the out-fence. drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit(), commit_tail(),
 * drm_atomic_helper_wait_for_dependencies(), drm_atomic_helper_wait_for_flip_done(); drm_atomic_uapi.c:
 * drm_mode_atomic_ioctl(); drm_vblank.c: drm_crtc_send_vblank_event(); 6.18.
 *
 * Abstraction: one CRTC and one plane. The limit of 10 s on the waits for other commits and for the flip is left out: a
 * hang that only it would end is reported. A vblank comes some time after the flip is programmed, without drm_vblank_get();
 * the CRTC stays on. Buffers are cleaned up without a step.
 */
export function atomicCrtc<const C extends string>(
  m: KernelBuilder,
  name: string,
  { commits, commitWq = m.workqueue(`${name}_commit_wq`), irqOn }: CrtcOptions<C>,
): Crtc<C> {
  const names = Object.keys(commits) as C[]
  const each = <T>(make: (commit: C) => T): Readonly<Record<C, T>> =>
    Object.fromEntries(names.map((commit) => [commit, make(commit)])) as Record<C, T>
  const outFence = each((commit) => m.fence(`${commit}_out_fence`))
  const hwDone = each((commit) => m.completion(`${commit}_hw_done`))
  const flipDone = each((commit) => m.completion(`${commit}_flip_done`))
  /** The commit whose flip is programmed, counted from 1. */
  const programmed = m.int(`${name}_flip_programmed`, { max: names.length })

  const commitTail = (t: KernelPath, commit: C): void => {
    const { inFences = [], tail } = commits[commit]
    for (const fence of inFences) t.at(`${helper} drm_atomic_helper_wait_for_fences()`).wait(fence)
    const before = names[names.indexOf(commit) - 1]
    if (before !== undefined) {
      t.at(`${helper} drm_atomic_helper_wait_for_dependencies()`).waitForCompletion(hwDone[before])
      t.at(`${helper} drm_atomic_helper_wait_for_dependencies()`).waitForCompletion(flipDone[before])
    }
    tail?.(t)
    t.at(`${helper} drm_atomic_helper_commit_planes()`)
    t.step({ set: [[programmed, names.indexOf(commit) + 1]], label: `program ${commit}` })
    t.at(`${helper} drm_atomic_helper_commit_hw_done()`).completeAll(hwDone[commit])
    t.at(`${helper} drm_atomic_helper_wait_for_flip_done()`).waitForCompletion(flipDone[commit])
  }
  const commitWork = each((commit) => m.workItem(commitWq, `${commit}_commit_work`, (t) => commitTail(t, commit)))
  m.irq(
    `${name}_vblank`,
    (t) =>
      t.select(
        each((commit) => () => {
          t.step({
            when: eq(programmed, names.indexOf(commit) + 1),
            set: [[programmed, 0]],
            label: `${commit} is shown`,
          })
          t.at('drivers/gpu/drm/drm_vblank.c: drm_crtc_send_vblank_event()').completeAll(flipDone[commit])
          t.at('drivers/gpu/drm/drm_vblank.c: drm_crtc_send_vblank_event()').signal(outFence[commit])
        }),
      ),
    { when: gt(programmed, 0), ...(irqOn !== undefined && { on: irqOn }) },
  )
  const publish = (t: KernelPath, commit: C): void =>
    t.at('drivers/gpu/drm/drm_atomic_uapi.c: complete_signaling()').publish(outFence[commit])
  return {
    outFence,
    hwDone,
    flipDone,
    commitNonblocking: (t, commit) => {
      commits[commit].prepare?.(t)
      t.at(`${helper} drm_atomic_helper_commit()`).queueWork(commitWork[commit])
      publish(t, commit)
    },
    commitBlocking: (t, commit) => {
      commits[commit].prepare?.(t)
      commitTail(t, commit)
      publish(t, commit)
    },
  }
}
