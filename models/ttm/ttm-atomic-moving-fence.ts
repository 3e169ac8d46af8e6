// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A framebuffer has to be in video memory to be scanned out, so pinning it for a commit usually moves it there, and the
 * copy is still running when the pin returns. The fence of the copy is in the reservation as a KERNEL one. User space
 * that brings an in-fence of its own opts out of implicit synchronisation, but not out of that: a commit that waits for
 * the in-fence alone shows memory that the copy has not filled, the old contents of somebody else's buffer.
 */
export default model(
  'ttm/ttm-atomic-moving-fence',
  {
    summary: 'A commit with an explicit in-fence scans out a buffer whose move to video memory is not over.',
    sources: [
      'thread "dma-buf: Add an API for exporting sync files (v12)", Daniel Vetter and Christian König, 2021-06-18 and 2021-06-21: atomic drivers ignore what is in a reservation, TTM drivers must wait for the move',
      'commits "drm/amdgpu: wait for moving fence after pinning" and the same for radeon, Christian König, 2021-06-21',
      'drivers/gpu/drm/drm_gem_atomic_helper.c: drm_gem_plane_helper_prepare_fb(): an explicit fence, then KERNEL fences, else WRITE; read at 6.18',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm_plane.c: amdgpu_dm_plane_helper_prepare_fb(), nv50_wndw_prepare_fb(): pin first; read at 6.18',
    ],
    abstracts: [
      'The rendering that the in-fence stands for is ordered with the copy by the driver and left out: the fence alone is kept.',
      'In implicit-sync the rendering was submitted by the same thread before the commit.',
      'The helper collects the KERNEL fences before the commit is queued; here the commit waits for what is in the reservation.',
      'Scanout is one read, at the flip.',
    ],
    rules: ['R23'],
    variants: {
      'explicit-fence-only': { kind: 'stale-data', processes: ['commit-work'], objects: ['fb_memory'] },
      'kernel-fences-too': 'holds',
      'implicit-sync': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('fb_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('fb_memory')
    const moveFence = m.fence('move_fence')
    const renderFence = m.fence('render_fence', { published: true })
    const pushed = m.flag('move_pushed')
    const committed = m.flag('commit_work_queued')

    m.thread('atomic-ioctl', (t) => {
      if (variant === 'implicit-sync') {
        t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
        t.reserveFences(bo)
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, {
          fence: renderFence,
          usage: 2,
        })
        t.wwUnlock(bo)
      }
      t.at('include/drm/ttm/ttm_bo.h: ttm_bo_reserve()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_handle_move_mem()').beginMove(memory, { placement: 1 })
      t.at('drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_move_accel_cleanup()').addFence(bo, {
        fence: moveFence,
        usage: 1,
      })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_pin()').pinBuffer(memory)
      t.wwUnlock(bo)
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit()').set(committed, 1)
    })
    m.worker('commit-work', (t) => {
      const wait = 'drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_wait_for_fences()'
      t.idle()
      t.at('drivers/gpu/drm/drm_atomic_helper.c: commit_work()').await(committed)
      if (variant !== 'implicit-sync') t.at(wait).wait(renderFence)
      if (variant === 'kernel-fences-too') t.at(wait).waitFences(bo, { usage: 1 })
      if (variant === 'implicit-sync') t.at(wait).waitFences(bo, { usage: 2 })
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit_planes(), flip').readBuffer(memory)
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(pushed)
      t.endMove(memory)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(moveFence)
    })
    m.hardware('gfx', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(renderFence))
  },
)
