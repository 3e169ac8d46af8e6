// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * The pushbuf ioctl locked every buffer of a submission and then copied the list of relocations from user memory. If
 * the list lies in a mapping of one of those buffers, the fault handler wants the reservation that its own task holds.
 * If it lies elsewhere, a fault of another thread on the buffer holds mmap_lock for reading and waits for the
 * reservation: two readers, harmless, until a munmap queues for writing between them and stops the copy.
 */
export default model(
  'nouveau/nouveau-reloc-copy',
  {
    summary: 'A submission copies from user memory with reservations held; a page fault takes the reservation.',
    sources: [
      'drivers/gpu/drm/nouveau/nouveau_gem.c: nouveau_gem_ioctl_pushbuf(), nouveau_gem_pushbuf_reloc_apply(); read in a form before the fix',
      '03e0d26fcf79 "drm/nouveau: slowpath for pushbuf ioctl", Daniel Vetter, 2019-11 (the slow path)',
      'b2a8116e2592 "dma_resv: prime lockdep annotations", Daniel Vetter, 2019-11',
      'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve(); read at 6.18',
      'kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18.19',
      'mail thread "Re: Fi.CI.BAT: failure for series starting with [1/6] dma-buf: add dynamic DMA-buf handling v13", Daniel Vetter and Christian König, 2019-08-08 (nouveau copies under its reservations)',
    ],
    abstracts: [
      'One buffer. The fault handler blocks under mmap_lock, as TTM does when a fault is retried; its first attempt, which drops mmap_lock before it blocks, is left out.',
      'The fault handler waits interruptibly in the kernel; nobody sends it a signal here.',
      'The copy that wrote presumed offsets back, under the reservations too, is left out.',
      'Validation finds that relocations are needed at most once, as in the slow path.',
    ],
    rules: ['R20'],
    variants: {
      'self-mapping': { kind: 'deadlock', shape: 'self', processes: ['pushbuf'], objects: ['bo'] },
      'queued-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['pushbuf', 'bo-fault', 'munmap'],
        objects: ['bo', 'mmap_lock'],
      },
      'no-writer': 'holds',
      'slow-path': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const mmapLock = m.mmapLock('mmap_lock')
    const handleFault = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve()').wwLockPlain(bo)
      t.local('map the page')
      t.wwUnlock(bo)
    }
    // The relocation list lies in a mapping of the buffer.
    if (variant === 'self-mapping' || variant === 'slow-path')
      m.faultHandler(mmapLock, 'nouveau_ttm_fault', handleFault)

    const copyRelocations = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/nouveau/nouveau_gem.c: u_memcpya()').copyUser(mmapLock)
    const validate = (t: KernelPath): void => {
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/nouveau/nouveau_gem.c: nouveau_gem_pushbuf_validate()')
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
    }
    const backOff = (t: KernelPath): void => {
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    }
    m.thread('pushbuf', (t) => {
      validate(t)
      t.either({
        'presumed offsets right': () => {},
        'relocations needed': () => {
          if (variant === 'slow-path') {
            backOff(t)
            copyRelocations(t)
            validate(t)
          } else copyRelocations(t)
          t.local('apply the relocations')
        },
      })
      backOff(t)
    })
    m.thread('bo-fault', (t) => {
      t.downRead(mmapLock)
      handleFault(t)
      t.upRead(mmapLock)
    })
    if (variant === 'queued-writer' || variant === 'slow-path')
      m.thread('munmap', (t) => {
        t.downWrite(mmapLock)
        t.upWrite(mmapLock)
      })
  },
)
