// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import gpuFaultAndFenceJob from '../../models/compute/gpu-fault-and-fence-job.ts'
import v4lFenceBlind from '../../models/dma-buf/v4l-fence-blind.ts'
import implicitWrite from '../../models/dma-resv/implicit-write-waits-readers.ts'
import addWithoutSlot from '../../models/dma-resv/resv-add-without-slot.ts'
import vulkanOptout from '../../models/dma-resv/vulkan-winsys-optout.ts'
import lrCompletion from '../../models/xe/lr-completion-fence.ts'
import lrRebind from '../../models/xe/lr-rebind-alloc-after-arm.ts'
import notifierHoldsLock from '../../models/xe/xe-notifier-holds-lock-over-wait.ts'
import preemptWq from '../../models/xe/xe-preempt-ordered-wq.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

test('states and transitions are those enumerated by hand: resv-add-without-slot fixed', () => {
  // vm-update: 0, 1 locked, 2 reserved, 3 pushed, 4 added, 5 unlocked, 6 closed; it failed: 2e, 3e unlocked, 4e closed.
  // sdma: 0, 1 sees the push, 2, 3 its access, 4 signalled. delete: 0, 1 sees it closed, 2 locked, 2w, 3 waited, 4, 5.
  // vm-update 0..2: 3 states; 3..5 with all of sdma: 15; 6: delete 0..2 with all of sdma 15, 2w with all of sdma 5,
  // 3..5 after the signal 3; 2e and 3e: 2; 4e with delete 0..5: 6. Together 49.
  // vm-update: 3 up to the slot or not, push 1, add, unlock and close 5 each, 2 after the failure = 21.
  // sdma: 4 at each of vm-update 3..5 and of delete 0, 1, 2, 2w = 28.
  // delete: 2 at each of sdma 0..4, into 2w 4, to 3 from 2 and 2w, 2 more, and 5 after the failure = 23.
  expect(size(addWithoutSlot, 'fixed')).toEqual({ states: 49, transitions: 72 })
})

describe('what must differ does', () => {
  test('to opt out of implicit synchronisation is to skip neither the fences of moves nor the own one', async () => {
    for (const variant of ['bookkeep', 'write-usage']) expect(await verdict(vulkanOptout, variant)).toBe('holds')
    expect(await verdict(vulkanOptout, 'kernel-skipped')).toBe('stale-data read-unready: vulkan-ring')
    expect(await verdict(vulkanOptout, 'not-published')).toBe('use-after-free access-after-free: vulkan-ring')
  })

  test('as WRITE its fence makes an implicit reader wait, as BOOKKEEP it does not', async () => {
    const readsOnlyAfterTheJob = async (variant: string): Promise<string> => {
      const model = vulkanOptout.instantiate(variant)
      const claim = [
        'or',
        ['!', { process: 'other-importer', in: ['other part read'] }],
        { field: 'signalled', of: 'job_fence' },
      ] as const
      const result = await check({ ...model, invariants: [{ name: 'stalls', always: claim }] }, vulkanOptout.registry)
      return result.violation?.kind ?? result.verdict
    }
    expect(await readsOnlyAfterTheJob('write-usage')).toBe('holds')
    expect(await readsOnlyAfterTheJob('bookkeep')).toBe('assertion')
  })

  test('a frame without a fence may be read after DQBUF only; one from QBUF is up to user space', async () => {
    expect(await verdict(v4lFenceBlind, 'read-before-dqbuf')).toBe('stale-data read-while-written: gpu')
    expect(await verdict(v4lFenceBlind, 'fence-at-qbuf')).toBe('masked none: capture')
    for (const variant of ['read-after-dqbuf', 'fence-when-fed'])
      expect(await verdict(v4lFenceBlind, variant)).toBe('holds')
  })

  test('a writer that asks for WRITE misses the readers, READ is what it needs', async () => {
    expect(await verdict(implicitWrite, 'usage-write')).toBe('dropped-dependency write-in-parallel: writer-ring')
    expect(await verdict(implicitWrite, 'usage-read')).toBe('holds')
  })

  test('a slot belongs to one lock; one reserved too late leaves a job that nobody sees', async () => {
    expect(await verdict(addWithoutSlot, 'slot-lost-at-unlock')).toBe('misuse add-without-slot: vm-update')
    expect(await verdict(addWithoutSlot, 'reserve-after-push')).toBe('use-after-free access-after-free: sdma')
    for (const variant of ['reserve-after-push-waits', 'fixed'])
      expect(await verdict(addWithoutSlot, variant)).toBe('holds')
  })

  test('an allocation after the point of no return is harmless while preempting needs nothing of the worker', async () => {
    for (const variant of ['alloc-before-arm', 'alloc-after-arm'])
      expect(await verdict(lrRebind, variant)).toBe('holds')
    for (const variant of ['preempt-waits-for-resume', 'preempt-takes-vm-lock'])
      expect(await verdict(lrRebind, variant)).toBe('deadlock cycle: preempt-work, rebind-work')
    expect(await verdict(lrRebind, 'preempt-takes-notifier-lock')).toBe('deadlock cycle: munmap, preempt-work')
    expect(await verdict(lrRebind, 'alloc-under-notifier-lock')).toBe('deadlock self: rebind-work')
  })

  test('a completion fence of a job that waits for its program hangs in reclaim, and is up to user space without', async () => {
    expect(await verdict(lrCompletion, 'completion-fence')).toBe('deadlock cycle: gpu-kernel, user-thread')
    expect(await verdict(lrCompletion, 'completion-fence-no-reclaim')).toBe('masked none: user-thread')
    expect(await verdict(lrCompletion, 'preempt-fence')).toBe('holds')
  })

  test('whether suspending needs the fault resolved matters only once the fence is published', async () => {
    expect(await verdict(gpuFaultAndFenceJob, 'no-preemption')).toBe(
      'deadlock cycle: fault-handler, faulting-job, fence-job',
    )
    expect(await verdict(gpuFaultAndFenceJob, 'suspend-needs-fault')).toBe(
      'deadlock cycle: exec, fault-handler, faulting-job',
    )
    for (const variant of ['mode-switch', 'mode-switch-publish-first', 'suspend-needs-fault-publish-later'])
      expect(await verdict(gpuFaultAndFenceJob, variant)).toBe('holds')
  })
})

