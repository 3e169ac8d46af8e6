// SPDX-License-Identifier: Apache-2.0
import { field, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'
import { wwTransaction } from './ww-transaction.ts'

type Fence = ObjectHandle<'fence'>

export interface TtmDeviceOptions {
  /** The class of the reservations: `reservation_ww_class`, Wait-Die, unless said. */
  readonly wwClass?: ObjectHandle<'wwClass'>
}

export interface TtmBufferOptions {
  /** The reservation, which buffers of one VM share; one of its own unless said. */
  readonly resv?: ObjectHandle<'resv'>
  /** Fences of jobs that use the buffer: a move copies after those of them that are published when it begins. */
  readonly users?: readonly Fence[]
  /** What the driver does before a move: dma_buf_move_notify(), zapping its page tables. */
  readonly moveNotify?: (t: KernelPath) => void
}

/** A buffer of TTM: `struct ttm_buffer_object`. */
export interface TtmBuffer {
  readonly resv: ObjectHandle<'resv'>
  readonly memory: ObjectHandle<'buffer'>
  /** Signals when the copy of the move is done: in the reservation as KERNEL. */
  readonly moveFence: Fence
  /** ttm_bo_validate(), ttm_bo_evict(): moves the buffer, with the reservation held; does not wait for the copy. Once. */
  readonly move: (t: KernelPath, placement: 0 | 1 | 2 | 3) => void
  /** ttm_bo_wait_ctx(): waits for everything that uses the buffer, as memory management does, with the reservation held. */
  readonly waitIdle: (t: KernelPath) => void
  /** The last ttm_bo_put(): a work item frees the memory once nobody uses it. */
  readonly put: (t: KernelPath) => void
}

export interface TtmDevice {
  readonly wwClass: ObjectHandle<'wwClass'>
  readonly buffer: (name: string, options?: TtmBufferOptions) => TtmBuffer
  /** ttm_eu_reserve_buffers() to ttm_eu_backoff_reservation(): runs `body` with all of them reserved. */
  readonly reserved: (t: KernelPath, buffers: readonly TtmBuffer[], body: () => void) => void
}

/**
 * Buffers whose memory is managed by TTM: reserved with a ticket, moved by a copy engine behind the jobs that use them,
 * freed later. drivers/gpu/drm/ttm/ttm_execbuf_util.c: ttm_eu_reserve_buffers(); ttm_bo.c: ttm_bo_validate(),
 * ttm_bo_evict(), ttm_bo_delayed_delete(); ttm_bo_util.c: ttm_bo_move_accel_cleanup(); 6.18.
 *
 * Abstraction: each buffer moves at most once; which one is evicted is the model's to say, there is no LRU and no
 * accounting of memory. The copy engine has a process for each buffer and is not scheduled. The ghost that keeps the old
 * memory is freed by a worker once the move is done.
 */
export function ttmDevice(m: KernelBuilder, name: string, options: TtmDeviceOptions = {}): TtmDevice {
  const wwClass = options.wwClass ?? m.wwClass('reservation_ww_class', { waitDie: true })
  const queue = m.workqueue(`${name}_wq`, { memReclaim: true })

  const buffer: TtmDevice['buffer'] = (of, { resv = m.resv(of, { class: wwClass }), users = [], moveNotify } = {}) => {
    const memory = m.buffer(`${of}_memory`)
    const moveFence = m.fence(`${of}_move_fence`)
    const moving = m.flag(`${of}_copy_submitted`)
    const copiesAfter = users.map((fence) => [fence, m.flag(`${of}_copy_after_${fence.name}`)] as const)
    m.hardware(`${of}_copy`, (t) => {
      t.idle()
      t.await(moving)
      for (const [fence, after] of copiesAfter) t.when(after, () => t.wait(fence))
      t.endMove(memory)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(moveFence)
    })
    const freeGhost = m.workItem(queue, `${of}_free_ghost`, (t) => {
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_delayed_delete()').wait(moveFence)
      t.releaseOld(memory)
    })
    const delayedDelete = m.workItem(queue, `${of}_delayed_delete`, (t) => {
      const from = 'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_delayed_delete()'
      t.at(from).waitFences(resv)
      t.at(from).wwLockPlain(resv)
      t.freeBuffer(memory)
      t.wwUnlock(resv)
    })
    return {
      resv,
      memory,
      moveFence,
      move: (t, placement) => {
        t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_handle_move_mem()').reserveFences(resv)
        moveNotify?.(t)
        t.beginMove(memory, { placement })
        const submit = copiesAfter.map(([fence, after]) => [after, field(fence, 'published')] as const)
        t.step({ set: [...submit, [moving, 1]], label: `submit the copy of ${of}` })
        t.at('drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_move_accel_cleanup()').addFence(resv, {
          fence: moveFence,
          usage: 1,
        })
        t.at('drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_move_accel_cleanup()').queueWork(freeGhost)
      },
      waitIdle: (t) => t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_wait_ctx()').waitFences(resv),
      put: (t) => t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release()').queueWork(delayedDelete),
    }
  }
  return {
    wwClass,
    buffer,
    // A reservation that several buffers share is locked once.
    reserved: (t, buffers, body) => wwTransaction(t, wwClass, [...new Set(buffers.map(({ resv }) => resv))], body),
  }
}

export interface TtmFaultOptions {
  /** Whether the handler may let go of mmap_lock and have the fault retried. True unless said, as in most faults. */
  readonly mayRetry?: boolean
}

/**
 * The fault handler of mappings of a buffer: tries the reservation, and rather lets go of mmap_lock than wait for it; under
 * both it waits for a move. drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve(), ttm_bo_vm_fault_idle(); 6.18.
 *
 * Abstraction: the core retries a fault once, and then the handler waits for the reservation under mmap_lock, which is the
 * primed order; `mayRetry: false` is a fault that does so at once. The wait for a move keeps mmap_lock.
 */
export function ttmFaultHandler(
  m: KernelBuilder,
  mm: ObjectHandle<'mmapLock'>,
  bo: Pick<TtmBuffer, 'resv'>,
  { mayRetry = true }: TtmFaultOptions = {},
): void {
  const reserve = 'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve()'
  m.faultHandler(mm, `${bo.resv.name}_fault`, (t) => {
    const wait = (): void => t.at(reserve).wwLockPlain(bo.resv)
    if (!mayRetry) wait()
    else
      t.at(reserve).wwTrylockPlain(bo.resv, {
        got: () => {},
        missed: () => {
          t.faultDropLock(mm)
          wait()
          t.wwUnlock(bo.resv)
          t.at('mm/memory.c: handle_mm_fault() with FAULT_FLAG_TRIED').faultRetry(mm)
          wait()
        },
      })
    t.at('drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_fault_idle()').waitFences(bo.resv, { usage: 1 })
    t.local('insert the pages')
    t.wwUnlock(bo.resv)
  })
}
