// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The eviction lock of a VM is taken inside mmu notifiers, and so whoever holds it allocates in a scope that does not
 * reclaim. Page table memory comes from the manager of video memory, whose lock every other task takes and then
 * allocates under, with reclaim. The scope of the one task does nothing for the other: that one reclaims, runs the
 * notifier and wants the eviction lock, while the first wants the manager's lock.
 */
export default model(
  'amdgpu/amdgpu-vm-eviction-lock',
  {
    summary: 'A lock protected by a no-reclaim scope, and inside it a lock under which others reclaim.',
    sources: [
      '"drm/amdgpu: Drop eviction lock when allocating PT BO", Philip Yang, 2022-11-02',
      '"drm/amdgpu: Avoid reclaim fs while eviction lock", Alex Sierra, 2019-12-17',
      '"drm/amdkfd: Fix recursive lock warnings", Felix Kuehling, 2021-03-10 (the scope without reclaim)',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_vm.h: amdgpu_vm_eviction_lock(); amdgpu_vm_pt.c: amdgpu_vm_pt_alloc(); read at 6.18',
      'Reconstructed: the commit mentions a warning about the buddy allocator, not these steps.',
    ],
    abstracts: [
      'The notifier needs the eviction lock to unmap a range of an SVM process from the GPU; nothing else of it is modelled.',
      'The manager allocates bookkeeping memory under its lock.',
    ],
    rules: ['R37'],
    variants: {
      'alloc-under-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['map', 'create-bo'],
        objects: ['eviction_lock', 'vram_mgr_lock'],
      },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const eviction = m.mutex('eviction_lock')
    const manager = m.mutex('vram_mgr_lock')
    m.mmuNotifier('svm_range_invalidate', (t) => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_update_range()').lock(eviction)
      t.local('unmap the range from the GPU')
      t.unlock(eviction)
    })
    m.thread('map', (t) => {
      const enter = (): void => {
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.h: amdgpu_vm_eviction_lock()').lock(eviction)
        t.memallocNoreclaimSave()
      }
      const leave = (): void => {
        t.memallocNoreclaimRestore()
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.h: amdgpu_vm_eviction_unlock()').unlock(eviction)
      }
      enter()
      if (variant === 'fixed') leave()
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vram_mgr.c: amdgpu_vram_mgr_new()').lock(manager)
      t.allocKernel()
      t.unlock(manager)
      if (variant === 'fixed') enter()
      leave()
    })
    m.thread('create-bo', (t) => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vram_mgr.c: amdgpu_vram_mgr_new()').lock(manager)
      t.allocKernel()
      t.unlock(manager)
    })
  },
)
