// SPDX-License-Identifier: Apache-2.0
import { field, model } from 'fencecheck'
import { dmaBuf, ttmDevice } from 'fencecheck/kernel'

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
    const ttm = ttmDevice(m, 'vram')
    const mustRemap = m.flag('must_remap')
    const bo = ttm.buffer('bo', { moveNotify: (t) => shared.moveNotify(t) })
    const shared = dmaBuf(m, bo)
    const nic = shared.attach('nic', {
      moveNotify: (t, mapping) => {
        if (variant === 'move-notify-only-marks') return t.set(mustRemap, 1)
        if (variant === 'move-notify-locks-resv') t.wwLockPlain(bo.resv)
        t.unmapBuffer(mapping)
        if (variant === 'move-notify-locks-resv') t.wwUnlock(bo.resv)
      },
    })

    m.thread('exporter', (t) => ttm.reserved(t, [bo], () => bo.move(t, 1)))
    m.thread('importer-fault', (t) => {
      t.repeat(2, () => {
        t.wwLockPlain(bo.resv)
        if (variant !== 'no-wait-for-move') t.waitFences(bo.resv, { usage: 1 })
        nic.map(t)
        t.wwUnlock(bo.resv)
      })
    })
    m.hardware('nic', (t) => {
      t.loop(() => {
        t.idle()
        t.await(field(nic.mapping, 'view'))
        t.readMapped(nic.mapping, { unmapped: () => t.local('page fault of the device') })
      })
    })
  },
)
