// SPDX-License-Identifier: Apache-2.0
import { field, model } from 'fencecheck'

/**
 * A dynamic importer maps a buffer that its exporter may still be moving. Before it lets its device at the memory it has
 * to wait for the fences of the move, and when the exporter moves the buffer again, move_notify has to stop every access
 * that no fence covers. Without the first the device reads memory that the copy has not filled; without the second it
 * goes on using memory that is given back.
 */
export default model(
  'dma-buf/dynamic-importer-moving-fence',
  {
    summary: 'A dynamic importer that ignores the fence of a move, or does not stop its device in move_notify.',
    sources: [
      'drivers/infiniband/core/umem_dmabuf.c: ib_umem_dmabuf_map_pages(); read at 6.18.19',
      'drivers/infiniband/hw/mlx5/mr.c: mlx5_ib_dmabuf_invalidate_cb(); read at 6.18.19',
      'drivers/dma-buf/dma-buf.c: dma_buf_move_notify(); drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c: amdgpu_dma_buf_move_notify()',
    ],
    abstracts: [
      'The buffer moves once; the importer maps it twice. The mapping is that of the device, made when the NIC is programmed.',
      'An access of the NIC is one step; zapping its mapping stops it at once.',
    ],
    rules: ['R33'],
    variants: {
      'no-wait-for-move': { kind: 'stale-data', processes: ['nic'], objects: ['nic_mapping'] },
      'move-notify-only-marks': { kind: 'use-after-free', processes: ['nic'], objects: ['nic_mapping'] },
      'move-notify-locks-resv': { kind: 'deadlock', shape: 'self', processes: ['exporter'], objects: ['bo'] },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const nicMapping = m.mapping('nic_mapping', { buffer: memory })
    const moveFence = m.fence('move_fence')
    const pushed = m.flag('move_pushed')
    const mustRemap = m.flag('must_remap')

    m.thread('exporter', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/dma-buf/dma-buf.c: dma_buf_move_notify()')
      if (variant === 'move-notify-only-marks') t.set(mustRemap, 1)
      else if (variant === 'move-notify-locks-resv') {
        t.wwLockPlain(bo)
        t.unmapBuffer(nicMapping)
        t.wwUnlock(bo)
      } else t.unmapBuffer(nicMapping)
      t.beginMove(memory, { placement: 1 })
      t.addFence(bo, { fence: moveFence, usage: 1 })
      t.set(pushed, 1)
      t.wwUnlock(bo)
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(pushed)
      t.endMove(memory)
      t.signal(moveFence)
    })
    m.worker('ghost-cleanup', (t) => {
      t.idle()
      t.await(pushed)
      t.wait(moveFence)
      t.releaseOld(memory)
    })
    m.thread('importer-fault', (t) => {
      t.repeat(2, () => {
        t.wwLockPlain(bo)
        if (variant !== 'no-wait-for-move') t.waitFences(bo, { usage: 1 })
        t.mapBuffer(nicMapping)
        t.wwUnlock(bo)
      })
    })
    m.hardware('nic', (t) => {
      t.loop(() => {
        t.idle()
        t.await(field(nicMapping, 'view'))
        t.readMapped(nicMapping, { unmapped: () => t.local('page fault of the device') })
      })
    })
  },
)
