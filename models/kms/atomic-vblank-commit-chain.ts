// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A commit waits for its in-fence without limit, flips, and the vblank signals its out-fence; the next commit waits for
 * that commit to be done. As long as an in-fence exists before the commit is issued, nothing can depend on what comes
 * later, and the chain has no cycle. With an in-fence that is filled in afterwards user space may fill it with a job that
 * waits for the out-fence, or only after a second commit that waits for the first: the ten seconds which the helpers
 * wait for a commit end the second wait, not the first.
 */
export default model(
  'kms/atomic-vblank-commit-chain',
  {
    summary: 'Commits wait for in-fences and for each other; an in-fence that is created later closes a cycle.',
    sources: [
      '"[PATCH 16/25] drm/atomic-helper: Add dma-fence annotations", Daniel Vetter, 2020-07-07; vkms vblank annotations, 2021-01-21',
      'drivers/gpu/drm/drm_atomic_helper.c: commit_tail(), waits for fences, then for dependencies; drm_atomic_helper_wait_for_fences(), drm_atomic_helper_wait_for_dependencies(), stall_checks(); read at 6.18',
      'drivers/gpu/drm/drm_atomic.c: drm_crtc_commit_wait(), 10 s for each of hw_done and flip_done; drivers/gpu/drm/drm_file.c: drm_send_event_helper(); read at 6.18',
      'drivers/dma-buf/dma-fence.c: DOC: indefinite DMA fences; the variants with a future fence are construction: the kernel takes no such in-fence',
    ],
    abstracts: [
      'One CRTC. The second commit is a blocking one, as a nonblocking one gets -EBUSY while the first is not done.',
      'Of hw_done and flip_done the first is kept; a job that waits for the out-fence finds flip_done complete.',
      'Modeset locks are left out; so are the out-fence and the vblank of the second commit.',
      'The wait of a blocking commit that a signal can end, before it is committed, is left out.',
      'The future in-fence is a syncobj without a fence; the kernel would take nothing but a sync_file, which has one.',
    ],
    rules: { 'future-fence': ['R24', 'R32'], 'future-fence-after-commit': ['R13', 'R24'] },
    variants: {
      'materialised-fence': 'holds',
      'future-fence': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['commit-work', 'gpu-late-job'],
        objects: ['out_fence', 'in_fence'],
      },
      'future-fence-after-commit': {
        kind: 'masked',
        shape: 'cycle',
        processes: ['commit-work', 'user'],
        objects: ['in_syncobj', 'hw_done'],
      },
    },
  },
  (m, variant) => {
    const outFence = m.fence('out_fence')
    const jobFence = m.fence('job_fence')
    const inFence = m.fence('in_fence', { published: variant === 'materialised-fence' })
    const inSyncobj = m.syncobj('in_syncobj')
    const committed = m.flag('commit_work_queued')
    const flipped = m.flag('flip_programmed')
    const pushed = m.flag('job_pushed')
    const latePushed = m.flag('late_job_pushed')
    const hwDone = m.completion('hw_done')
    const helper = 'drivers/gpu/drm/drm_atomic_helper.c'
    const signalAt = 'drivers/dma-buf/dma-fence.c: dma_fence_signal()'

    m.thread('user', (t) => {
      // The first commit, nonblocking.
      t.at(`${helper}: drm_atomic_helper_commit()`).set(committed, 1)
      t.at('drivers/gpu/drm/drm_atomic_uapi.c: complete_signaling()').publish(outFence)
      // A job that renders once the flip is done.
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm()').publish(jobFence)
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      const fillIn = (): void => {
        t.at('drivers/gpu/drm/drm_syncobj.c: drm_syncobj_replace_fence()').replaceFence(inSyncobj, { fence: inFence })
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(latePushed, 1)
      }
      if (variant === 'future-fence') fillIn()
      // The second commit, blocking.
      if (variant !== 'future-fence-after-commit') t.at(`${helper}: drm_atomic_helper_wait_for_fences()`).wait(jobFence)
      t.at('drivers/gpu/drm/drm_atomic.c: drm_crtc_commit_wait()').waitForCompletionTimeout(hwDone, {
        timeout: () => t.local('commit wait timed out'),
      })
      t.local('flip')
      if (variant === 'future-fence-after-commit') fillIn()
    })
    m.worker('commit-work', (t) => {
      t.idle()
      t.at(`${helper}: commit_work()`).await(committed)
      t.at(`${helper}: drm_atomic_helper_wait_for_fences()`)
      if (variant === 'materialised-fence') t.wait(inFence)
      else t.waitSyncobjForSubmit(inSyncobj, { erestartsys: () => t.unreachable('nobody sends a worker signals') })
      t.at(`${helper}: drm_atomic_helper_commit_planes()`).set(flipped, 1)
      t.at(`${helper}: drm_atomic_helper_commit_hw_done()`).completeAll(hwDone)
    })
    m.irq(
      'vblank-irq',
      (t) => t.at('drivers/gpu/drm/drm_file.c: drm_send_event_helper() -> dma_fence_signal()').signal(outFence),
      { when: flipped, set: [[flipped, 0]] },
    )
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.wait(outFence)
      t.at(signalAt).signal(jobFence)
    })
    m.hardware('gpu-late-job', (t) => {
      if (variant !== 'materialised-fence') {
        t.idle()
        t.await(latePushed)
      }
      if (variant === 'future-fence') t.wait(outFence)
      t.at(signalAt).signal(inFence)
    })
  },
)
