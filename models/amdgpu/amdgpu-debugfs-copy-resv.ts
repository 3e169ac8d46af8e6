// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A debugfs file shows the queue descriptor of a ring. It reserved the buffer of the descriptor and copied it word by
 * word to user memory, so that a page fault of the copy happened under the reservation. A destination inside a mapping
 * of the buffer blocks on the reader's own reservation, any other one behind a writer queued for mmap_lock; copying to
 * kernel memory first and to the user after the reservation is released does neither.
 */
export default model(
  'amdgpu/amdgpu-debugfs-copy-resv',
  {
    summary: 'A debug file copies to user memory with a reservation held; a page fault takes the reservation.',
    sources: [
      '"drm/amdgpu: fix deadlock while reading mqd from debugfs", Johannes Weiner, 2024-03-07',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_ring.c: amdgpu_debugfs_mqd_read(), in the forms before and after that patch',
      'drivers/dma-buf/dma-resv.c: dma_resv_lockdep(), the primed order; read at 6.18',
      'drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve(); kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18',
      'Construction: self-mapping, as the buffer of a descriptor is not meant for user space, and the fault on it in the others.',
    ],
    abstracts: [
      'One copy stands for the loop over the words of the descriptor.',
      'The fault handler blocks under mmap_lock, as TTM does when a fault is retried.',
    ],
    rules: ['R20'],
    variants: {
      'self-mapping': { kind: 'deadlock', shape: 'self', processes: ['mqd-read'], objects: ['mqd_bo'] },
      'queued-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['mqd-read', 'bo-fault', 'munmap'],
        objects: ['mqd_bo', 'mmap_lock'],
      },
      'no-writer': 'holds',
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('mqd_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const mmapLock = m.mmapLock('mmap_lock')
    const handleFault = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_reserve()').wwLockPlain(bo)
      t.local('map the page')
      t.wwUnlock(bo)
    }
    if (variant === 'self-mapping' || variant === 'fixed') m.faultHandler(mmapLock, 'amdgpu_gem_fault', handleFault)

    m.thread('mqd-read', (t) => {
      const copy = (): void =>
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_ring.c: amdgpu_debugfs_mqd_read()').copyUser(mmapLock)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_reserve()').wwLockPlain(bo)
      if (variant === 'fixed') t.local('copy the descriptor to kernel memory')
      else copy()
      t.wwUnlock(bo)
      if (variant === 'fixed') copy()
    })
    m.thread('bo-fault', (t) => {
      t.downRead(mmapLock)
      handleFault(t)
      t.upRead(mmapLock)
    })
    if (variant === 'queued-writer' || variant === 'fixed')
      m.thread('munmap', (t) => {
        t.downWrite(mmapLock)
        t.upWrite(mmapLock)
      })
  },
)
