// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath } from 'fencecheck'
import { atomicCrtc, hardwareRing } from 'fencecheck/kernel'

/**
 * The commit tail locks the reservation of the framebuffer, only to read tiling and protected-content flags, when the
 * out-fence of the commit may long be in the hands of user space. If a rendering job depends on that out-fence, the
 * fence of the job is in the same reservation, and an eviction waits for it with the reservation locked, then the
 * eviction waits for the job, the job for the flip, and the flip for the eviction. The flags never change, so they can
 * be read before the out-fence exists, or without the lock.
 */
export default model(
  'amdgpu/amdgpu-commit-tail-resv',
  {
    summary: 'The commit tail locks a reservation that others hold while they wait for what the flip will unblock.',
    sources: [
      '"[PATCH 21/25] drm/amdgpu/dc: Stop dma_resv_lock inversion in commit_tail", Daniel Vetter, 2020-07-07, again 2020-07-27',
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: the reservation lock of the commit tail and the invariant flags',
      'drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c: amdgpu_dm_commit_planes(); at 6.18.19 it reads flags kept in the framebuffer and locks nothing',
      'drivers/gpu/drm/drm_atomic_uapi.c: drm_mode_atomic_ioctl(), complete_signaling(); read at 6.18.19',
    ],
    abstracts: [
      'A nonblocking commit: only then is the out-fence visible while the tail runs.',
      'The job, its out-fence dependency and the eviction are ours; the sources name the inversion only.',
      'Reservations are locked without a ticket: nobody holds two.',
      'The eviction waits without a timeout, as amdgpu_bo_kmap() does; a move by TTM itself gives up after 15 s.',
      'The flip-done interrupt may come as soon as the flip is programmed.',
    ],
    rules: ['R6'],
    variants: {
      'resv-in-tail': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['crtc_commit_wq/0', 'evict', 'gpu'],
        objects: ['fb_bo', 'flip_out_fence', 'job_hw_fence'],
      },
      'flags-in-prepare': 'holds',
      'lockless-flags': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('fb_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const readFlags = (t: KernelPath): void => {
      const locked = variant !== 'lockless-flags'
      if (locked) t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_reserve()').wwLockPlain(bo)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.c: amdgpu_bo_get_tiling_flags()').local('read the flags')
      if (locked) t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_unreserve()').wwUnlock(bo)
    }
    const crtc = atomicCrtc(m, 'crtc', {
      commits: { flip: variant === 'flags-in-prepare' ? { prepare: readFlags } : { tail: readFlags } },
    })
    const outFence = crtc.outFence.flip
    const gpu = hardwareRing(m, 'gpu', { jobs: { job: { execute: (t) => t.wait(outFence) } } })

    m.thread('atomic-ioctl', (t) => crtc.commitNonblocking(t, 'flip'))
    // User space renders into the buffer again once the flip is done: the job depends on the out-fence.
    m.thread('submit', (t) => {
      t.idle()
      t.await(field(outFence, 'published'))
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_parser_bos()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit()').addFence(bo, {
        fence: gpu.fence.job,
        usage: 2,
      })
      gpu.submit(t, 'job')
      t.wwUnlock(bo)
    })
    m.thread('evict', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      t.wwUnlock(bo)
    })
  },
)
