// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A job that runs into a page fault keeps its place on the GPU until the fault is handled. The handler needs a page table,
 * and if there is no free memory for it, a buffer has to make room, which waits for the jobs that use the buffer: one of them
 * may be waiting for the very place that the faulting job keeps. In a fault nothing may wait for the GPU; without free
 * memory the handler fails, or maps a dummy page.
 */
export default model(
  'amdgpu/amdgpu-fault-pt-wait',
  {
    summary: 'A GPU fault handler evicts a buffer and waits for a job that is behind the faulting one.',
    sources: [
      '"drm/amdgpu: allocate PDs/PTs with no_gpu_wait in a page fault", Christian König, 2019-09-16',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_handle_fault(); amdgpu_vm_pt.c: amdgpu_vm_pt_create(), immediate; drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_mem_space()',
    ],
    abstracts: [
      'One faulting job and one that needs the unit which the first keeps; either may get it first.',
      'Free memory may be there or not; what is evicted is one buffer, used by the second job, whose reservation is taken with a trylock.',
      'The fault arrives as a work item; the interrupt is left out.',
      'That the faulting job carries no fence of its own is as it has to be, see R26.',
    ],
    rules: ['R11', 'R26'],
    variants: {
      'wait-for-gpu': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['fault-work', 'faulting-job', 'other-job'],
        objects: ['other_job_fence', 'unit'],
      },
      'no-gpu-wait': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const pd = m.resv('page_directory', { class: K })
    const victim = m.resv('victim_bo', { class: K })
    const otherFence = m.fence('other_job_fence')
    const unit = m.semaphore('unit', { count: 1 })
    const pushed = m.flag('other_job_pushed')
    const faulted = m.flag('fault_pending')
    const mapped = m.flag('page_mapped')

    m.thread('submit', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(victim)
      t.reserveFences(victim)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(victim, { fence: otherFence, usage: 4 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      t.wwUnlock(victim)
    })
    m.hardware('faulting-job', (t) => {
      t.down(unit)
      t.set(faulted, 1)
      t.await(mapped)
      t.up(unit)
    })
    m.hardware('other-job', (t) => {
      t.idle()
      t.await(pushed)
      t.down(unit)
      t.up(unit)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_fence.c: amdgpu_fence_process()').signal(otherFence)
    })
    m.worker('fault-work', (t) => {
      t.idle()
      t.await(faulted)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_handle_fault()').wwLockPlain(pd)
      t.either({
        'memory is free': () => t.local('a new page table'),
        'memory is full': () => {
          const dummyPage = (): void => t.local('no page table: a dummy page')
          if (variant === 'no-gpu-wait') dummyPage()
          else
            t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_evict_alloc()').wwTrylockPlain(victim, {
              got: () => {
                t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(victim, { usage: 4 })
                t.wwUnlock(victim)
              },
              missed: dummyPage,
            })
        },
      })
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_update_range()').set(mapped, 1)
      t.wwUnlock(pd)
    })
    m.thread('waiter', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(victim)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(victim, { usage: 4 })
      t.wwUnlock(victim)
    })
  },
)
