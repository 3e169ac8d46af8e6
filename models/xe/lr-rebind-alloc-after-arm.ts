// SPDX-License-Identifier: Apache-2.0
import { field, model, not, or, type KernelPath } from 'fencecheck'

/**
 * After a preemption, the rebind worker of a compute VM makes new preemption fences and lets the queues run again. It
 * allocates them before the point of no return: from the moment a fence is in the reservation, reclaim anywhere may wait
 * for it, and it must signal without the worker. An allocation after that is harmless only as long as preempting needs
 * nothing of the worker, neither its locks nor that it gets to the end, and never under the lock of the notifier.
 */
export default model(
  'xe/lr-rebind-alloc-after-arm',
  {
    summary: 'The rebind worker allocates after it has published the new preemption fences.',
    sources: [
      'drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func(), alloc_preempt_fences(), arm_preempt_fences(), resume_and_reinstall_preempt_fences(); read at 6.18',
      'drivers/gpu/drm/xe/xe_userptr.c: vma_userptr_invalidate(); xe_preempt_fence.c: preempt_fence_work_func(); read at 6.18',
      'Documentation/gpu/drm-vm-bind-locking.rst',
      'All variants but alloc-before-arm are constructions.',
    ],
    abstracts: [
      'One queue, one userptr range, one rebind; the fence of the last preemption has signalled before.',
      'The sequence number of the range is a flag: it was invalidated since it was pinned. While the worker runs that happens once at most.',
      'The queue is resumed after its fence is in the reservation; xe does it right before, under the same locks.',
      'To wait for the fence is what makes the preemption worker run.',
      'The reservation of the VM is locked without a ticket.',
      'Whose shrinker waits for the fences in the reservation is left open.',
    ],
    rules: {
      'alloc-under-notifier-lock': ['R37'],
      'preempt-waits-for-resume': ['R7'],
      'preempt-takes-vm-lock': ['R7', 'R10'],
      'preempt-takes-notifier-lock': ['R10'],
    },
    variants: {
      'alloc-before-arm': 'holds',
      'alloc-after-arm': 'holds',
      'preempt-waits-for-resume': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['preempt-work', 'rebind-work'],
        objects: ['preempt_fence'],
      },
      'preempt-takes-vm-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['preempt-work', 'rebind-work'],
        objects: ['preempt_fence', 'vm_lock'],
      },
      'preempt-takes-notifier-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['munmap', 'preempt-work'],
        objects: ['notifier_lock', 'preempt_fence'],
      },
      'alloc-under-notifier-lock': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['rebind-work'],
        objects: ['notifier_lock'],
      },
    },
  },
  (m, variant) => {
    const vmLock = m.rwsem('vm_lock')
    const notifierLock = m.rwsem('notifier_lock')
    const resv = m.resv('vm_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const fence = m.fence('preempt_fence')
    const enabled = m.flag('signalling_enabled')
    const invalidated = m.flag('userptr_invalidated', true)
    const invalidatedOnce = m.flag('invalidated_once')
    const resumed = m.flag('resumed')
    const locks = new Map([
      ['preempt-takes-vm-lock', vmLock],
      ['preempt-takes-notifier-lock', notifierLock],
    ])
    const early = variant === 'alloc-before-arm'
    const underLock = variant === 'alloc-under-notifier-lock'

    const waitBookkeep = (t: KernelPath): void => {
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_enable_sw_signaling()')
      t.step({ set: [[enabled, or(enabled, field(fence, 'published'))]], label: 'enable signalling' })
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv, { usage: 4 })
    }
    m.shrinker('driver_shrinker', waitBookkeep)
    m.mmuNotifier('vma_userptr_invalidate', (t) => {
      t.at('drivers/gpu/drm/xe/xe_userptr.c: vma_userptr_invalidate()').downWrite(notifierLock)
      t.when(not(invalidatedOnce), () =>
        t.step({
          set: [
            [invalidated, 1],
            [invalidatedOnce, 1],
          ],
          label: 'move the range to the list of invalidated ones',
        }),
      )
      waitBookkeep(t)
      t.upWrite(notifierLock)
    })
    m.worker('rebind-work', (t) => {
      t.at('drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func()').downWrite(vmLock)
      t.loop(() => {
        t.set(invalidated, 0)
        t.at('drivers/gpu/drm/xe/xe_userptr.c: xe_vma_userptr_pin_pages()').allocKernel()
        t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(resv)
        if (early) t.at('drivers/gpu/drm/xe/xe_vm.c: alloc_preempt_fences()').allocKernel()
        t.at('drivers/gpu/drm/xe/xe_vm.c: xe_vm_rebind()').reserveFences(resv)
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv, { usage: 1 })
        t.downRead(notifierLock)
        t.at('drivers/gpu/drm/xe/xe_userptr.c: __xe_vm_userptr_needs_repin()').when(
          invalidated,
          () => {
            t.upRead(notifierLock)
            t.wwUnlock(resv)
          },
          () => t.break(),
        )
      })
      t.at('drivers/gpu/drm/xe/xe_vm.c: arm_preempt_fences()').addFence(resv, { fence, usage: 4 })
      if (underLock) t.allocKernel()
      if (early || underLock) {
        t.set(resumed, 1)
        t.upRead(notifierLock)
      } else {
        t.upRead(notifierLock)
        t.allocKernel()
        t.set(resumed, 1)
      }
      t.wwUnlock(resv)
      t.upWrite(vmLock)
    })
    m.worker('preempt-work', (t) => {
      t.idle()
      t.await(enabled)
      t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_work_func()')
      if (variant === 'preempt-waits-for-resume') t.await(resumed)
      const lock = locks.get(variant)
      if (lock !== undefined) {
        t.downRead(lock)
        t.upRead(lock)
      }
      t.local('suspend the queue')
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    })
    m.thread('munmap', (t) => t.at('mm/memory.c: unmap_vmas()').invalidateRange())
    m.thread('evict', (t) => {
      t.idle()
      t.await(field(fence, 'published'))
      waitBookkeep(t)
    })
  },
)
