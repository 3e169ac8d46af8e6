// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import faultPtWait from '../../models/amdgpu/amdgpu-fault-pt-wait.ts'
import gangVmid from '../../models/amdgpu/amdgpu-gang-vmid.ts'
import kfifoBoundedReset from '../../models/amdgpu/amdgpu-kfifo-bounded-reset.ts'
import runpmUnderResv from '../../models/amdgpu/amdgpu-runpm-under-resv.ts'
import signalledBeforeCallbacks from '../../models/dma-fence/signalled-before-callbacks-uaf.ts'
import errorDepLoop from '../../models/drm-sched/sched-error-dep-loop.ts'
import killDropsDep from '../../models/drm-sched/sched-kill-drops-dep.ts'
import lostWakeup from '../../models/drm-sched/sched-lost-wakeup.ts'
import tdrSeveralQueues from '../../models/drm-sched/sched-tdr-several-queues.ts'
import commitOutlivesDevice from '../../models/kms/commit-outlives-device.ts'
import panfrostResetAlloc from '../../models/panfrost/panfrost-reset-alloc.ts'
import panthorTilerHeap from '../../models/panthor/panthor-tiler-heap.ts'
import runpmPollWorker from '../../models/pm/runpm-poll-worker.ts'
import importedDetachResv from '../../models/ttm/ttm-imported-detach-resv.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('the verdict is the one of the story', () => {
  test('no lock is involved: a job that is pushed is never run', async () => {
    for (const variant of ['idle-after-none', 'requeue-unready'])
      expect(await reason(lostWakeup, variant)).toEqual(['unsignalled-fence none', 'waiter [] wait job2_finished'])
    // Here the kick for either of the jobs may be the one that is left out.
    expect(await reason(lostWakeup, 'kick-only-when-idle')).toEqual([
      'unsignalled-fence none',
      'waiter [] wait job1_finished',
    ])
    expect(await reason(errorDepLoop, 'clear-dep')).toEqual(['unsignalled-fence none', 'waiter [] wait job_finished'])
    expect(await stuckAfter(errorDepLoop, 'clear-dep', 'timeout-work')).toMatch(/^queueWork run_job_work/)
  })

  test('the fence of the killed job is signalled while the earlier one has still to write', async () => {
    for (const variant of ['popped-dep-forgotten', 'scheduled-not-upgraded'])
      expect(await verdict(killDropsDep, variant)).toBe('use-after-free access-after-free: ring')
    expect(await verdict(killDropsDep, 'earlier-fence-in-resv')).toBe('holds')
  })

  test('each timeout work waits for the other, or for itself', async () => {
    expect(await reason(tdrSeveralQueues, 'cancel-each-other')).toEqual([
      'deadlock cycle',
      'timeout_wq/0 [] cancelWorkSync work_tdr_1',
      'timeout_wq/1 [] cancelWorkSync work_tdr_0',
      'waiter [] wait job_fence_0',
    ])
    expect(await reason(tdrSeveralQueues, 'cancel-itself')).toContain('timeout_wq/0 [] cancelWorkSync work_tdr_0')
    expect(await verdict(tdrSeveralQueues, 'ordered-queue')).toBe('holds')
  })

  test('the reset waits in reclaim for its own job, in its section and out of it; only out of it is that unannotated', async () => {
    const findings = async (variant: string): Promise<readonly string[]> => {
      const { findings: found } = await check(panfrostResetAlloc.instantiate(variant), panfrostResetAlloc.registry)
      return found.map(({ code }) => code)
    }
    expect(await reason(panfrostResetAlloc, 'alloc-outside-section')).toContain('reset-work [] wait job_finished')
    expect(await reason(panfrostResetAlloc, 'alloc-in-section')).toContain(
      'reset-work [dma_fence_signalling] wait job_finished',
    )
    expect(await findings('alloc-outside-section')).toEqual(['unannotated'])
    expect(await findings('alloc-in-section')).toEqual([])
  })

  test('the allocation stops the timeout, or only the timeout ends it', async () => {
    const inReclaim = (queue: string, holds = ''): string => `${queue}/0 [${holds}] wait job_fence`
    expect(await reason(panthorTilerHeap, 'one-ordered-queue')).toContain(inReclaim('panthor-csf-sched'))
    expect(await stuckAfter(panthorTilerHeap, 'one-ordered-queue', 'panthor-csf-sched/0')).toBe(
      'shrinker driver_shrinker',
    )
    expect(await reason(panthorTilerHeap, 'alloc-under-lock')).toEqual([
      'deadlock cycle',
      'panthor-csf-sched/0 [] lock sched_lock',
      inReclaim('panthor-heap-alloc', 'sched_lock'),
      'waiter [] wait job_fence',
    ])
    expect(await verdict(panthorTilerHeap, 'own-queue')).toBe('masked self: panthor-heap-alloc/0')
  })

  test('each gang waits for an id that the other one has; a third id, or a turn for each, is enough', async () => {
    expect(await reason(gangVmid, 'vmid-first')).toEqual([
      'deadlock cycle',
      'gang-1 [] down free_vmids',
      'gang-2 [] down free_vmids',
      'waiter [] wait gang1_finished',
    ])
    expect(await verdict(gangVmid, 'three-vmids')).toBe('holds')
    expect(await verdict(gangVmid, 'gang-first')).toBe('holds')
  })

  test('the submission sleeps on the queue with the buffer that the reset wants', async () => {
    expect(await reason(kfifoBoundedReset, 'bounded-fifo')).toEqual([
      'deadlock cycle',
      'reset-work [] wwLockPlain bo',
      'submit [bo] schedule job_scheduled',
    ])
  })

  test('the fault handler waits for a job that waits for the unit of the faulting one', async () => {
    expect(await reason(faultPtWait, 'wait-for-gpu')).toEqual([
      'deadlock cycle',
      'fault-work [page_directory victim_bo] waitFences victim_bo',
      'faulting-job [] [page_mapped]',
      'other-job [] down unit',
      'waiter [] wwLockPlain victim_bo',
    ])
  })

  test('the resume wants the reservation that its caller holds, or the one who waits for it', async () => {
    expect(await reason(runpmUnderResv, 'resumed-inline')).toEqual(['deadlock self', 'pin [bo] wwLockPlain bo'])
    expect(await reason(runpmUnderResv, 'resumed-by-other')).toEqual([
      'deadlock cycle',
      'open [] wwLockPlain bo',
      'pin [bo] pmRuntimeGetSync device',
    ])
  })

  test('the suspend waits for the worker and the worker for the suspend', async () => {
    expect(await reason(runpmPollWorker, 'resume-in-poll-worker')).toEqual([
      'deadlock cycle',
      'events/0 [] pmRuntimeGetSync device',
      'pm_wq [] cancelWorkSync output_poll_work',
    ])
    expect(await stuckAfter(runpmPollWorker, 'resume-in-poll-worker', 'pm_wq')).toMatch(
      /^runtime_suspend runtime_suspend > cancelWorkSync/,
    )
  })

  test('what is freed is still looked at', async () => {
    const late = (process: string): string => `use-after-free access-after-free: ${process}`
    expect(await verdict(signalledBeforeCallbacks, 'peek-after-push')).toBe(late('submit'))
    expect(await verdict(signalledBeforeCallbacks, 'poll-then-free')).toBe(late('completion'))
    expect(await verdict(commitOutlivesDevice, 'no-reference')).toBe(late('events_unbound/0'))
  })
})

