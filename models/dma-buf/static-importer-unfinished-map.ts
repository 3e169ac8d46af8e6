// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A static importer may ignore fences, because its buffer is pinned. Pinning itself may have to move the buffer first, so
 * whoever hands out the mapping has to wait for that move: the exporter, or the core on behalf of the importer. Without
 * the wait the importer's device reads what was in that memory before.
 */
export default model(
  'dma-buf/static-importer-unfinished-map',
  {
    summary: 'An exporter gives a static importer a mapping of memory that the move of its pin has not filled yet.',
    sources: [
      'commit "drm/amdgpu: wait for moving fence after pinning", Christian König, 2021-06-21 (and the same for radeon)',
      'drivers/dma-buf/dma-buf.c: dma_buf_map_attachment(), which waits for KERNEL fences of a pinned buffer; read at 6.18.19',
    ],
    abstracts: ['One importer that maps once and reads once, by DMA, without looking at any fence.'],
    rules: ['R34'],
    variants: {
      'returned-early': { kind: 'stale-data', processes: ['importer-dma'], objects: ['sg_table'] },
      'exporter-waits': 'holds',
      'core-waits': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const sgTable = m.mapping('sg_table', { buffer: memory })
    const moveFence = m.fence('move_fence')
    const pushed = m.flag('move_pushed')
    const returned = m.flag('mapping_returned')

    m.thread('map-attachment', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.beginMove(memory, { placement: 1 })
      t.addFence(bo, { fence: moveFence, usage: 1 })
      t.set(pushed, 1)
      t.pinBuffer(memory)
      if (variant === 'exporter-waits') t.wait(moveFence)
      t.mapBuffer(sgTable)
      if (variant === 'core-waits') t.waitFences(bo, { usage: 1 })
      t.set(returned, 1)
      t.wwUnlock(bo)
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(pushed)
      t.endMove(memory)
      t.releaseOld(memory)
      t.signal(moveFence)
    })
    m.hardware('importer-dma', (t) => {
      t.idle()
      t.await(returned)
      t.readMapped(sgTable)
    })
    // Eviction elsewhere waits for the move.
    m.thread('evict', (t) => t.waitFences(bo, { usage: 4 }))
  },
)
