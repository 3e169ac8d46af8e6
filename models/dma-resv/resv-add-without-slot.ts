// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A fence can be added to a reservation only into a slot that was reserved under the same lock; the slots do not outlive
 * it. Whoever reserves only when the job is already with the hardware has the choice, if that fails, of going back with
 * a running job that nobody can see, so that the buffer is freed under it, or of waiting for the job on the spot. A
 * slot reserved first, under the same lock, leaves nothing that could fail.
 */
export default model(
  'dma-resv/resv-add-without-slot',
  {
    summary: 'A fence is added without a slot of this lock, or the slot is reserved after the job was pushed.',
    sources: [
      'drivers/dma-buf/dma-resv.c: dma_resv_reserve_fences(), dma_resv_add_fence() (BUG_ON), dma_resv_reset_max_fences(); read at 6.18.19',
      'commit "drm/amdgpu: Reserve fences for VM update", Felix Kuehling, 2023-07-17',
      'The variants that reserve after the push are constructions.',
    ],
    abstracts: [
      'The slots are gone at every unlock, as with CONFIG_DEBUG_MUTEXES; without it they are only for whoever comes first.',
      'One update of the page tables, which is one job; then the page tables are freed.',
    ],
    rules: { 'slot-lost-at-unlock': ['R22'], 'reserve-after-push': ['R22', 'R29'] },
    variants: {
      'slot-lost-at-unlock': {
        kind: 'misuse',
        code: 'add-without-slot',
        processes: ['vm-update'],
        objects: ['root_pd_resv'],
      },
      'reserve-after-push': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['sdma'],
        objects: ['root_pd'],
      },
      'reserve-after-push-waits': 'holds',
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const resv = m.resv('root_pd_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('root_pd')
    const fence = m.fence('update_fence')
    const pushed = m.flag('update_pushed')
    const closed = m.flag('vm_closed')

    m.thread('vm-update', (t) => {
      const lock = (): void => t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(resv)
      const unlock = (): void => t.at('include/linux/dma-resv.h: dma_resv_unlock()').wwUnlock(resv)
      const reserve = (fails: () => void): void =>
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_reserve_fences()').reserveFences(resv, { enomem: fails })
      const push = (): void =>
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      const add = (): void =>
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(resv, { fence, usage: 4 })
      const giveUp = (): void => {
        unlock()
        t.set(closed, 1)
        t.end()
      }
      lock()
      if (variant === 'slot-lost-at-unlock') {
        reserve(giveUp)
        unlock()
        lock()
        push()
        add()
      } else if (variant === 'fixed') {
        reserve(giveUp)
        push()
        add()
      } else {
        push()
        reserve(() => {
          if (variant === 'reserve-after-push-waits') t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
          giveUp()
        })
        add()
      }
      unlock()
      t.set(closed, 1)
    })
    m.hardware('sdma', (t) => {
      t.idle()
      t.await(pushed)
      t.beginWrite(memory)
      t.endWrite(memory)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    })
    m.worker('delayed-delete', (t) => {
      t.idle()
      t.await(closed)
      t.wwLockPlain(resv)
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_delayed_delete()').waitFences(resv, { usage: 4 })
      t.freeBuffer(memory)
      t.wwUnlock(resv)
    })
  },
)
