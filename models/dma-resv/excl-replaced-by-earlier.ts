// SPDX-License-Identifier: Apache-2.0
import { eq, model } from 'fencecheck'

/**
 * The exclusive fence of a buffer that is being moved is the fence of the move. A driver with explicit synchronisation
 * submits a job on another ring, which does not wait for the move, and makes its fence the exclusive one. It signals
 * first, so whoever waits for the exclusive fence reads memory that the move has not filled yet, and the old memory goes
 * back to its allocator while the copy still reads it.
 */
export default model(
  'dma-resv/excl-replaced-by-earlier',
  {
    summary: 'The fence of a move is replaced by one that signals earlier.',
    sources: [
      'drivers/dma-buf/dma-resv.c: dma_resv_add_excl_fence(), before 5.19; dma_resv_replace_fences(), read at 6.18.19',
      'drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_move_accel_cleanup(); read at 6.18.19',
      'thread on implicit synchronisation and the exclusive fence, dri-devel, 2021',
    ],
    abstracts: [
      'The job on the other ring uses other buffers of the same address space: its own accesses are not at stake.',
      'The copy is one read of the old memory; the importer is any driver that waits for the exclusive fence.',
    ],
    rules: ['R30'],
    variants: {
      replaced: { kind: 'stale-data', processes: ['importer'], objects: ['bo_memory'] },
      'replaced-and-old-memory-freed': {
        kind: 'use-after-free',
        processes: ['copy-engine'],
        objects: ['copy_source'],
      },
      'job-waits-for-move': 'holds',
      'move-in-kernel-slot': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const copySource = m.mapping('copy_source', { buffer: memory })
    const moveFence = m.fence('move_fence')
    const jobFence = m.fence('job_fence')
    const submitted = m.int('submitted', { max: 2 })
    const slots = variant === 'move-in-kernel-slot'

    m.thread('move-and-submit', (t) => {
      t.wwLockPlain(bo)
      t.mapBuffer(copySource)
      if (slots) t.reserveFences(bo)
      t.beginMove(memory, { placement: 1 })
      if (slots) t.addFence(bo, { fence: moveFence, usage: 1 })
      else t.addExclusive(bo, { fence: moveFence })
      t.set(submitted, 1)
      t.wwUnlock(bo)
      t.wwLockPlain(bo)
      if (slots) {
        t.reserveFences(bo)
        t.addFence(bo, { fence: jobFence, usage: 2 })
      } else t.addExclusive(bo, { fence: jobFence })
      t.set(submitted, 2)
      t.wwUnlock(bo)
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(submitted)
      t.readMapped(copySource)
      t.unmapBuffer(copySource)
      t.endMove(memory)
      t.signal(moveFence)
    })
    m.hardware('other-ring', (t) => {
      t.idle()
      t.await(eq(submitted, 2))
      if (variant === 'job-waits-for-move') t.wait(moveFence)
      t.signal(jobFence)
    })
    m.thread('importer', (t) => {
      t.await(eq(submitted, 2))
      t.waitFences(bo, { usage: 2 })
      t.readBuffer(memory)
    })
    if (variant !== 'replaced')
      m.worker('ghost-cleanup', (t) => {
        t.idle()
        t.await(eq(submitted, 2))
        t.waitFences(bo, { usage: 2 })
        t.releaseOld(memory)
      })
  },
)