describe('the counterexample gets stuck where the scenario says', () => {
  test('behind the tail of another item of the ordered queue, which wants the lock of the waiter', async () => {
    expect(await reason(preemptWq, 'tail-takes-vm-lock')).toEqual([
      'deadlock cycle',
      'preempt_fence_wq/0 [vm_lock] downWrite vm_lock',
      'vm-bind [vm_lock] wait preempt_fence_2',
    ])
    expect(await stuckAfter(preemptWq, 'tail-takes-vm-lock', 'preempt_fence_wq/0')).toBe('downWrite vm_lock -> queued')
    expect(await verdict(preemptWq, 'tail-queues-rebind')).toBe('holds')
  })

  test('inside reclaim, at the fence just published or at the lock of the notifier', async () => {
    expect(await stuckAfter(lrRebind, 'preempt-waits-for-resume', 'rebind-work')).toBe(
      'notifier vma_userptr_invalidate > waitFences vm_resv -> waiting',
    )
    expect(await stuckAfter(lrRebind, 'preempt-takes-vm-lock', 'rebind-work')).toBe(
      'notifier vma_userptr_invalidate > waitFences vm_resv -> waiting',
    )
    expect(await stuckAfter(lrRebind, 'alloc-under-notifier-lock', 'rebind-work')).toBe(
      'notifier vma_userptr_invalidate > downWrite notifier_lock -> queued',
    )
    expect(await stuckAfter(lrCompletion, 'completion-fence', 'user-thread')).toBe(
      'shrinker driver_shrinker > waitFences vm_resv -> waiting',
    )
    expect(await stuckAfter(gpuFaultAndFenceJob, 'no-preemption', 'fault-handler')).toBe(
      'shrinker driver_shrinker > waitFences bo_resv -> waiting',
    )
    expect(await stuckAfter(gpuFaultAndFenceJob, 'suspend-needs-fault', 'fault-handler')).toBe(
      'shrinker driver_shrinker > waitFences bo_resv -> waiting',
    )
  })

  test('with a unit, or with the mode, kept for as long as the fault lasts', async () => {
    expect(await reason(gpuFaultAndFenceJob, 'no-preemption')).toEqual([
      'deadlock cycle',
      'fault-handler [] waitFences bo_resv',
      'faulting-job [unit] [fault_resolved]',
      'fence-job [] lock unit',
    ])
    expect(await reason(gpuFaultAndFenceJob, 'suspend-needs-fault')).toEqual([
      'deadlock cycle',
      'exec [mode_sem] [(suspended || faulting_job_ended)]',
      'fault-handler [] waitFences bo_resv',
      'faulting-job [unit] [fault_resolved]',
    ])
  })

  test('in whoever waits for what user space has to do, with a fence owed to everybody', async () => {
    expect(await reason(v4lFenceBlind, 'fence-at-qbuf')).toEqual([
      'masked none',
      'capture [] scheduleInterruptible done_wq',
    ])
    expect(await reason(lrCompletion, 'completion-fence-no-reclaim')).toEqual([
      'masked none',
      'user-thread [] waitUserFence key_pressed',
    ])
  })

  test('in the notifier, which holds its lock over the wait, and in whoever has to take it before the signal', async () => {
    expect(await reason(notifierHoldsLock, 'completion-takes-lock')).toEqual([
      'deadlock cycle',
      'completion-work [] downRead notifier_lock',
      'munmap [notifier_lock mm] waitFences vm_resv',
    ])
    expect(await reason(notifierHoldsLock, 'completion-takes-lock-for-writing')).toEqual([
      'deadlock cycle',
      'completion-work [notifier_lock] downWrite notifier_lock',
      'munmap [notifier_lock mm] waitFences vm_resv',
    ])
    expect(await reason(notifierHoldsLock, 'published-before-lock')).toEqual([
      'deadlock cycle',
      'exec [vm_resv] downRead notifier_lock',
      'munmap [notifier_lock mm] waitFences vm_resv',
    ])
    expect(await verdict(notifierHoldsLock, 'fixed')).toBe('holds')
  })
})
