// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import dcLockHpdFlush from '../../models/amdgpu/amdgpu-dc-lock-hpd-flush.ts'
import armWithoutPush from '../../models/drm-sched/sched-arm-without-push.ts'
import deletedJobsUnsignalled from '../../models/drm-sched/sched-deleted-jobs-unsignalled.ts'
import flushStopped from '../../models/drm-sched/sched-flush-stopped.ts'
import freeInIrq from '../../models/drm-sched/sched-free-in-irq.ts'
import killCbLockIrq from '../../models/drm-sched/sched-kill-cb-lock-irq.ts'
import killSystemWq from '../../models/drm-sched/sched-kill-system-wq.ts'
import killVsWait from '../../models/drm-sched/sched-kill-vs-wait.ts'
import msmRunJobObjLock from '../../models/msm/msm-run-job-obj-lock.ts'
import vmBindAllocInRunJob from '../../models/panthor/vm-bind-alloc-in-run-job.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('the verdict is the one of the story', () => {
  test('run_job wants the buffer whose holder waits for the job, or waits in reclaim for the job itself', async () => {
    expect(await reason(msmRunJobObjLock, 'object-lock')).toEqual([
      'deadlock cycle',
      'evict [bo] waitFences bo',
      'gpu_submit_wq/0 [] wwLockPlain bo',
    ])
    expect(await verdict(msmRunJobObjLock, 'alloc-in-run-job')).toBe('deadlock self: gpu_submit_wq/0')
    expect(await stuckAfter(msmRunJobObjLock, 'alloc-in-run-job', 'gpu_submit_wq/0')).toMatch(
      /^shrinker driver_shrinker/,
    )
  })

  test('the bind waits in reclaim for itself, inside its signalling section', async () => {
    expect(await reason(vmBindAllocInRunJob, 'alloc-in-run-job')).toEqual([
      'deadlock self',
      'vm_submit_wq/0 [dma_fence_signalling] waitFences vm_bo',
    ])
  })

  test('a flusher that is not woken sleeps on, whether or not its entity was marked', async () => {
    const asleep = ['deadlock none', 'close [] [(flusher_asleep == 0)]']
    expect(await reason(flushStopped, 'entities-not-marked')).toEqual(asleep)
    expect(await reason(flushStopped, 'mark-without-wake')).toEqual(asleep)
    expect(await reason(flushStopped, 'mark-and-wake')).toEqual(['holds'])
  })

  test('the callback spins on the lock below it, on the same CPU or through the fence lock', async () => {
    expect(await verdict(killCbLockIrq, 'same-cpu')).toBe('deadlock irq: add-dependency, first-irq')
    expect(await reason(killCbLockIrq, 'cross-cpu')).toEqual([
      'deadlock irq',
      'add-dependency [xa_lock task] ?',
      'first-irq [fence_lock task task] spinLock xa_lock',
      'second-irq [task] signal second_fence',
      'waiter [] wait finished_fence',
    ])
    expect(await reason(killCbLockIrq, 'shared-fence-lock')).toContain(
      'first-irq [fence_lock task task] addCallback second_fence',
    )
  })

  test('the worker that would signal waits in reclaim for the fence; without such a wait only memory is missing', async () => {
    for (const memory of ['ample', 'short']) {
      expect(await verdict(killSystemWq, 'system-wq', { memory })).toBe('deadlock self: kill_wq/0')
      expect(await stuckAfter(killSystemWq, 'system-wq', 'kill_wq/0', { memory })).toBe('shrinker driver_shrinker')
      expect(await verdict(killSystemWq, 'mem-reclaim-wq', { memory })).toBe('holds')
    }
    expect(await verdict(killSystemWq, 'reclaim-without-waits')).toBe('holds')
    expect(await reason(killSystemWq, 'reclaim-without-waits', { memory: 'short' })).toEqual([
      'unsignalled-fence none',
      'evict [] wait job1_finished',
    ])
  })

  test('free_job sleeps where it must not, in an irq_work as well', async () => {
    expect(await verdict(freeInIrq, 'free-in-callback')).toBe('misuse sleep-in-atomic: dep-irq')
    expect(await verdict(freeInIrq, 'free-in-irq-work')).toBe('misuse sleep-in-atomic: irq-work')
    expect(await verdict(freeInIrq, 'free-in-condition')).toBe('assertion assertion: drm-sched-main')
  })

  test('a job that is armed and not pushed harms nobody unless its fence was published', async () => {
    const apiRule = 'unchecked'
    expect(await verdict(armWithoutPush, 'error-after-arm', { apiRule })).toBe('holds')
    expect(await reason(armWithoutPush, 'publish-before-retry', { apiRule })).toEqual([
      'unsignalled-fence none',
      'waiter [] wait leader_finished',
    ])
  })

  test('eviction waits with the reservation held for a job that was freed', async () => {
    expect(await reason(deletedJobsUnsignalled, 'freed-unsignalled')).toEqual([
      'unsignalled-fence none',
      'evict [bo] waitFences bo',
    ])
  })

  test('one task waits for what it would do next, two do not', async () => {
    expect(await reason(killVsWait, 'one-task')).toEqual([
      'deadlock self',
      'process-exit [] wait job2_finished',
      'waiter [] wait job1_finished',
    ])
    expect(await verdict(killVsWait, 'two-tasks')).toBe('holds')
  })

  test('the flag leaves a window, the trylock does not', async () => {
    const cycle = [
      'deadlock cycle',
      'commit [] lock dc_lock',
      'hpd_rx_offload_wq/0 [] lock dc_lock',
      'reset-work [dc_lock] flushWorkqueue hpd_rx_offload_wq',
    ]
    expect(await reason(dcLockHpdFlush, 'no-flag')).toEqual(cycle)
    expect(await reason(dcLockHpdFlush, 'flag-first')).toEqual(cycle)
    expect(await verdict(dcLockHpdFlush, 'trylock')).toBe('holds')
    expect(await verdict(dcLockHpdFlush, 'flush-before-lock')).toBe('holds')
  })
})

describe('states and transitions are those enumerated by hand', () => {
  test('sched-kill-vs-wait two-tasks', () => {
    // process-exit takes 1 pop, 2 wait, 3 signal of fence 1; other-exit 1 pop, 2 signal of fence 2; waiter 1, 2 waits.
    // other-exit at 0, 1: process-exit at 0, 1, 4 states. other-exit at 2: process-exit at 0, 1, 2, 3 states, and at 3
    // with the waiter at 0, 1, 2, 3 states.
    // other-exit: 2 steps for 2 places of process-exit = 4; process-exit: pop 3, wait 1, signal 1; waiter 2.
    expect(size(killVsWait, 'two-tasks')).toEqual({ states: 10, transitions: 11 })
  })

  test('sched-kill-vs-wait one-task', () => {
    // Entity 1 first: chosen, popped, 2 states. Entity 2 first: chosen, popped, signalled, noted, popped, waited, 6,
    // and with fence 1 signalled, before and after the last test, the waiter is at 0, 1, 2, 6. With the start 15.
    // 2 choices, 1 pop; 6 steps to the signal of fence 1; the test 3; the waiter 2 in each of 2 = 16.
    expect(size(killVsWait, 'one-task')).toEqual({ states: 15, transitions: 16 })
  })
})
