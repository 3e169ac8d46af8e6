// SPDX-License-Identifier: Apache-2.0
import { model, not, type KernelPath } from 'fencecheck'

const misuse = (code: string) =>
  ({ kind: 'misuse', code, processes: ['hpd_rx_offload_wq/0'], objects: ['dc_lock'] }) as const
const cycle = {
  kind: 'deadlock',
  shape: 'cycle',
  processes: ['hpd_rx_offload_wq/0', 'reset-work'],
  objects: ['dc_lock', 'hpd_rx_offload_wq'],
} as const

/**
 * A GPU reset takes the lock of the display core and keeps it until the hardware is back, and in between it flushes the
 * work of hot-plug interrupts, which takes that lock. The work was made to look first whether a reset is on, but
 * nothing keeps a reset from starting between the look and the lock. A trylock in the work has no such window, nor has
 * a reset that stops and flushes the work before it takes the lock.
 */
export default model(
  'amdgpu/amdgpu-dc-lock-hpd-flush',
  {
    summary: 'GPU reset holds the display core lock while it flushes hot-plug work that takes the lock.',
    sources: [
      '"drm/amd/display: Fix deadlock during gpu reset v3", Bindu Ramamurthy Lakha, 2021-01-11; "drm/amd/display: fix potential gpu reset deadlock", Roman Li, 2021-04-19 (the flag, looked at twice)',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_suspend(), dm_resume(), hpd_rx_irq_work_suspend(), dm_handle_hpd_rx_offload_work(): the window of flag-first is there by reading 6.18; not reproduced, something outside of these functions may exclude it',
    ],
    abstracts: [
      'One hot-plug interrupt and one reset, each at any time; one connector.',
      'The lock is taken in dm_suspend() and given back in dm_resume(); here that is one path. The flag is cleared after the lock is given back.',
      'The look at the flag and the lock are two steps.',
      'flag-twice-reset-begins has the cycle of flag-first as well, behind the misuse; its reset does not end while the work runs. In flag-twice-reset-ends the reset is on from the start.',
    ],
    variants: {
      'no-flag': cycle,
      'flag-first': cycle,
      'flag-twice-reset-begins': misuse('rest-while-holding'),
      'flag-twice-reset-ends': misuse('unlock-not-held'),
      trylock: 'holds',
      'flush-before-lock': 'holds',
    },
  },
  (m, variant) => {
    const dcLock = m.mutex('dc_lock')
    const inReset = m.flag('in_gpu_reset', variant === 'flag-twice-reset-ends')
    const irqDisabled = m.flag('hpd_irq_disabled')
    const raised = m.flag('hpd_irq_raised', true)
    const queue = m.workqueue('hpd_rx_offload_wq', { ordered: true })
    const at = (t: KernelPath, name: string): KernelPath =>
      t.at(`drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: ${name}()`)

    const work = m.workItem(queue, 'hpd_rx_work', (t) => {
      const withLock = (): void => {
        t.local('talk to the display')
        t.unlock(dcLock)
      }
      const lookAtFlag = (then: () => void): void => at(t, 'dm_handle_hpd_rx_offload_work').when(not(inReset), then)
      const lock = (): void => at(t, 'dm_handle_hpd_rx_offload_work').lock(dcLock)
      switch (variant) {
        case 'trylock':
          t.trylock(dcLock, { got: withLock, missed: () => t.local('leave it to the resume') })
          break
        case 'flag-first':
          lookAtFlag(() => {
            lock()
            withLock()
          })
          break
        case 'flag-twice-reset-begins':
        case 'flag-twice-reset-ends':
          lookAtFlag(lock)
          t.local('talk to the display')
          lookAtFlag(() => t.unlock(dcLock))
          break
        default:
          lock()
          withLock()
      }
    })
    m.irq(
      'hpd-irq',
      (t) =>
        at(t, 'handle_hpd_rx_irq').when(not(irqDisabled), () =>
          t.at('kernel/workqueue.c: queue_work_on()').queueWork(work),
        ),
      { when: raised, set: [[raised, 0]] },
    )
    m.worker('reset-work', (t) => {
      const recover = 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_gpu_recover()'
      if (variant !== 'flag-twice-reset-ends') {
        t.idle()
        t.may('environment', () => t.local('a job hangs'))
        t.at(recover).set(inReset, 1)
      }
      const flush = (): void => {
        at(t, 'amdgpu_dm_irq_suspend').set(irqDisabled, 1)
        at(t, 'hpd_rx_irq_work_suspend').flushWorkqueue(queue)
      }
      if (variant === 'flush-before-lock') flush()
      at(t, 'dm_suspend').lock(dcLock)
      if (variant !== 'flush-before-lock') flush()
      at(t, 'dm_suspend').local('reset the hardware')
      at(t, 'dm_resume').set(irqDisabled, 0)
      at(t, 'dm_resume').unlock(dcLock)
      if (variant !== 'flag-twice-reset-begins') t.at(recover).set(inReset, 0)
    })
    m.thread('commit', (t) => {
      at(t, 'amdgpu_dm_commit_planes').lock(dcLock)
      t.local('flip')
      t.unlock(dcLock)
    })
  },
)
