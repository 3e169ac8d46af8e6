// SPDX-License-Identifier: Apache-2.0
import { add, eq, field, model, not, or } from 'fencecheck'

/**
 * User space exports the fences of a buffer as a sync_file, submits a job that waits for those, and imports the fence
 * of the job back for writing. A fence that somebody else publishes in between is not in the sync_file, rightly so. If
 * the import throws out all that is in the buffer, that fence is lost, and memory management frees the buffer under its
 * job; if it only adds, nothing is lost.
 */
export default model(
  'dma-buf/sync-file-import-replace',
  {
    summary: 'Importing a sync_file as the one exclusive fence drops a fence that was published after the export.',
    sources: [
      'mail thread "[PATCH 0/6] dma-buf: Add an API for exporting sync files (v12)", Christian König and Daniel Vetter, 2021-06 (what setting the exclusive fence throws out)',
      'drivers/dma-buf/dma-buf.c: dma_buf_export_sync_file(), dma_buf_import_sync_file(); dma-resv.c: dma_resv_get_singleton(), dma_resv_add_fence(); read at 6.18.19',
      'drivers/dma-buf/dma-resv.c: dma_resv_add_excl_fence(), before 5.19',
      'The other client is a construction.',
    ],
    abstracts: [
      'The sync_file is one flag: whether the fence of the other client is among those exported.',
      'The job that is imported uses another part of the buffer, so that its own access is no race: only the lifetime is at stake.',
      'The buffer is freed once both have submitted and user space has let go of it.',
    ],
    rules: { 'replaces-all': ['R29'] },
    variants: {
      'replaces-all': { kind: 'use-after-free', processes: ['other-ring'], objects: ['bo_memory'] },
      'replaces-all-published-before-export': 'holds',
      adds: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const jobFence = m.fence('job_fence')
    const otherFence = m.fence('other_fence')
    const depends = m.flag('other_fence_exported')
    const [jobPushed, otherPushed] = [m.flag('job_pushed'), m.flag('other_pushed')]
    const submitted = m.int('submitted', { max: 2 })

    m.thread('winsys', (t) => {
      if (variant === 'replaces-all-published-before-export') t.await(otherPushed)
      t.at('drivers/dma-buf/dma-buf.c: dma_buf_export_sync_file()').set(depends, field(otherFence, 'published'))
      t.set(jobPushed, 1)
      t.at('drivers/dma-buf/dma-buf.c: dma_buf_import_sync_file()').wwLockPlain(bo)
      if (variant === 'adds') {
        t.reserveFences(bo)
        t.addFence(bo, { fence: jobFence, usage: 2 })
      } else t.addExclusive(bo, { fence: jobFence })
      t.wwUnlock(bo)
      t.set(submitted, add(submitted, 1))
    })
    m.thread('other-client', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.addFence(bo, { fence: otherFence, usage: 3 })
      t.set(otherPushed, 1)
      t.wwUnlock(bo)
      t.set(submitted, add(submitted, 1))
    })
    m.hardware('job-ring', (t) => {
      t.idle()
      t.await(jobPushed)
      t.step({ when: or(not(depends), field(otherFence, 'signalled')), label: 'wait for the sync_file' })
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(jobFence)
    })
    m.hardware('other-ring', (t) => {
      t.idle()
      t.await(otherPushed)
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(otherFence)
    })
    m.worker('delayed-delete', (t) => {
      t.idle()
      t.await(eq(submitted, 2))
      t.wwLockPlain(bo)
      t.waitFences(bo, { usage: 4 })
      t.freeBuffer(memory)
      t.wwUnlock(bo)
    })
  },
)