describe('what must differ does', () => {
  test('a lock without ticket deadlocks with an older ticket, and a younger one backs off', async () => {
    expect(await reason(importedDetachResv, 'other-ticket-older')).toEqual([
      'deadlock cycle',
      'other [exported_bo] wwLock vm',
      'put [vm] wwLockPlain exported_bo',
    ])
    expect(await verdict(importedDetachResv, 'other-ticket-younger')).toBe('holds')
    expect(await verdict(importedDetachResv, 'delayed-delete')).toBe('holds')
  })
})

describe('states and transitions are those enumerated by hand', () => {
  test('amdgpu-runpm-under-resv resumed-by-other', () => {
    // open: before, 1 resuming, 2 locked, 3 restored, 4 unlocked, 5 awake. pin: 0 before, 1 seen the resume, 2 locked,
    // w waits for the resume, 3 awake, 4 pinned, 5 unlocked; it holds the buffer at 2, w, 3, 4, open at 2, 3.
    // before: 0. open 1: 0,1,2,w. 2 and 3: 0,1 each. 4: 0,1,2,w. 5: all 7. 1 + 4 + 4 + 4 + 7 = 20 states.
    // open: begin 1; lock, restore, unlock at 0,1; end at 0,1,2,w = 1 + 6 + 4. pin: seen at 1..5; lock at 1,4,5; wait
    // at 1,4; awake at 5 from 2 and from w; pin, unlock = 5 + 3 + 2 + 2 + 2. 11 + 14 = 25.
    expect(size(runpmUnderResv, 'resumed-by-other')).toEqual({ states: 20, transitions: 25 })
    // resumed-inline: lock, begin to resume.
    expect(size(runpmUnderResv, 'resumed-inline')).toEqual({ states: 3, transitions: 2 })
  })

  test('signalled-before-callbacks-uaf', () => {
    // poll-then-free. completion: 1 lock, 2 signal, 3 callback reads, 4 unlock. waiter: 0 before, 1 about to wait,
    // 2 signalled, 3 freed. waiter 0, 1: 0..4, 10 states. 2, 3: 2..4, 6. The fault at (2, 3): 1. 17 states.
    // completion: lock 2, signal 2, read 3 and the fault, unlock 4 = 12. waiter: look 5, wait 3, free 3 = 11.
    expect(size(signalledBeforeCallbacks, 'poll-then-free')).toEqual({ states: 17, transitions: 23 })
    // remove-then-free. completion as above with a look at the list before the callback: 6 states, 5 without the read.
    // waiter: 0 before, 1 looked, 2 removed, 3 freed. 0, 1: 6 each. On the list still: 2, 3 at the end only, 2 states.
    // Off the list, from (0, 1): 2, 3 with 5 each. 12 + 2 + 10 = 24 states.
    // completion: 5 steps for 0, 1; 4 for 2, 3 off the list = 18. waiter: look 6, remove 1 + 1, free 1 + 5 = 14.
    expect(size(signalledBeforeCallbacks, 'remove-then-free')).toEqual({ states: 24, transitions: 32 })
  })
})
