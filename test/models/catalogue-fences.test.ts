// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import enableSignaling from '../../models/amdgpu/kfd-enable-signaling-recursion.ts'
import importReplace from '../../models/dma-buf/sync-file-import-replace.ts'
import arrayIrqWork from '../../models/dma-fence/fence-array-irq-work.ts'
import cbSharedLock from '../../models/dma-fence/fence-cb-shared-lock.ts'
import timeoutFamily from '../../models/dma-fence/timeout-family.ts'
import cliMutex from '../../models/nouveau/nouveau-cli-mutex-resv.ts'
import ueventWq from '../../models/nouveau/nouveau-uevent-wq-saturation.ts'
import futureFence from '../../models/syncobj/future-fence-reclaim.ts'
import waitForSubmit from '../../models/syncobj/syncobj-wait-for-submit-locked.ts'
import { reason, size, stuckAfter, verdict } from './scenario.ts'

describe('the verdict is the one of the story', () => {
  test('the interrupt handler wants the lock of the channel, whose holder wants that of interrupts', async () => {
    expect(await reason(ueventWq, 'handler-signals')).toEqual([
      'deadlock cycle',
      'nvkm-irq [intr_lock task] spinLock fctx_lock',
      'waiter [fctx_lock task task] spinLock intr_lock',
    ])
    expect(await verdict(ueventWq, 'work-signals')).toBe('holds')
  })

  test('all slots wait for the item that waits for one of them', async () => {
    expect(await reason(ueventWq, 'all-slots-taken')).toEqual([
      'deadlock cycle',
      'system_wq/0 [] wait fence',
      'system_wq/1 [] wait fence',
    ])
    expect(await verdict(ueventWq, 'one-slot-left')).toBe('holds')
    expect(await verdict(ueventWq, 'dedicated-queue')).toBe('holds')
  })

  test('the mutex of the kernel client and a reservation, in both orders', async () => {
    expect(await reason(cliMutex, 'both-orders')).toEqual([
      'deadlock cycle',
      'page-flip [client_mutex] wwLockPlain screen_bo',
      'pushbuf [screen_bo] lock client_mutex',
    ])
    expect(await verdict(cliMutex, 'own-client')).toBe('holds')
    expect(await verdict(cliMutex, 'client-first')).toBe('holds')
  })

  test('the op that enables signalling signals, under the lock that it is called under', async () => {
    const apiRule = 'unchecked'
    expect(await reason(enableSignaling, 'signaled-op', { apiRule })).toContain(
      'waiter [fence_lock task task] signal eviction_fence',
    )
    expect(await verdict(enableSignaling, 'no-signaled-op', { apiRule })).toBe('holds')
    expect(await verdict(enableSignaling, 'no-signaled-op')).toBe('assertion assertion: waiter')
    for (const variant of ['flag-test', 'core-signals']) expect(await verdict(enableSignaling, variant)).toBe('holds')
  })

  test('user space waits in reclaim for what it would submit next; without reclaim others wait for it', async () => {
    expect(await verdict(futureFence, 'page-fault')).toBe('deadlock self: user')
    expect(await stuckAfter(futureFence, 'page-fault', 'user')).toMatch(/^shrinker driver_shrinker > waitFences bo/)
    expect(await reason(futureFence, 'never-submits')).toEqual([
      'unsignalled-fence none',
      'evict [bo] waitFences bo',
      'reader [] waitFences bo',
    ])
    expect(await verdict(futureFence, 'time-limit')).toBe('stale-data read-unready: reader')
  })

  test('an import that replaces loses what was published after the export, and nothing else', async () => {
    expect(await verdict(importReplace, 'replaces-all')).toBe('use-after-free access-after-free: other-ring')
    expect(await verdict(importReplace, 'replaces-all-published-before-export')).toBe('holds')
    expect(await verdict(importReplace, 'adds')).toBe('holds')
  })

  test('a limit turns the cycle into an error or into an access too early', async () => {
    const cycle = ['completion [] wwLockPlain bo', 'pushbuf [bo] waitTimeout fence']
    const relocation = (timeouts: string): Promise<readonly string[]> =>
      reason(timeoutFamily, 'relocation', { timeouts })
    expect(await relocation('error')).toEqual(['masked cycle', ...cycle])
    expect(await relocation('never')).toEqual(['deadlock cycle', ...cycle])
    expect(await verdict(timeoutFamily, 'relocation', { timeouts: 'success' })).toBe(
      'dropped-dependency write-in-parallel: pushbuf',
    )
    for (const variant of ['move', 'last-reference'])
      expect(await verdict(timeoutFamily, variant, { timeouts: 'success' })).toBe(
        'use-after-free access-after-free: completion',
      )
    for (const timeouts of ['error', 'success', 'never'])
      for (const variant of ['msm-shrinker', 'signals-without-resv'])
        expect(await verdict(timeoutFamily, variant, { timeouts })).toBe('holds')
  })
})

