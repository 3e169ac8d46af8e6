// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import commitTailKmalloc from '../../models/amdgpu/amdgpu-commit-tail-kmalloc.ts'
import commitTailResv from '../../models/amdgpu/amdgpu-commit-tail-resv.ts'
import resetBoReserve from '../../models/amdgpu/amdgpu-reset-bo-reserve.ts'
import resetModeset from '../../models/amdgpu/amdgpu-reset-modeset.ts'
import freejobOrderedWq from '../../models/drm-sched/sched-freejob-ordered-wq.ts'
import runJobAlloc from '../../models/drm-sched/sched-run-job-alloc.ts'
import vmwgfxCommitTailResv from '../../models/vmwgfx/vmwgfx-commit-tail-resv.ts'
import { reason, size } from './scenario.ts'

describe('the deadlock is the one of the story', () => {
  test('eviction waits for the job, the job for the flip, the flip for the eviction', async () => {
    const cycle = (work: string, outFence: string): readonly string[] => [
      'deadlock cycle',
      `${work} [] wwLockPlain fb_bo`,
      'evict [fb_bo] waitFences fb_bo',
      `gpu [] wait ${outFence}`,
    ]
    expect(await reason(commitTailResv, 'resv-in-tail')).toEqual(cycle('crtc_commit_wq/0', 'flip_out_fence'))
    expect(await reason(vmwgfxCommitTailResv, 'validate-in-tail')).toEqual(cycle('commit-work', 'out_fence'))
  })

  test('the commit tail waits in reclaim for the job that waits for its flip, also under GFP_NOFS', async () => {
    const cycle = ['deadlock cycle', 'commit-work [] waitFences userptr_bo', 'gpu [] wait out_fence']
    expect(await reason(commitTailKmalloc, 'kernel')).toEqual(cycle)
    expect(await reason(commitTailKmalloc, 'nofs')).toEqual(cycle)
    expect(await reason(commitTailKmalloc, 'nofs', { notifiers: 'off' })).toEqual(['holds'])
  })

  test('the reset wants the modeset lock of the commit that waits for the hung job', async () => {
    expect(await reason(resetModeset, 'modeset-locks-in-reset')).toEqual([
      'deadlock cycle',
      'atomic-ioctl [crtc_lock] wait job_fence',
      'reset-work [] wwLock crtc_lock',
    ])
    expect(await reason(resetModeset, 'interruptible-wait')).toEqual([
      'masked cycle',
      'atomic-ioctl [crtc_lock] waitInterruptible job_fence',
      'reset-work [] wwLock crtc_lock',
    ])
  })

  test('a timeout on the wait of the flip masks the cycle, it does not remove it', async () => {
    expect(await reason(resetBoReserve, 'wait-under-resv')).toEqual([
      'deadlock cycle',
      'flip [fb_bo] waitFences fb_bo',
      'reset-work [] wwLockPlain fb_bo',
    ])
    expect(await reason(resetBoReserve, 'wait-timeout')).toEqual([
      'masked cycle',
      'flip [fb_bo] waitFencesTimeout fb_bo',
      'reset-work [] wwLockPlain fb_bo',
    ])
  })

  test('run_job waits in reclaim for its own job', async () => {
    expect(await reason(runJobAlloc, 'alloc-in-run-job')).toEqual(['deadlock self', 'gfx_submit_wq/0 [] waitFences bo'])
  })

  test('free_job keeps the worker that would run the next job', async () => {
    expect(await reason(freejobOrderedWq, 'one-queue')).toEqual([
      'deadlock cycle',
      'evict [bo] waitFences bo',
      'gfx_submit_wq/0 [] wwLockPlain bo',
    ])
  })
})

describe('states and transitions are those enumerated by hand', () => {
  // The ioctl takes 1 ww_acquire_init, 2 lock, 3 wait, 4 flip, 5 unlock, 6 ww_acquire_fini. Where the reset does not
  // lock, only the wait ties it to the others: it is at 0,1,2 as long as the fence is not signalled, then at 0..6.

  test('amdgpu-reset-modeset no-hang', () => {
    // gpu: before and after its signal. 3 + 7 = 10 states; signal 3, ioctl 2 before the signal, 6 after it = 11.
    expect(size(resetModeset, 'no-hang')).toEqual({ states: 10, transitions: 11 })
  })

  test('amdgpu-reset-modeset no-modeset-locks', () => {
    // gpu and reset, not signalled: start, will finish, will hang, 3; hung, with the reset at its start, called,
    // scheduler stopped, display suspended, chip reset, about to resubmit, about to complete, resubmitted, 8; the job
    // runs again, 1. Signalled: the job finished, was completed by the reset, or finished after it was resubmitted, 3.
    // 12 * 3 + 3 * 7 = 57 states.
    // gpu and reset: 2 choices, finish, hang, 4 steps of the reset, 2 choices, resubmit, complete, run again, finish =
    // 14, each for 3 places of the ioctl = 42. ioctl: 2 steps in each of 12, 6 in each of 3 = 42.
    expect(size(resetModeset, 'no-modeset-locks')).toEqual({ states: 57, transitions: 84 })
  })
})
