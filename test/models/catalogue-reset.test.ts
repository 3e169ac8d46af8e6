// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import dcResetStateAlloc from '../../models/amdgpu/amdgpu-dc-reset-state-alloc.ts'
import resetConsoleLock from '../../models/amdgpu/amdgpu-reset-console-lock.ts'
import resetDoubleSuspend from '../../models/amdgpu/amdgpu-reset-double-suspend.ts'
import errorCaptureAlloc from '../../models/i915/i915-error-capture-alloc.ts'
import gucBusynessReset from '../../models/i915/i915-guc-busyness-reset.ts'
import modesetVsReset from '../../models/i915/i915-modeset-vs-reset.ts'
import vblankCommitChain from '../../models/kms/atomic-vblank-commit-chain.ts'
import modesetLockFault from '../../models/kms/modeset-lock-fault.ts'
import vblankOff from '../../models/kms/vblank-off-pending-event.ts'
import movingFence from '../../models/ttm/ttm-atomic-moving-fence.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('the deadlock is the one of the story', () => {
  test('the reset wants console_lock of the console that waits in reclaim for the hung job', async () => {
    const cycle = ['deadlock cycle', 'fbcon [console_lock] wait job_fence', 'reset-work [] consoleLock console_lock']
    expect(await reason(resetConsoleLock, 'console-lock-in-reset')).toEqual(cycle)
    expect(await reason(resetConsoleLock, 'printk-annotated')).toEqual(cycle)
  })

  test('the reset waits in reclaim for the job that it would complete, under the lock of the display core', async () => {
    expect(await reason(dcResetStateAlloc, 'alloc-in-reset')).toContain('reset-work [dc_lock] wait job_fence')
    expect(await stuckAfter(dcResetStateAlloc, 'alloc-in-reset', 'reset-work')).toBe('shrinker driver_shrinker')
    expect(await reason(errorCaptureAlloc, 'kernel')).toContain('reset-work [] wait request_fence')
    expect(await stuckAfter(errorCaptureAlloc, 'kernel', 'reset-work')).toBe('shrinker i915_gem_shrinker')
  })

  test('the second suspend waits for the lock of the first', async () => {
    expect(await reason(resetDoubleSuspend, 'suspend-twice')).toContain('reset-work [dc_lock] lock dc_lock')
  })

  test('the reset wants the modeset lock of the commit, whichever way that waits for the request', async () => {
    const reset = 'reset-work [] wwLock crtc_lock'
    const timer = 'wedge-work [] waitForCompletionTimeout display_prepared'
    const commit = 'atomic-ioctl [crtc_lock] wait request_fence'
    expect(await reason(modesetVsReset, 'plain-wait')).toEqual(['deadlock cycle', commit, reset])
    expect(await reason(modesetVsReset, 'wedge-timer')).toEqual(['masked cycle', commit, reset, timer])
    expect(await reason(modesetVsReset, 'guarded-pin')).toEqual(['masked cycle', commit, reset, timer])
    expect(await reason(modesetVsReset, 'fence-timeout')).toEqual([
      'masked cycle',
      'atomic-ioctl [crtc_lock] waitTimeout request_fence',
      reset,
    ])
  })

  test('a commit woken before the flag is set goes back to sleep', async () => {
    expect(await reason(modesetVsReset, 'wake-before-set')).toEqual([
      'deadlock cycle',
      'atomic-ioctl [crtc_lock] schedule reset_queue',
      'reset-work [] wwLock crtc_lock',
    ])
  })

  test('the reset waits for the worker that waits for the end of the reset', async () => {
    expect(await reason(gucBusynessReset, 'worker-waits')).toEqual([
      'deadlock cycle',
      'reset [] cancelWorkSync timestamp_work',
      'system_highpri_wq/0 [] schedule reset_queue',
    ])
  })

  test('a future in-fence waits for the flip that waits for it', async () => {
    expect(await verdict(vblankCommitChain, 'future-fence')).toBe('deadlock cycle: commit-work, gpu-late-job')
    expect(await reason(vblankCommitChain, 'future-fence')).toContain('gpu-late-job [] wait out_fence')
  })

  test('the ten seconds end the wait of the second commit only', async () => {
    expect(await reason(vblankCommitChain, 'future-fence-after-commit')).toEqual([
      'masked cycle',
      'commit-work [] waitSyncobjForSubmit in_syncobj',
      'user [] waitForCompletionTimeout hw_done',
    ])
  })
})

