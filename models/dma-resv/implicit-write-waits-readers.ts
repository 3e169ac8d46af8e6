// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A job that writes a buffer has to wait for everybody who reads it, not only for the writers before it. Reservations
 * answer a question for one usage with all stronger ones: WRITE gives the fences of writers only, so the writer has to
 * ask for READ, which looks inverted. The one that asks for WRITE overwrites what a reader is still looking at.
 */
export default model(
  'dma-resv/implicit-write-waits-readers',
  {
    summary: 'A writer waits for the writers of a buffer but not for its readers.',
    sources: [
      'include/linux/dma-resv.h: dma_resv_usage_rw(); read at 6.18',
      'drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_job_push(), panfrost_acquire_object_fences()',
      'thread on the implicit synchronisation of panfrost, dri-devel, 2021-05-21',
      'The variant usage-write is a construction.',
    ],
    abstracts: [
      'What a job depends on is waited for in the ioctl that submits it, before the hardware has it.',
      'One reader and one writer, submitted in either order; the write is one step.',
    ],
    rules: ['R29'],
    variants: {
      'usage-write': {
        kind: 'dropped-dependency',
        code: 'write-in-parallel',
        processes: ['writer-ring'],
        objects: ['bo_memory'],
      },
      'usage-read': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    /** The usage that a new access has to ask for is not the one that it adds. */
    const job = (
      name: string,
      { asks, adds, access }: { asks: number; adds: number; access: (t: KernelPath) => void },
    ): void => {
      const fence = m.fence(`${name}_fence`)
      const pushed = m.flag(`${name}_pushed`)
      m.thread(`submit-${name}`, (t) => {
        t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
        t.reserveFences(bo)
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_implicit_dependencies()').waitFences(bo, {
          usage: asks,
        })
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence, usage: adds })
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
        t.wwUnlock(bo)
      })
      m.hardware(`${name}-ring`, (t) => {
        t.idle()
        t.await(pushed)
        access(t)
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      })
    }
    job('reader', {
      asks: 2,
      adds: 3,
      access: (t) => {
        t.beginRead(memory)
        t.endRead(memory)
      },
    })
    job('writer', { asks: variant === 'usage-write' ? 2 : 3, adds: 2, access: (t) => t.writeBuffer(memory) })
  },
)
