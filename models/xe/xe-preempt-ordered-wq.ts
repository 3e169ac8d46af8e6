// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * All preemption fences of an xe device are signalled by work items of one ordered queue. What such an item still does
 * after its own signal holds up the next one, so it is on the way to the signal of another fence. If it took the lock of
 * the VM there, it would wait for somebody who holds that lock and waits for the next fence; so it only queues the
 * rebind worker, which takes the lock on another queue.
 */
export default model(
  'xe/xe-preempt-ordered-wq',
  {
    summary:
      'After its signal, a work item of the ordered preemption queue takes a lock held over waits for such fences.',
    sources: [
      'drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_work_func(), preempt_fence_enable_signaling(); read at 6.18',
      'drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func(), wait_for_existing_preempt_fences(); read at 6.18',
      'The variant tail-takes-vm-lock is a construction: a comment in preempt_fence_work_func() names it as what must not be.',
    ],
    abstracts: [
      'One VM with two queues, each with a preemption fence; to wait for one is what queues its work item.',
      'The firmware answers every request to suspend a queue; resets and errors are left out.',
      'The rebind worker waits for the old fences and is done; it makes no new ones.',
    ],
    rules: ['R5', 'R10', 'R12'],
    variants: {
      'tail-takes-vm-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['preempt_fence_wq/0', 'vm-bind'],
        objects: ['preempt_fence_2', 'vm_lock'],
      },
      'tail-queues-rebind': 'holds',
    },
  },
  (m, variant) => {
    const vmLock = m.rwsem('vm_lock')
    const preemptWq = m.workqueue('preempt_fence_wq', { ordered: true })
    const orderedWq = m.workqueue('xe_ordered_wq', { ordered: true })

    const rebind: ObjectHandle<'work'> = m.workItem(orderedWq, 'rebind_work', (t) => {
      t.at('drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func()').downWrite(vmLock)
      for (const queue of queues) {
        queue.enable(t)
        t.at('drivers/gpu/drm/xe/xe_vm.c: wait_for_existing_preempt_fences()').wait(queue.fence)
      }
      t.upWrite(vmLock)
    })
    const queues = [1, 2].map((i) => {
      const fence = m.fence(`preempt_fence_${i}`, { published: true })
      const requested = m.flag(`suspend_${i}_requested`)
      const suspended = m.flag(`suspend_${i}_done`)
      // preempt_fence_work_func()
      const work = m.workItem(preemptWq, `preempt_work_${i}`, (t) => {
        t.at('drivers/gpu/drm/xe/xe_guc_submit.c: guc_exec_queue_suspend_wait()').await(suspended)
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
        if (variant === 'tail-takes-vm-lock' && i === 1) {
          t.downWrite(vmLock)
          t.upWrite(vmLock)
        }
        t.at('drivers/gpu/drm/xe/xe_vm.h: xe_vm_queue_rebind_worker()').queueWork(rebind)
      })
      m.hardware(`guc-${i}`, (t) => {
        t.idle()
        t.await(requested)
        t.set(suspended, 1)
      })
      const enable = (t: KernelPath): void => {
        t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_enable_signaling()')
        t.when(
          requested,
          () => {},
          () => {
            t.set(requested, 1)
            t.queueWork(work)
          },
        )
      }
      return { fence, enable }
    })

    m.thread('evict', (t) => {
      queues[0]!.enable(t)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').wait(queues[0]!.fence)
    })
    m.thread('vm-bind', (t) => {
      t.at('drivers/gpu/drm/xe/xe_vm.c: xe_vm_bind_ioctl()').downWrite(vmLock)
      queues[1]!.enable(t)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').wait(queues[1]!.fence)
      t.upWrite(vmLock)
    })
  },
)
