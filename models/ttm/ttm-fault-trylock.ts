// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * TTM once ordered reservations outside mmap_lock, so that a submission could copy from user memory with its buffers
 * reserved. A fault handler, called with mmap_lock held, could then only try the reservation, and have the access fault
 * again if that failed. Nobody can deadlock that way; but a submission that faults on a buffer of its own tries for
 * ever, and any other access may find the buffer reserved each time it looks. Nor does it help to wait outside
 * mmap_lock until the buffer is free: then the first of them is stuck, and the second still only tries. With mmap_lock
 * outermost and copies made first, the handler blocks.
 */
export default model(
  'ttm/ttm-fault-trylock',
  {
    summary: 'A fault handler that may only try a reservation, and has the access fault again, may never get it.',
    sources: [
      'mail thread "Re: Fi.CI.BAT: failure for series starting with [1/6] dma-buf: add dynamic DMA-buf handling v13", Daniel Vetter and Christian König, 2019-08-08 (the order of radeon and other old drivers; it is disputed whether radeon still copied under its reservations by then)',
      '"drm/ttm: remove ttm_bo_wait_unreserved", Daniel Vetter, 2019-11-04',
      'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_wait_unreserved(), which takes the reservation and drops it again; read in the form of 2019',
      'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve(), ttm_bo_vm_fault(); read in a form after 2019',
      'drivers/gpu/drm/radeon/radeon_cs.c: radeon_cs_update_pages(), which copied the command stream while it was parsed; read in old forms',
      'Construction: that what is copied lies in a mapping of a buffer of the same submission.',
    ],
    abstracts: [
      'One buffer. That an access faults again is a loop in the handler, which gives mmap_lock up and takes it again.',
      'Waits are uninterruptible: that a signal sent by somebody would end the loop or the wait is left out.',
      'The mutex that kept waiters from disturbing one another in ttm_bo_wait_unreserved() is left out: one waits at a time.',
      'The busy client never ends; each of its submissions does.',
    ],
    variants: {
      'own-buffer': { kind: 'livelock', processes: ['submit'], objects: ['bo'] },
      'own-buffer-waits': { kind: 'deadlock', shape: 'self', processes: ['submit'], objects: ['bo'] },
      'busy-buffer': { kind: 'no-forward-progress', processes: ['cpu-access'], objects: ['bo'] },
      'busy-buffer-waits': { kind: 'no-forward-progress', processes: ['cpu-access'], objects: ['bo'] },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const mmapLock = m.mmapLock('mmap_lock')
    const fault = 'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_fault()'
    const waits = variant.endsWith('waits') || variant === 'fixed'

    const handleFault = (t: KernelPath): void => {
      const wait = (): void => {
        t.at(fault).faultDropLock(mmapLock)
        t.at(
          variant === 'fixed'
            ? 'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve()'
            : 'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_wait_unreserved()',
        ).wwLockPlain(bo)
        t.wwUnlock(bo)
        t.at('mm/memory.c: handle_mm_fault() with FAULT_FLAG_TRIED').faultRetry(mmapLock)
      }
      const faultAgain = (): void => {
        t.at('arch/x86/mm/fault.c: do_user_addr_fault(), after VM_FAULT_NOPAGE').faultDropLock(mmapLock)
        t.at('mm/memory.c: handle_mm_fault()').faultRetry(mmapLock)
      }
      const attempt = (got: () => void, missed: () => void): void => t.at(fault).wwTrylockPlain(bo, { got, missed })
      if (variant === 'fixed')
        attempt(
          () => {},
          () => {
            wait()
            t.at('drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve()').wwLockPlain(bo)
          },
        )
      else
        t.loop(() => {
          attempt(
            () => t.break(),
            () => {},
          )
          if (waits) {
            wait()
            attempt(
              () => t.break(),
              () => {},
            )
          }
          faultAgain()
        })
      t.local('map the page')
      t.wwUnlock(bo)
    }

    if (!variant.startsWith('busy-buffer')) {
      // What is copied lies in a mapping of the buffer.
      m.faultHandler(mmapLock, 'ttm_bo_vm_fault', handleFault)
      m.thread('submit', (t) => {
        const copy = (by: string): void => t.at(`drivers/gpu/drm/radeon/radeon_cs.c: ${by}()`).copyUser(mmapLock)
        if (variant === 'fixed') copy('radeon_cs_parser_init')
        t.wwAcquireInit(K)
        t.at('drivers/gpu/drm/ttm/ttm_execbuf_util.c: ttm_eu_reserve_buffers()')
        t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
        if (variant !== 'fixed') copy('radeon_cs_update_pages')
        t.local('submit the job')
        t.wwUnlock(bo)
        t.wwAcquireFini(K)
      })
    }
    if (!variant.startsWith('own-buffer')) {
      m.thread('cpu-access', (t) => {
        t.at('mm/memory.c: handle_mm_fault()').downRead(mmapLock)
        handleFault(t)
        t.upRead(mmapLock)
      })
      m.thread('busy-client', (t) =>
        t.loop(() => {
          t.at('drivers/gpu/drm/ttm/ttm_execbuf_util.c: ttm_eu_reserve_buffers()').wwLockPlain(bo)
          t.wwUnlock(bo)
        }),
      )
    }
  },
)
