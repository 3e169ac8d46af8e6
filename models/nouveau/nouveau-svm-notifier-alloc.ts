// SPDX-License-Identifier: Apache-2.0
import { model, not } from 'fencecheck'

/**
 * To take pages away from the GPU, the SVM notifier needs the mutex of the GPU address space. Page table code holds that
 * mutex and allocates with GFP_KERNEL, and reclaim runs the notifier as the same task. With the memory allocated first,
 * the fault worker still has to look at the sequence number under the notifier's own mutex, or it maps a page that has
 * been given back in the meantime.
 */
export default model(
  'nouveau/nouveau-svm-notifier-alloc',
  {
    summary: 'Page tables of the GPU are allocated under the mutex that the SVM notifier needs.',
    sources: [
      'drivers/gpu/drm/nouveau/nouveau_svm.c: nouveau_svmm_invalidate_range_start(), nouveau_svm_range_invalidate(), nouveau_range_fault(); read at 6.18',
      'lockdep report on the nouveau list, 2020-01-08 (notifier against page table allocation); the steps are reconstructed',
      'mm/mmu_notifier.c: mmu_interval_read_begin(); Documentation/mm/hmm.rst; read at 6.18',
      'Construction: no-retry-check.',
    ],
    abstracts: [
      'One page and one mapping of it by the GPU; munmap gives the page back, reclaim only looks at it.',
      'The sequence number is a flag that every invalidation sets and every fault clears before it begins.',
      'The access that faulted is repeated by the worker itself, once.',
      'The fault worker has its page table memory before it takes a mutex in every variant.',
      'The notifier that unmaps and the interval notifier that counts are one here.',
    ],
    rules: { 'alloc-under-vmm': ['R37'], 'no-retry-check': ['R36'] },
    variants: {
      'alloc-under-vmm': { kind: 'deadlock', shape: 'self', processes: ['vm-update'], objects: ['vmm_mutex'] },
      'no-retry-check': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['gpu-fault'],
        objects: ['gpu_pte'],
      },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const svmm = m.mutex('svmm_mutex')
    const vmm = m.mutex('vmm_mutex')
    const mmapLock = m.mmapLock('mmap_lock')
    const page = m.buffer('page')
    const gpuPte = m.mapping('gpu_pte', { buffer: page })
    const present = m.flag('page_present', true)
    const invalidating = m.flag('invalidation_active')
    const invalidated = m.flag('sequence_moved')

    m.mmuNotifier('svm_invalidate', (t) => {
      t.at('drivers/gpu/drm/nouveau/nouveau_svm.c: nouveau_svm_range_invalidate()').lock(svmm)
      t.at('mm/mmu_notifier.c: mmu_interval_set_seq()').set(invalidated, 1)
      t.at('drivers/gpu/drm/nouveau/nvkm/subdev/mmu/uvmm.c: nvkm_uvmm_mthd_pfnclr()').lock(vmm)
      t.unmapBuffer(gpuPte)
      t.unlock(vmm)
      t.unlock(svmm)
    })
    m.thread('vm-update', (t) => {
      if (variant !== 'alloc-under-vmm') t.allocKernel()
      t.lock(vmm)
      if (variant === 'alloc-under-vmm')
        t.at('drivers/gpu/drm/nouveau/nvkm/subdev/mmu/vmm.c: nvkm_vmm_pt_new()').allocKernel()
      t.local('write page table entries')
      t.unlock(vmm)
    })
    m.worker('gpu-fault', (t) => {
      t.loop(() => {
        t.at('mm/mmu_notifier.c: mmu_interval_read_begin()')
        t.step({ when: not(invalidating), set: [[invalidated, 0]], label: 'read the sequence number' })
        t.at('drivers/gpu/drm/nouveau/nouveau_svm.c: nouveau_range_fault()').downRead(mmapLock)
        t.at('mm/hmm.c: hmm_range_fault()').when(
          present,
          () => t.upRead(mmapLock),
          () => {
            t.upRead(mmapLock)
            t.end()
          },
        )
        t.at('drivers/gpu/drm/nouveau/nouveau_svm.c: nouveau_range_fault()').lock(svmm)
        if (variant === 'no-retry-check') t.break()
        else
          t.at('include/linux/mmu_notifier.h: mmu_interval_read_retry()').when(
            invalidated,
            () => t.unlock(svmm),
            () => t.break(),
          )
      })
      t.lock(vmm)
      t.mapBuffer(gpuPte)
      t.unlock(vmm)
      t.unlock(svmm)
      t.readMapped(gpuPte, { unmapped: () => {} })
    })
    m.thread('munmap', (t) => {
      t.downWrite(mmapLock)
      t.set(invalidating, 1)
      t.at('mm/memory.c: unmap_vmas()').invalidateRange()
      t.step({
        set: [
          [present, 0],
          [invalidating, 0],
        ],
        label: 'zap the page and end the invalidation',
      })
      t.freeBuffer(page)
      t.upWrite(mmapLock)
    })
  },
)