describe('what must differ does', () => {
  test('two readers of mmap_lock do no harm; a writer queued between them, or one of them writing, does', async () => {
    const commit = 'gamma-ioctl [crtc_lock] copyUser mmap_lock'
    expect(await reason(modesetLockFault, 'no-writer')).toEqual(['holds'])
    expect(await reason(modesetLockFault, 'queued-writer')).toEqual([
      'deadlock cycle',
      'display-fault [mmap_lock] wwLock crtc_lock',
      commit,
      'munmap [mmap_lock] downWrite mmap_lock',
    ])
    expect(await reason(modesetLockFault, 'lock-in-mmap')).toEqual([
      'deadlock cycle',
      'display-mmap [mmap_lock] wwLock crtc_lock',
      commit,
    ])
    expect(await reason(modesetLockFault, 'no-modeset-lock-in-fault')).toEqual(['holds'])
  })

  test('a worker that waits for the end of a reset must not be flushed by it; one that gives up may be', async () => {
    expect(await verdict(gucBusynessReset, 'worker-gives-up')).toBe('holds')
    expect(await verdict(gucBusynessReset, 'no-sync-in-reset')).toBe('holds')
  })

  test('a pin that looks back at the flag leaves no window', async () => {
    expect(await verdict(modesetVsReset, 'guarded-pin-looks-back')).toBe('holds')
  })

  test('an explicit fence does not stand for the move', async () => {
    expect(await verdict(movingFence, 'explicit-fence-only')).toBe('stale-data read-unready: commit-work')
    expect(await verdict(movingFence, 'kernel-fences-too')).toBe('holds')
    expect(await verdict(movingFence, 'implicit-sync')).toBe('holds')
  })

  test('an event that nobody sends takes its fence with it', async () => {
    expect(await verdict(vblankOff, 'events-forgotten')).toBe('unsignalled-fence none: compositor')
    expect(await verdict(vblankOff, 'send-pending-events')).toBe('holds')
  })
})

describe('states and transitions are those enumerated by hand', () => {
  // The reset: 0 lock, 1 reset, 2 unlock, 3 looks whether it has retried, 4 tests the rings, 5 notes the retry; it holds
  // the lock at 1, 2. Before the retry it is at 0..5 or at its end, 7 places. The commit is at 0..3, at 1, 2 with the
  // lock: 4 places beside a reset without the lock, 2 (0 and 3) beside one with it.

  test('amdgpu-reset-double-suspend no-suspend-on-error', () => {
    // After the retry 0..3 or the end: 12 places, 4 of them with the lock. 8 * 4 + 4 * 2 = 40 states.
    // reset: lock, reset, unlock twice, 2 each = 12; 3 twice, 5 once and 4 with two ways, 4 each = 20; commit: 3 steps in
    // each of 8 places = 24.
    expect(size(resetDoubleSuspend, 'no-suspend-on-error')).toEqual({ states: 40, transitions: 56 })
  })

  test('amdgpu-reset-double-suspend suspend-twice', () => {
    // After the retry: before the lock, and with it, where it hangs. 9 places, 3 with the lock: 6 * 4 + 3 * 2 = 30.
    // reset: 2 + 2 + 2, 4 + 8 + 4, and the lock again 2 = 24; commit: 3 steps in each of 6 places = 18.
    expect(size(resetDoubleSuspend, 'suspend-twice')).toEqual({ states: 30, transitions: 42 })
  })

  test('amdgpu-reset-double-suspend resume-first', () => {
    // As no-suspend-on-error with two places more, the second one with the lock: 9 * 4 + 5 * 2 = 46 states.
    // reset: 32, lock and unlock once more, 2 each = 36; commit: 3 * 9 = 27.
    expect(size(resetDoubleSuspend, 'resume-first')).toEqual({ states: 46, transitions: 63 })
  })
})
