// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import coredump from '../../models/amdgpu/amdgpu-coredump-recursive-resv.ts'
import debugfsCopy from '../../models/amdgpu/amdgpu-debugfs-copy-resv.ts'
import vmEvictionLock from '../../models/amdgpu/amdgpu-vm-eviction-lock.ts'
import submitThread from '../../models/drm-sched/submit-thread-critical.ts'
import wqRescuer from '../../models/i915/i915-userptr-wq-rescuer.ts'
import msmShrinker from '../../models/msm/msm-shrinker-vm-resv.ts'
import ticketBeforeCopy from '../../models/msm/ww-ticket-before-copy.ts'
import svmNotifier from '../../models/nouveau/nouveau-svm-notifier-alloc.ts'
import radeonNotifier from '../../models/radeon/radeon-notifier-resv.ts'
import oomNotifier from '../../models/reclaim/oom-nonblockable-notifier.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('states and transitions are those enumerated by hand', () => {
  test('amdgpu-debugfs-copy-resv no-writer', () => {
    // mqd-read: before the lock; holding it before the copy, in the fault, with mmap_lock, after the copy; done: 6.
    // bo-fault: before; with mmap_lock; with the reservation, mapped; released; done: 6. Four of the one exclude two of
    // the other: 36 - 8 = 28. mqd-read: lock, copy at once, fault, mmap_lock, handled, unlock, each at 4 of bo-fault:
    // 24. bo-fault: down and up at all 6, lock, map and unlock at 2: 18.
    expect(size(debugfsCopy, 'no-writer')).toEqual({ states: 28, transitions: 42 })
  })

  test('amdgpu-coredump-recursive-resv no-ticket', () => {
    // submit alone: ticket, own, root, its work, both unlocked, the ticket back: 8 states, 7 steps. coredump takes the
    // root while submit does not hold it, at 5 of these, and stays; then submit goes ticket, own, queues for the root,
    // 4 states, or gives its ticket back, 2: 3 + 1 steps. 8 + 6 and 7 + 5 + 4.
    expect(size(coredump, 'no-ticket')).toEqual({ states: 14, transitions: 16 })
  })
})

describe('what must differ does', () => {
  test('a thread that signals nothing is on the way to the signal', async () => {
    expect(await verdict(submitThread, 'push-under-lock')).toBe('deadlock cycle: submit-kthread, wait-under-lock')
    expect(await verdict(submitThread, 'fixed')).toBe('holds')
  })

  test('a notifier that the OOM reaper runs must neither block nor wait, even if it would not hang', async () => {
    expect(await verdict(oomNotifier, 'blockable')).toBe('deadlock cycle: ioctl, oom_reaper')
    for (const variant of ['nonblock-locks', 'nonblock-waits'])
      expect(await verdict(oomNotifier, variant)).toBe('misuse sleep-in-atomic: oom_reaper')
    expect(await verdict(oomNotifier, 'fixed')).toBe('holds')
  })

  test('a notifier may not block on a reservation, whether its own task or another one holds it', async () => {
    expect(await verdict(radeonNotifier, 'one-buffer')).toBe('deadlock self: cs')
    expect(await verdict(radeonNotifier, 'two-buffers')).toBe('deadlock cycle: cs, other-cs')
    expect(await verdict(radeonNotifier, 'fixed')).toBe('holds')
    expect(await verdict(radeonNotifier, 'fixed-two-buffers')).toBe('holds')
  })

  test('a ticket backs off from holders with a ticket, not from one without', async () => {
    expect(await verdict(msmShrinker, 'fault-without-ticket')).toBe('deadlock self: cpu-fault')
    for (const variant of ['submit-with-ticket', 'fixed', 'fixed-with-ticket'])
      expect(await verdict(msmShrinker, variant)).toBe('holds')
  })

  test('readers of mmap_lock alone do not hang; a queued writer, or a mapping of the buffer itself, does', async () => {
    expect(await verdict(debugfsCopy, 'self-mapping')).toBe('deadlock self: mqd-read')
    expect(await verdict(debugfsCopy, 'queued-writer')).toBe('deadlock cycle: bo-fault, mqd-read, munmap')
    for (const variant of ['no-writer', 'fixed']) expect(await verdict(debugfsCopy, variant)).toBe('holds')
  })

  test('a ticket before a copy is nothing to wait for', async () => {
    for (const variant of ['ticket-first', 'copy-first']) expect(await verdict(ticketBeforeCopy, variant)).toBe('holds')
  })

  test('a second lock of one reservation hangs without a ticket; with one, what -EALREADY means has to be known', async () => {
    expect(await verdict(coredump, 'no-ticket')).toBe('deadlock self: coredump')
    expect(await verdict(coredump, 'ealready-is-error')).toBe('misuse unhandled-ealready: coredump')
    expect(await verdict(coredump, 'unlock-twice')).toBe('misuse unlock-not-held: coredump')
    expect(await verdict(coredump, 'fixed')).toBe('holds')
  })

  test('without its retry check, a fault maps a page that has been given back', async () => {
    expect(await verdict(svmNotifier, 'alloc-under-vmm')).toBe('deadlock self: vm-update')
    expect(await verdict(svmNotifier, 'no-retry-check')).toBe('use-after-free access-after-free: gpu-fault')
    expect(await verdict(svmNotifier, 'fixed')).toBe('holds')
  })

  test('one item of a queue with a rescuer gets on whatever the memory, two that wait for each other do not', async () => {
    const [short, ample] = [{ memory: 'short' }, { memory: 'ample' }]
    expect(await verdict(wqRescuer, 'no-rescuer', short)).toBe('deadlock none: reclaim')
    expect(await verdict(wqRescuer, 'second-item', short)).toBe('deadlock self: i915-userptr/0')
    for (const variant of ['no-rescuer', 'second-item']) expect(await verdict(wqRescuer, variant, ample)).toBe('holds')
    for (const setting of [short, ample]) {
      expect(await verdict(wqRescuer, 'maker-reclaims', setting)).toBe('deadlock self: i915-userptr/0')
      expect(await verdict(wqRescuer, 'rescuer', setting)).toBe('holds')
    }
  })
})

