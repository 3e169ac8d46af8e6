// SPDX-License-Identifier: Apache-2.0
import { and, field, model, not, or, type KernelPath } from 'fencecheck'

/**
 * The interrupt handler of nouveau signalled fences under the lock of their channel, which is also held where the
 * interrupt is allowed, and both need the lock of interrupts: an inversion. The signalling went into a work item of the
 * system workqueue, where items of anybody else may wait for the same fences. If they fill every slot, the item that
 * signals never starts; on a queue of its own it does.
 */
export default model(
  'nouveau/nouveau-uevent-wq-saturation',
  {
    summary: 'The work item that signals fences waits for a slot of a shared queue, which items waiting for them fill.',
    sources: [
      '39126abc5e20 "nouveau: offload fence uevents work to workqueue", Dave Airlie, 2024-01-29 (the inversion)',
      'mail "[PATCH] drm/nouveau: use dedicated wq for fence uevents work", Danilo Krummrich, 2024-02-22 (the slots)',
      'drivers/gpu/drm/nouveau/nouveau_fence.c: nouveau_fence_wait_uevent_handler(), which still calls schedule_work(), nouveau_fence_uevent_work(), nouveau_fence_done(), nouveau_fence_enable_signaling(); by reading 6.18.19',
      'drivers/gpu/drm/nouveau/nvkm/core/intr.c: nvkm_intr(), nvkm_inth_allow(); read at 6.18.19',
      'kernel/workqueue.c: pwq_tryinc_nr_active(); read at 6.18.19',
    ],
    abstracts: [
      'The shared queue has two slots instead of 1,024; the items of others do nothing but wait for the fence.',
      'Two fences where the inversion is the point, one where the slots are. The job of the earlier one is done at the start, its interrupt is under way, and who waits for it looks for itself.',
      'The spinlocks of the event itself are left out; blocking the interrupt takes no lock.',
      'The interrupt reaches a CPU of its own.',
    ],
    rules: { 'all-slots-taken': ['R12'] },
    variants: {
      'handler-signals': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['nvkm-irq', 'waiter'],
        objects: ['fctx_lock', 'intr_lock'],
      },
      'work-signals': 'holds',
      'all-slots-taken': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['system_wq/0', 'system_wq/1'],
        objects: ['fence'],
      },
      'one-slot-left': 'holds',
      'dedicated-queue': 'holds',
    },
  },
  (m, variant) => {
    const fenceC = 'drivers/gpu/drm/nouveau/nouveau_fence.c'
    const inversion = variant === 'handler-signals' || variant === 'work-signals'
    const fctxLock = m.spinlock('fctx_lock')
    const intrLock = m.spinlock('intr_lock')
    const earlier = inversion ? m.fence('earlier_fence', { published: true, lock: fctxLock }) : undefined
    const fence = m.fence('fence', { published: true, lock: fctxLock })
    const done = m.flag('job_done')
    const enabled = m.flag('signalling_enabled')
    const allowed = m.flag('event_allowed', inversion)
    const raised = m.flag('irq_raised', inversion)

    /** Signals what is done, and blocks the event unless somebody still waits for it. */
    const update = (t: KernelPath): void => {
      const waited = and(enabled, not(field(fence, 'signalled')))
      t.at(`${fenceC}: nouveau_fence_update()`)
      if (earlier !== undefined) t.signalLocked(earlier)
      t.when(done, () => t.signalLocked(fence))
      t.at(`${fenceC}: nouveau_fence_update() -> nvif_event_block()`)
      t.set(allowed, waited)
    }
    const lockedUpdate = (t: KernelPath): void => {
      t.spinLockIrqsave(fctxLock)
      update(t)
      t.spinUnlockIrqrestore(fctxLock)
    }
    const systemWq = m.workqueue('system_wq', { maxActive: 2 })
    const others = inversion ? 0 : variant === 'one-slot-left' ? 1 : 2
    const works = Array.from({ length: others }, (_, i) =>
      m.workItem(systemWq, `other_driver_work${i}`, (t) => t.wait(fence)),
    )
    const queue = variant === 'dedicated-queue' ? m.workqueue('nouveau_fence_wq') : systemWq
    const ueventWork = variant === 'handler-signals' ? undefined : m.workItem(queue, 'uevent_work', lockedUpdate)

    m.hardware('gpu', (t) =>
      t.step({
        set: [
          [done, 1],
          [raised, or(raised, allowed)],
        ],
        label: 'the job is done',
      }),
    )
    m.irq(
      'nvkm-irq',
      (t) => {
        t.at('drivers/gpu/drm/nouveau/nvkm/core/intr.c: nvkm_intr()').spinLock(intrLock)
        t.at('drivers/gpu/drm/nouveau/nvkm/core/event.c: nvkm_event_ntfy()')
        t.when(allowed, () => {
          t.at(`${fenceC}: nouveau_fence_wait_uevent_handler()`)
          if (ueventWork !== undefined) t.queueWork(ueventWork)
          else {
            t.spinLock(fctxLock)
            update(t)
            t.spinUnlock(fctxLock)
          }
        })
        t.spinUnlock(intrLock)
      },
      { when: raised, set: [[raised, 0]], on: [] },
    )
    m.thread('waiter', (t) => {
      t.spinLockIrqsave(fctxLock)
      t.at(`${fenceC}: nouveau_fence_enable_signaling()`).set(enabled, 1)
      t.when(not(allowed), () => {
        t.at('drivers/gpu/drm/nouveau/nvkm/core/intr.c: nvkm_inth_allow()').spinLock(intrLock)
        t.set(allowed, 1)
        t.spinUnlock(intrLock)
      })
      // If the job is done by now, the op answers false, and the core signals.
      t.when(done, () => t.at('drivers/dma-buf/dma-fence.c: __dma_fence_enable_signaling()').signalLocked(fence))
      t.spinUnlockIrqrestore(fctxLock)
      t.wait(fence)
    })
    if (earlier !== undefined)
      m.thread('earlier-waiter', (t) => {
        t.at(`${fenceC}: nouveau_fence_done()`)
        lockedUpdate(t)
        t.wait(earlier)
      })
    else
      m.thread('other-driver', (t) => {
        for (const work of works) t.queueWork(work)
      })
  },
)