describe('what must differ does', () => {
  test('a callback that signals at once, and a container that leaves it to irq_work', async () => {
    expect(await verdict(cbSharedLock, 'shared-lock')).toBe('deadlock self: ring-irq')
    expect(await verdict(arrayIrqWork, 'irq-work')).toBe('holds')
    expect(await reason(arrayIrqWork, 'signal-in-callback')).toContain(
      'ring-irq [timeline_lock array.lock task task] signal next_fence',
    )
    expect(await reason(arrayIrqWork, 'signal-in-callback-lock-shared')).toContain(
      'ring-irq [timeline_lock task task] signalArray array',
    )
    expect(await verdict(arrayIrqWork, 'signal-in-callback-other-timeline')).toBe('holds')
  })

  test('a wait for user space with a lock held hangs, one without is as long as user space likes', async () => {
    const lockdep = 'off'
    const stuck = 'submit-ioctl [] lock driver_lock'
    expect(await reason(waitForSubmit, 'locked-uninterruptible', { lockdep })).toEqual([
      'deadlock cycle',
      'lookup-ioctl [driver_lock] [job_fence.published]',
      stuck,
    ])
    expect(await reason(waitForSubmit, 'locked', { lockdep })).toEqual([
      'masked cycle',
      'lookup-ioctl [driver_lock] findFenceForSubmit syncobj',
      stuck,
    ])
    expect(await verdict(waitForSubmit, 'locked')).toBe('misuse wait-for-submit-locked: lookup-ioctl')
    for (const [source, variant] of [
      [waitForSubmit, 'no-lock'],
      [waitForSubmit, 'lookup-before-lock'],
      [futureFence, 'user-fence'],
    ] as const) {
      const { verdict: outcome, findings } = await check(source.instantiate(variant), source.registry)
      expect([outcome, ...findings.map(({ code }) => code)]).toEqual(['holds', 'unbounded-wait'])
    }
  })
})

describe('states and transitions are those enumerated by hand', () => {
  test('timeout-family long-job, no timeouts', () => {
    // completion at 0 to 4: reading, noted, read, signalled. pushbuf at 0: 5 states; begun or holding bo: completion at
    // 2, 3, 4, 2 * 3; waited, written, unlocked: 3. completion: 4 + 2 * 2; pushbuf: begins 3, locks 3, goes on 3.
    expect(size(timeoutFamily, 'long-job', { timeouts: 'never' })).toEqual({ states: 14, transitions: 17 })
  })

  test('syncobj-wait-for-submit-locked locked-uninterruptible', () => {
    // submit-ioctl at 0 to 5: called, locked, replaced, pushed, unlocked; at 4 and 5 the gpu is at 0, 1, 2.
    // lookup-ioctl at the start: 4 + 3 + 3 states; holding the lock: submit at 0, 1, and at 5, 2 + 3; found: submit at
    // 5, 3; waited 1; unlocked 1.
    // At the start: submit 4 + 3, gpu 2 + 2, lookup locks at 5; locked: submit 1, gpu 2, found 3; found: gpu 2, waited
    // 1; unlocked 1.
    expect(size(waitForSubmit, 'locked-uninterruptible')).toEqual({ states: 20, transitions: 26 })
  })
})