describe('the counterexample gets stuck where the scenario says', () => {
  test('the scope of one task does not help the other, which is inside reclaim', async () => {
    expect(await reason(vmEvictionLock, 'alloc-under-lock')).toEqual([
      'deadlock cycle',
      'create-bo [vram_mgr_lock] lock eviction_lock',
      'map [eviction_lock memory] lock vram_mgr_lock',
    ])
    expect(await stuckAfter(vmEvictionLock, 'alloc-under-lock', 'create-bo')).toBe('notifier svm_range_invalidate')
    expect(await verdict(vmEvictionLock, 'fixed')).toBe('holds')
  })

  test('inside reclaim, at the lock of the hooked body', async () => {
    expect(await stuckAfter(radeonNotifier, 'one-buffer', 'cs')).toBe('notifier invalidate_bo')
    expect(await stuckAfter(radeonNotifier, 'two-buffers', 'cs')).toBe(
      'notifier invalidate_other_bo > [!holds(other_bo)]',
    )
    expect(await stuckAfter(radeonNotifier, 'two-buffers', 'other-cs')).toBe('notifier invalidate_bo > [!holds(bo)]')
    expect(await stuckAfter(msmShrinker, 'fault-without-ticket', 'cpu-fault')).toBe(
      'shrinker msm_gem_shrinker > wwLock vm_resv -> queued',
    )
    expect(await stuckAfter(svmNotifier, 'alloc-under-vmm', 'vm-update')).toBe(
      'notifier svm_invalidate > sequence_moved := 1',
    )
  })

  test('at the lock of a notifier, over the wait for memory', async () => {
    expect(await reason(oomNotifier, 'blockable')).toEqual([
      'deadlock cycle',
      'ioctl [notifier_lock] [memory_freed]',
      'oom_reaper [victim_mmap_lock] lock notifier_lock',
    ])
  })

  test('inside the page fault of the copy, or before it', async () => {
    expect(await stuckAfter(debugfsCopy, 'self-mapping', 'mqd-read')).toBe('fault amdgpu_gem_fault')
    expect(await stuckAfter(debugfsCopy, 'queued-writer', 'mqd-read')).toBe('copyUser mmap_lock -> fault')
  })

  test('in the flush of the notifier, and of the item', async () => {
    expect(await stuckAfter(wqRescuer, 'no-rescuer', 'reclaim')).toBe(
      'notifier userptr_invalidate > flushWork unbind -> flushing',
    )
    expect(await stuckAfter(wqRescuer, 'maker-reclaims', 'i915-userptr/0')).toBe(
      'notifier userptr_invalidate > flushWork unbind -> flushing',
    )
    expect(await stuckAfter(wqRescuer, 'second-item', 'i915-userptr/0')).toBe('flushWork put_pages -> flushing')
  })
})
