// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath } from 'fencecheck'

/**
 * A plane update of vmwgfx locks the reservation of the framebuffer in the commit tail, moves the buffer to where the
 * device can read it, submits a command and fences the buffer with it. Somebody who holds that reservation may wait
 * for a job that depends on this very commit. Here the lock is needed, so it cannot be dropped as in amdgpu: the buffer
 * has to be validated and pinned before the out-fence exists, or the out-fence be handed out later than the interface
 * promises.
 */
export default model(
  'vmwgfx/vmwgfx-commit-tail-resv',
  {
    summary: 'The commit tail validates the framebuffer under its reservation, when the out-fence is already visible.',
    sources: [
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: the inversion in the commit tail of vmwgfx is functional',
      'drivers/gpu/drm/vmwgfx/vmwgfx_kms.c: vmw_du_helper_plane_update(), calls vmw_validation_prepare(); by reading still so at 6.18.19',
      'drivers/gpu/drm/vmwgfx/vmwgfx_validation.c: vmw_validation_prepare(), vmw_validation_bo_validate_single(); read at 6.18.19',
      'drivers/gpu/drm/vmwgfx/vmwgfx_vkms.c: vmw_vkms_crtc_atomic_flush(); read at 6.18.19',
    ],
    abstracts: [
      'A nonblocking commit: only then is the out-fence visible while the tail runs.',
      'By reading, nothing observed; the job, its out-fence dependency and the eviction are ours.',
      'vmwgfx locks with a ticket; here without, as nobody holds two reservations.',
      'Making room waits for the fence of an unrelated buffer. What else validation can wait for is left out: its allocations (see amdgpu-commit-tail-kmalloc) and the fences of the framebuffer itself, which would hang even without the eviction.',
      'The tail sends the vblank event itself, as vmwgfx does while vblank interrupts are off.',
    ],
    rules: ['R6'],
    variants: {
      'validate-in-tail': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['commit-work', 'evict', 'gpu'],
        objects: ['fb_bo', 'job_fence', 'out_fence'],
      },
      'validate-in-prepare': 'holds',
      'publish-after-validate': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('fb_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const outFence = m.fence('out_fence')
    const jobFence = m.fence('job_fence')
    const presentFence = m.fence('present_fence')
    const victimFence = m.fence('victim_fence', { published: true })
    const committed = m.flag('commit_work_queued')
    const validated = m.flag('validated')
    const presented = m.flag('present_pushed')
    const pushed = m.flag('job_pushed')

    const validate = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_validation.h: vmw_validation_bo_reserve()').wwLockPlain(bo)
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_validation.c: vmw_validation_bo_validate_single()').either({
        'stays where it is': () => {},
        'moves, makes room': () => t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_validate()').wait(victimFence),
      })
      t.reserveFences(bo)
    }
    const present = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_cmd.c: vmw_cmd_commit()').set(presented, 1)

    m.thread('atomic-ioctl', (t) => {
      if (variant === 'validate-in-prepare') {
        validate(t)
        t.local('pin the buffer')
        t.wwUnlock(bo)
      }
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit()').set(committed, 1)
      if (variant === 'publish-after-validate') t.await(validated)
      t.at('drivers/gpu/drm/drm_atomic_uapi.c: complete_signaling()').publish(outFence)
    })
    m.worker('commit-work', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/drm_atomic_helper.c: commit_work()').await(committed)
      if (variant === 'validate-in-prepare') present(t)
      else {
        validate(t)
        if (variant === 'publish-after-validate') t.set(validated, 1)
        present(t)
        t.at('drivers/gpu/drm/vmwgfx/vmwgfx_validation.h: vmw_validation_bo_fence()')
        t.addFence(bo, { fence: presentFence, usage: 2 })
        t.wwUnlock(bo)
      }
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_vkms.c: vmw_vkms_crtc_atomic_flush() -> dma_fence_signal()').signal(outFence)
    })
    // User space renders into the buffer again once the flip is done: the job depends on the out-fence.
    m.thread('submit', (t) => {
      t.idle()
      t.await(field(outFence, 'published'))
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: jobFence, usage: 2 })
      t.set(pushed, 1)
      t.wwUnlock(bo)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.wait(outFence)
      t.signal(jobFence)
    })
    m.hardware('vmware-device', (t) => {
      t.idle()
      t.await(presented)
      t.signal(presentFence)
    })
    m.hardware('victim-engine', (t) => t.signal(victimFence))
    m.thread('evict', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo)
      t.wwUnlock(bo)
    })
  },
)
