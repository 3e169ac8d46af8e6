// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath } from 'fencecheck'

const throughTheFlip = {
  kind: 'deadlock',
  shape: 'cycle',
  processes: ['commit-work', 'gpu'],
  objects: ['job_fence', 'out_fence'],
} as const

/**
 * The commit tail allocates with GFP_KERNEL when the out-fence of the commit may long be in the hands of user space.
 * The allocation reclaims, a shrinker waits for a job that depends on the out-fence, and the job waits for the flip
 * that the allocating worker was about to program. GFP_NOFS does not help, since mmu notifiers wait as well and still
 * run; allocating before the out-fence exists does.
 */
export default model(
  'amdgpu/amdgpu-commit-tail-kmalloc',
  {
    summary: 'The commit tail allocates; reclaim waits for a job that waits for the flip.',
    sources: [
      '"[PATCH 20/25] drm/amdgpu: DC also loves to allocate stuff where it shouldn\'t", Daniel Vetter, 2020-07-07',
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: the kmalloc of the commit tail',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_commit_planes(): by reading, its bundle is still a GFP_KERNEL allocation at 6.18.19',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx(), waits for the fences of a userptr buffer; read at 6.18.19',
      'mm/page_alloc.c: __need_reclaim(), fs_reclaim_acquire(); read at 6.18.19',
    ],
    abstracts: [
      'A nonblocking commit: only then is the out-fence visible while the tail runs.',
      'By reading and construction, nothing observed: whose shrinker or notifier waits for the job is left open, it may be another driver.',
      'The shrinker is one that looks at __GFP_FS, so that GFP_NOFS keeps it out: what is left are the notifiers.',
      'The flip-done interrupt may come as soon as the flip is programmed.',
    ],
    switches: { notifiers: ['on', 'off'] },
    rules: ['R7', 'R8'],
    variants: {
      kernel: throughTheFlip,
      nofs: { when: { 'notifiers=on': throughTheFlip, 'notifiers=off': 'holds' } },
      'alloc-in-prepare': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('userptr_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const outFence = m.fence('out_fence')
    const jobFence = m.fence('job_fence')
    const committed = m.flag('commit_work_queued')
    const flipped = m.flag('flip_programmed')
    const pushed = m.flag('job_pushed')

    const waitForJobs = (t: KernelPath): void =>
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
    m.shrinker('driver_shrinker', waitForJobs, { looksAtFs: true })
    m.mmuNotifier('userptr_invalidate', waitForJobs)

    m.thread('atomic-ioctl', (t) => {
      if (variant === 'alloc-in-prepare') t.allocKernel()
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit()').set(committed, 1)
      t.at('drivers/gpu/drm/drm_atomic_uapi.c: complete_signaling()').publish(outFence)
    })
    m.worker('commit-work', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/drm_atomic_helper.c: commit_work()').await(committed)
      t.at('drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_commit_planes()')
      if (variant === 'kernel') t.allocKernel()
      else if (variant !== 'alloc-in-prepare') t.allocNofs()
      t.at('drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_commit_planes()').set(flipped, 1)
    })
    m.irq(
      'flip-done-irq',
      (t) =>
        t
          .at('drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: dm_pflip_high_irq() -> dma_fence_signal()')
          .signal(outFence),
      { when: flipped, set: [[flipped, 0]] },
    )
    // User space renders into the buffer again once the flip is done: the job depends on the out-fence.
    m.thread('submit', (t) => {
      t.idle()
      t.await(field(outFence, 'published'))
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_parser_bos()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit()').addFence(bo, { fence: jobFence, usage: 2 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      t.wwUnlock(bo)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.wait(outFence)
      t.signal(jobFence)
    })
    // Memory pressure elsewhere waits for the same job and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
