// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * Whoever drops the last reference to an imported buffer detaches it from its exporter, and that locks the reservation of
 * the exporter's buffer without a ticket. If other reservations are held at that moment, the usual rule no longer
 * helps: somebody with an older ticket holds the exporter's buffer and waits for one of these, and the younger ticket
 * cannot back off in a lock that was taken without it. Imported buffers are therefore always destroyed by a worker.
 */
export default model(
  'ttm/ttm-imported-detach-resv',
  {
    summary: 'The last reference to an imported buffer, dropped under a reservation, locks another one without ticket.',
    sources: [
      '"drm/ttm: Always take the bo delayed cleanup path for imported bos", Thomas Hellström, 2024-06-28, with its mail thread of June 2024; first seen with xe',
      'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release(), ttm_bo_delayed_delete(); drivers/dma-buf/dma-buf.c: dma_buf_detach()',
      'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(); read at 6.18.19',
    ],
    abstracts: [
      'One imported buffer; the exporter is in the same driver or another one, its buffer is used by another task.',
      'The order of the tickets is fixed by a flag before the locking starts.',
    ],
    rules: ['R22'],
    variants: {
      'other-ticket-older': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['put', 'other'],
        objects: ['exported_bo', 'vm'],
      },
      'other-ticket-younger': 'holds',
      'delayed-delete': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const vm = m.resv('vm', { class: K })
    const exported = m.resv('exported_bo', { class: K })
    const firstTaken = m.flag('first_ticket_taken')
    const otherFirst = variant !== 'other-ticket-younger'
    const ticket = (t: KernelPath, first: boolean): void => {
      if (!first) t.await(firstTaken)
      t.at('include/linux/ww_mutex.h: ww_acquire_init()').wwAcquireInit(K)
      if (first) t.set(firstTaken, 1)
    }
    const detach = (t: KernelPath): void => {
      t.at('drivers/dma-buf/dma-buf.c: dma_buf_detach()').wwLockPlain(exported)
      t.local('take the attachment off the list')
      t.wwUnlock(exported)
    }

    const queue = m.workqueue('ttm_device_wq', { memReclaim: true })
    const delayedDelete = variant === 'delayed-delete' ? m.workItem(queue, 'ttm_bo_delayed_delete', detach) : undefined
    m.thread('put', (t) => {
      ticket(t, !otherFirst)
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLock(vm, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release()')
      if (delayedDelete === undefined) detach(t)
      else t.queueWork(delayedDelete)
      t.wwUnlock(vm)
      t.wwAcquireFini(K)
    })
    m.thread('other', (t) => {
      ticket(t, otherFirst)
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLock(exported, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLock(vm, {
        edeadlk: () => {
          if (otherFirst) return t.unreachable('the older context never backs off')
          t.wwUnlock(exported)
          t.at('include/linux/dma-resv.h: dma_resv_lock_slow()').wwLockSlow(vm)
          t.wwLock(exported, { edeadlk: () => t.unreachable('a holder without a ticket lets everybody wait') })
        },
      })
      t.local('use both')
      t.wwUnlock(vm)
      t.wwUnlock(exported)
      t.wwAcquireFini(K)
    })
  },
)
