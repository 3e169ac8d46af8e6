// SPDX-License-Identifier: Apache-2.0
import { add, eq, model, sub, type KernelPath } from 'fencecheck'

/**
 * KVM counts the invalidations that have begun and not ended, and whoever changes the memory slots of a guest waits
 * until there are none, with the lock of the slots held. If the memory is also mapped by a GPU, the notifier of that
 * driver waits for a fence between the two, so the change waits for the GPU. Should the completion of that fence need
 * the lock of the slots, as that of a virtual device might which changes slots itself, the three wait in a circle.
 */
export default model(
  'reclaim/kvm-memslot-invalidate',
  {
    summary: 'A memslot update waits for invalidations under a lock that the fence of a notifier among them needs.',
    sources: [
      'virt/kvm/kvm_main.c: kvm_swap_active_memslots(), kvm_mmu_notifier_invalidate_range_start(), kvm_mmu_notifier_invalidate_range_end(); read at a recent version',
      'Documentation/virt/kvm/locking.rst: notifiers must not take the locks of the slots',
      'Construction: the completion that takes slots_lock.',
    ],
    abstracts: [
      'One guest whose memory is also a userptr of a GPU; both notifiers are called for one range, KVM first.',
      'slots_lock stands for slots_arch_lock as well, which is held over the same wait.',
      'One invalidation by munmap and one by reclaim in some other task. An endless stream of them could keep the update waiting for ever; such a wait is not judged.',
    ],
    rules: { 'completion-takes-slots-lock': ['R10'] },
    variants: {
      'completion-takes-slots-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['set-memslot', 'device-model', 'munmap'],
        objects: ['slots_lock', 'job_fence', 'memslots_update_rcuwait'],
      },
      'completion-independent': 'holds',
    },
  },
  (m, variant) => {
    const slotsLock = m.mutex('slots_lock')
    const invalidateLock = m.spinlock('mn_invalidate_lock')
    const updateWait = m.waitQueue('memslots_update_rcuwait')
    const active = m.int('mn_active_invalidate_count', { max: 2 })
    const fence = m.fence('job_fence', { published: true })

    const kvmStart = (t: KernelPath): void => {
      t.at('virt/kvm/kvm_main.c: kvm_mmu_notifier_invalidate_range_start()').spinLock(invalidateLock)
      t.set(active, add(active, 1))
      t.spinUnlock(invalidateLock)
    }
    const kvmEnd = (t: KernelPath): void => {
      t.at('virt/kvm/kvm_main.c: kvm_mmu_notifier_invalidate_range_end()').spinLock(invalidateLock)
      t.set(active, sub(active, 1))
      t.when(
        eq(active, 0),
        () => {
          t.spinUnlock(invalidateLock)
          t.at('kernel/exit.c: rcuwait_wake_up()').wakeUp(updateWait)
        },
        () => t.spinUnlock(invalidateLock),
      )
    }
    const invalidate = (t: KernelPath): void => {
      kvmStart(t)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx()').wait(fence)
      t.local('unmap the range')
      kvmEnd(t)
    }
    m.mmuNotifier('invalidate_range', invalidate)
    m.thread('munmap', (t) => t.invalidateRange())
    m.thread('set-memslot', (t) => {
      t.at('virt/kvm/kvm_main.c: kvm_set_memory_region()').lock(slotsLock)
      t.at('virt/kvm/kvm_main.c: kvm_swap_active_memslots()').waitEvent(updateWait, eq(active, 0))
      t.local('make the new slots the active ones')
      t.unlock(slotsLock)
    })
    // Memory pressure elsewhere holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
    m.worker('device-model', (t) => {
      const isUnderLock = variant === 'completion-takes-slots-lock'
      if (isUnderLock) t.lock(slotsLock)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      if (isUnderLock) t.unlock(slotsLock)
    })
  },
)
