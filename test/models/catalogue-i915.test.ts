// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import mempoolMin from '../../models/drm-sched/sched-mempool-min.ts'
import ggttHotplug from '../../models/i915/i915-ggtt-hotplug-shrinker.ts'
import hwmonReset from '../../models/i915/i915-hwmon-reset-reclaim.ts'
import pwritePageLock from '../../models/i915/i915-pwrite-page-lock.ts'
import rcuBarrier from '../../models/i915/i915-rcu-barrier-shrinker.ts'
import ggttSelfmap from '../../models/i915/i915-userptr-ggtt-selfmap.ts'
import userptrPageLock from '../../models/i915/i915-userptr-page-lock.ts'
import seqRecheck from '../../models/i915/userptr-seq-recheck.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('states and transitions are those enumerated by hand', () => {
  test('i915-rcu-barrier-shrinker fixed', () => {
    // cpu-hotplug: 1 down, 2 allocates, 3 runs nothing or enters the shrinker, 4 unbinds there, 5 up: start, locked,
    // about to choose, in the shrinker, allocated, done, 6 states and 6 steps. other-task without the lock: 4 states and
    // 4 steps. They have nothing in common: 6 * 4 states, 6 * 4 + 4 * 6 transitions.
    expect(size(rcuBarrier, 'fixed')).toEqual({ states: 24, transitions: 48 })
  })

  test('i915-rcu-barrier-shrinker fixed-kswapd', () => {
    // cpu-hotplug: 1 down, 2 memory is short, 3 freed, 4 up. kswapd: sees that, allocates, nothing or the shrinker,
    // unbinds, freed: 6 states, 6 steps, all while cpu-hotplug is at 2. 2 + 6 + 2 = 10 states, 2 + 6 + 2 = 10 steps;
    // other-task as above: 10 * 4 states, 10 * 4 + 4 * 10 transitions.
    expect(size(rcuBarrier, 'fixed-kswapd')).toEqual({ states: 40, transitions: 80 })
  })

  test('i915-ggtt-hotplug-shrinker no-stop-machine', () => {
    // bind: 4 states, the mutex held in 2. cpu-hotplug: start, hotplug lock, about to choose, in the shrinker, mutex,
    // unbound, allocated, done: 8, held in 2. other-task: without the hotplug lock 6, held in 2. At most one has it:
    // nobody 2 * 6 * 4 = 48, bind 2 * 6 * 4 = 48, cpu-hotplug 2 * 2 * 4 = 16, other-task 2 * 6 * 2 = 24. 136 states.
    // bind: lock, write, unlock with the mutex free elsewhere, 3 * 6 * 4 = 72. cpu-hotplug: 5 steps without the mutex
    // where the others are anywhere, 2 * 6 + 2 * 4 = 20; 3 with it, 2 * 4: 100 + 24. other-task: 3 steps without, the
    // others at 2 * 8 + 2 * 6 = 28; 3 with it, 2 * 6: 84 + 36. 316 transitions.
    expect(size(ggttHotplug, 'no-stop-machine')).toEqual({ states: 136, transitions: 316 })
  })
})

describe('what must differ does', () => {
  test('a reserve of two is not enough for two queues that need two, a reserve of three is', async () => {
    expect(await verdict(mempoolMin, 'reserve-1-one-queue')).toBe('deadlock self: run-job-1')
    expect(await verdict(mempoolMin, 'reserve-2')).toBe('deadlock cycle: run-job-1, run-job-2')
    expect(await verdict(mempoolMin, 'reserve-3')).toBe('holds')
    expect(await verdict(mempoolMin, 'one-element-per-job')).toBe('holds')
  })

  test('no reserve helps an allocation that may reclaim once the reserve has run out', async () => {
    for (const variant of ['kernel-reserve-3', 'kernel-reserve-4'])
      expect(await verdict(mempoolMin, variant)).toBe('deadlock self: run-job-1')
  })

  test('one that does not sleep needs a retry, and the retry a job that is still to complete', async () => {
    for (const variant of ['nowait-dropped', 'nowait-retry-2'])
      expect(await verdict(mempoolMin, variant)).toMatch(/^unsignalled-fence .*: waiter$/)
    expect(await verdict(mempoolMin, 'nowait-retry-3')).toBe('holds')
  })

  test('no check, a check without the lock, a check under the lock', async () => {
    for (const variant of ['no-check', 'check-without-lock'])
      expect(await verdict(seqRecheck, variant)).toBe('use-after-free access-after-free: gpu')
    for (const variant of ['check-under-lock', 'moves-twice']) expect(await verdict(seqRecheck, variant)).toBe('holds')
  })

  test('the hotplug lock hangs whoever holds it over reclaim, or over the reclaim of somebody else', async () => {
    expect(await verdict(rcuBarrier, 'rcu-barrier')).toBe('deadlock self: cpu-hotplug')
    expect(await verdict(rcuBarrier, 'memory-from-kswapd')).toBe('deadlock cycle: cpu-hotplug, kswapd')
    expect(await verdict(ggttHotplug, 'shrinker-locks')).toBe('deadlock cycle: bind, cpu-hotplug')
    expect(await verdict(ggttHotplug, 'no-stop-machine')).toBe('holds')
    expect(await verdict(ggttHotplug, 'shrinker-trylock')).toBe('holds')
  })

  test('a device that a request keeps awake is not resumed over that request', async () => {
    expect(await verdict(hwmonReset, 'lock-first')).toBe('deadlock cycle: reset-work, sysfs-read')
    expect(await verdict(hwmonReset, 'request-keeps-awake')).toBe('holds')
    expect(await verdict(hwmonReset, 'fixed')).toBe('holds')
  })

  test('a copy that does not fault hangs neither one task nor two', async () => {
    expect(await verdict(pwritePageLock, 'self-mapping')).toBe('deadlock self: pwrite')
    expect(await verdict(pwritePageLock, 'two-tasks')).toBe('deadlock cycle: other-pwrite, pwrite')
    for (const variant of ['fixed', 'fixed-two-tasks', 'fixed-retry'])
      expect(await verdict(pwritePageLock, variant)).toBe('holds')
  })

  test('a queue is not flushed from its own item, be there no mapping to revoke or no object in it', async () => {
    expect(await verdict(ggttSelfmap, 'in-mappable-ggtt')).toBe('deadlock self: i915-userptr-release/0')
    for (const variant of ['never-mappable', 'lookup-first']) expect(await verdict(ggttSelfmap, variant)).toBe('holds')
  })

  test('a page lock taken hangs reclaim, one left out races with truncation, one tried loses the mark', async () => {
    expect(await verdict(userptrPageLock, 'lock-page')).toBe('deadlock self: reclaim')
    expect(await verdict(userptrPageLock, 'no-lock')).toBe('use-after-free access-after-free: munmap')
    expect(await verdict(userptrPageLock, 'trylock')).toBe('holds')
    expect(await verdict(userptrPageLock, 'trylock-must-dirty')).toMatch(/^assertion .*: reclaim$/)
    expect(await verdict(userptrPageLock, 'pinned')).toBe('holds')
  })
})

