// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const claim = { kind: 'assertion', processes: ['waiter'], objects: [] } as const

/**
 * The first one to wait for a fence has its enable_signaling op called, under the lock of the fence and with interrupts
 * off. The eviction fence of amdkfd asks there whether it has signalled, with the function that takes that lock if the
 * signaled op says so. It has no such op today; an implementation that has one, and whose work ends at that moment,
 * spins on the lock that it is called under. To look at the flag alone, or to answer false and let the core signal, is
 * safe.
 */
export default model(
  'amdgpu/kfd-enable-signaling-recursion',
  {
    summary: 'enable_signaling asks dma_fence_is_signaled(), which may signal and take the lock that is held.',
    sources: [
      'mail "[PATCH 10/19] drm/amdgpu: fix KFD eviction fence enable_signaling path", Christian König, 2025-12-11',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_amdkfd_fence.c: amdkfd_fence_enable_signaling(), amdkfd_fence_ops without a signaled op; by reading 6.18.19',
      'drivers/dma-buf/dma-fence.c: __dma_fence_enable_signaling(); include/linux/dma-fence.h: dma_fence_is_signaled(); read at 6.18.19',
      'The variant with a signaled op is a construction.',
    ],
    abstracts: [
      'enable_signaling is no part of the primitive: the wait is written out as the lock, the op and the wait for the signal.',
      'The queues stop because somebody evicts the process, which the op asks for, or because the process ends; each then signals the fence.',
      'That is_signaled() must not be asked there is a claim, which apiRule=unchecked leaves out to see what comes of it.',
    ],
    switches: { apiRule: ['checked', 'unchecked'] },
    variants: {
      'signaled-op': {
        when: {
          'apiRule=checked': claim,
          'apiRule=unchecked': { kind: 'deadlock', shape: 'self', processes: ['waiter'], objects: ['fence_lock'] },
        },
      },
      'no-signaled-op': { when: { 'apiRule=checked': claim, 'apiRule=unchecked': 'holds' } },
      'flag-test': 'holds',
      'core-signals': 'holds',
    },
  },
  (m, variant, _, { apiRule }) => {
    const lock = m.spinlock('fence_lock')
    const fence = m.fence('eviction_fence', { published: true, lock })
    const stopped = m.flag('queues_stopped')
    const quiesce = (t: KernelPath): void => {
      t.set(stopped, 1)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    }
    const evict = m.workItem(m.workqueue('kfd_restore_wq'), 'evict_process', (t) => {
      t.at('drivers/gpu/drm/amd/amdkfd/kfd_process.c: evict_process_worker()')
      quiesce(t)
    })

    const asks = variant === 'signaled-op' || variant === 'no-signaled-op'
    const enableSignaling = (t: KernelPath): void => {
      const schedule = (): void =>
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_amdkfd_fence.c: amdkfd_fence_enable_signaling()').queueWork(evict)
      if (asks && apiRule === 'checked')
        t.assert(0, 'dma_fence_is_signaled() is not asked with the lock of the fence held')
      // The flag itself is not set: the core has just looked at it, under the same lock.
      if (variant === 'signaled-op')
        t.at('include/linux/dma-fence.h: dma_fence_is_signaled() -> ops->signaled()').when(
          stopped,
          () => t.at('include/linux/dma-fence.h: dma_fence_is_signaled()').signal(fence),
          schedule,
        )
      else if (variant === 'core-signals')
        t.when(
          stopped,
          () => t.at('drivers/dma-buf/dma-fence.c: __dma_fence_enable_signaling()').signalLocked(fence),
          schedule,
        )
      else schedule()
    }
    m.thread('waiter', (t) => {
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_default_wait()').spinLockIrqsave(lock)
      t.at('drivers/dma-buf/dma-fence.c: __dma_fence_enable_signaling()')
      t.isSignaled(fence, { yes: () => {}, no: () => enableSignaling(t) })
      t.spinUnlockIrqrestore(lock)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
    })
    m.thread('process-exit', (t) => quiesce(t))
  },
)
