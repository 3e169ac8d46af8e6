// SPDX-License-Identifier: Apache-2.0
import { eq, le, model } from 'fencecheck'

/**
 * A Vulkan driver must not stall on the implicit fences of a swapchain image, so its jobs wait for none of them and are
 * waited for by none. The fences of the kernel's own moves are not among those: a job that skips them draws on memory
 * that the move has not filled. And its own fence still has to be in the reservation, as BOOKKEEP, or memory management
 * frees the image under it.
 */
export default model(
  'dma-resv/vulkan-winsys-optout',
  {
    summary: 'A job without implicit synchronisation skips the fence of a move, or does not show its own.',
    sources: [
      'include/linux/dma-resv.h: enum dma_resv_usage; read at 6.18',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c: amdgpu_sync_resv(); amdgpu_cs.c: amdgpu_cs_submit(); read at 6.18',
      'thread on implicit synchronisation and the exclusive fence, dri-devel, 2021',
      'The variants kernel-skipped and not-published are constructions.',
    ],
    abstracts: [
      'What a job depends on is waited for in the ioctl that submits it, before the hardware has it.',
      'The job loads what was in the image, then draws over it. The compositor gets it only if it is shown at all.',
      'The other importer knows implicit fences only, and reads a part of the buffer that the job leaves alone.',
    ],
    rules: { 'kernel-skipped': ['R23'], 'not-published': ['R29'] },
    variants: {
      bookkeep: 'holds',
      'kernel-skipped': {
        kind: 'stale-data',
        code: 'read-unready',
        processes: ['vulkan-ring'],
        objects: ['image_memory'],
      },
      'not-published': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['vulkan-ring'],
        objects: ['image_memory'],
      },
      'write-usage': 'holds',
    },
  },
  (m, variant) => {
    const image = m.resv('image_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('image_memory')
    const moveFence = m.fence('move_fence')
    const jobFence = m.fence('job_fence')
    const sampleFence = m.fence('sample_fence')
    const moving = m.flag('move_pushed')
    const drawing = m.flag('job_pushed')
    const sampling = m.flag('sample_pushed')
    const fate = m.int('image', { max: 3 })
    const [shown, discarded, released] = [1, 2, 3]

    m.thread('vulkan-submit', (t) => {
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(image)
      t.reserveFences(image, { count: 2 })
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_validate()').beginMove(memory, { placement: 1 })
      t.addFence(image, { fence: moveFence, usage: 1 })
      t.set(moving, 1)
      if (variant !== 'kernel-skipped')
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c: amdgpu_sync_resv()').waitFences(image, { usage: 1 })
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()')
      if (variant === 'not-published') t.publish(jobFence)
      else t.addFence(image, { fence: jobFence, usage: variant === 'write-usage' ? 2 : 4 })
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(drawing, 1)
      t.wwUnlock(image)
      t.either({
        'the image is shown': () => t.set(fate, shown),
        'the swapchain is recreated': () => t.set(fate, discarded),
      })
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(moving)
      t.endMove(memory)
      t.releaseOld(memory)
      t.signal(moveFence)
    })
    m.hardware('vulkan-ring', (t) => {
      t.idle()
      t.await(drawing)
      t.readBuffer(memory)
      t.beginWrite(memory)
      t.endWrite(memory)
      t.signal(jobFence)
    })
    m.thread('compositor', (t) => {
      t.idle()
      t.await(eq(fate, shown))
      if (variant !== 'write-usage') t.at('drivers/gpu/drm/drm_syncobj.c: drm_syncobj_find_fence()').wait(jobFence)
      t.wwLockPlain(image)
      t.reserveFences(image)
      if (variant === 'write-usage') t.waitFences(image, { usage: 2 })
      t.addFence(image, { fence: sampleFence, usage: 3 })
      t.set(sampling, 1)
      t.wwUnlock(image)
      t.set(fate, released)
    })
    m.hardware('compositor-ring', (t) => {
      t.idle()
      t.await(sampling)
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(sampleFence)
    })
    m.thread('other-importer', (t) => {
      t.idle()
      t.await(drawing)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(image, { usage: 2 })
      t.label('other part read')
      t.local('read the other part')
    })
    m.worker('delayed-delete', (t) => {
      t.idle()
      t.await(le(discarded, fate))
      t.wwLockPlain(image)
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_delayed_delete()').waitFences(image, { usage: 4 })
      t.freeBuffer(memory)
      t.wwUnlock(image)
    })
  },
)