describe('the counterexample gets stuck where the scenario says', () => {
  test('each with one element, waiting for a second', async () => {
    expect(await reason(mempoolMin, 'reserve-2')).toEqual([
      'deadlock cycle',
      'run-job-1 [memory] mempoolAlloc job_pool',
      'run-job-2 [memory] mempoolAlloc job_pool',
      'waiter [] wait job1_fence',
    ])
    expect(await stuckAfter(mempoolMin, 'kernel-reserve-3', 'run-job-1')).toBe('shrinker driver_shrinker')
  })

  test('inside reclaim, in rcu_barrier() or at the mutex of the address space', async () => {
    expect(await stuckAfter(rcuBarrier, 'rcu-barrier', 'cpu-hotplug')).toBe(
      'shrinker i915_gem_shrinker > unbind the objects',
    )
    expect(await reason(rcuBarrier, 'memory-from-kswapd')).toEqual([
      'deadlock cycle',
      'cpu-hotplug [cpu_hotplug_lock] [memory_freed]',
      'kswapd [] downRead cpu_hotplug_lock',
    ])
    expect(await stuckAfter(ggttHotplug, 'shrinker-locks', 'cpu-hotplug')).toBe('shrinker i915_gem_shrinker')
    expect(await reason(ggttHotplug, 'shrinker-locks')).toEqual([
      'deadlock cycle',
      'bind [vm_mutex] downRead cpu_hotplug_lock',
      'cpu-hotplug [cpu_hotplug_lock] lock vm_mutex',
    ])
  })

  test('inside the resume, in reclaim, for the request that the reset would complete', async () => {
    expect(await stuckAfter(hwmonReset, 'lock-first', 'sysfs-read')).toBe(
      'runtime_resume intel_runtime_resume > shrinker i915_gem_shrinker',
    )
    expect(await reason(hwmonReset, 'lock-first')).toEqual([
      'deadlock cycle',
      'reset-work [reset_mutex] lock hwmon_lock',
      'sysfs-read [hwmon_lock] wait request_fence',
    ])
  })

  test('inside the fault on the page that is locked', async () => {
    expect(await stuckAfter(pwritePageLock, 'self-mapping', 'pwrite')).toBe('fault fault_on_page')
    expect(await stuckAfter(pwritePageLock, 'two-tasks', 'pwrite')).toBe('fault fault_on_other_page')
    expect(await stuckAfter(pwritePageLock, 'two-tasks', 'other-pwrite')).toBe('fault fault_on_page')
  })

  test('in the flush inside the item, and in the notifier that unmapping ran', async () => {
    expect(await reason(ggttSelfmap, 'in-mappable-ggtt')).toEqual([
      'deadlock self',
      'i915-userptr-release/0 [struct_mutex i_mmap_rwsem] flushWorkqueue i915-userptr-release',
    ])
    expect(await stuckAfter(userptrPageLock, 'lock-page', 'reclaim')).toMatch(/^invalidate userptr_invalidate > /)
    expect(await reason(userptrPageLock, 'lock-page')).toEqual([
      'deadlock self',
      'reclaim [page_lock] lock page_lock',
      'truncate [] lock page_lock',
    ])
  })
})
