// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * amdgpu keeps command submission and userptr invalidation apart with one mutex, and the notifier holds it while it
 * waits for the fences of the buffer. An allocation under that mutex can reclaim a userptr page, and the notifier then
 * wants the mutex that its own task holds. A completion path that takes the mutex waits for a notifier that waits for
 * the completion.
 */
export default model(
  'amdgpu/amdgpu-notifier-lock',
  {
    summary: 'The mutex that a userptr notifier holds over its wait: no allocation under it, no completion through it.',
    sources: [
      'drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit(); amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx(); read at 6.18',
      '"[PATCH 18/25] drm/amdgpu: use dma-fence annotations in cs_submit()", Daniel Vetter, 2020-07-07',
      'Construction: both faults. The kernel has neither; a comment in amdgpu_cs_submit() forbids the first.',
    ],
    abstracts: [
      'One userptr buffer and one job; the sequence number of the interval notifier is a local step.',
      'That submission tries again when an invalidation came between is left out.',
    ],
    rules: { 'alloc-under-lock': ['R37'], 'completion-takes-lock': ['R10'] },
    variants: {
      'alloc-under-lock': { kind: 'deadlock', shape: 'self', processes: ['cs'], objects: ['notifier_lock'] },
      'completion-takes-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['completion', 'other-task'],
        objects: ['job_fence', 'notifier_lock'],
      },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const notifierLock = m.mutex('notifier_lock')
    const fence = m.fence('job_fence')
    const pushed = m.flag('job_pushed')
    const done = m.flag('job_done')

    m.mmuNotifier('userptr_invalidate', (t) => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx()').lock(notifierLock)
      t.at('mm/mmu_notifier.c: mmu_interval_set_seq()').local('set the sequence number')
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx()').waitFences(bo, { usage: 4 })
      t.unlock(notifierLock)
    })
    m.thread('cs', (t) => {
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.reserveFences(bo)
      if (variant !== 'alloc-under-lock') t.allocKernel()
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit()').lock(notifierLock)
      if (variant === 'alloc-under-lock') t.allocKernel()
      t.addFence(bo, { fence, usage: 2 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      t.unlock(notifierLock)
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.set(done, 1)
    })
    m.worker('completion', (t) => {
      t.idle()
      t.await(done)
      if (variant === 'completion-takes-lock') {
        t.lock(notifierLock)
        t.unlock(notifierLock)
      }
      t.signal(fence)
    })
    // Memory pressure elsewhere, or a munmap, invalidates the buffer.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
