// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr } from '../primitive.ts'
import { all, any, is, its, no, set, the } from '../vocabulary.ts'
import { view } from './buffer.ts'

const { NONE, CURRENT, OLD, GONE } = view

const mine = the('view')
const through = {
  'access-after-free': { kind: 'use-after-free', that: ['!=', mine, GONE] },
} as const
const others = (access: 'reads' | 'writes'): PExpr => ({
  every: 'q',
  in: 'process',
  of: 'buffer',
  that: ['!=', its(access, 'q', 'buffer'), CURRENT],
})
const settled = is(the('unready', 'buffer'), 0)

/**
 * An importer's mapping of a buffer: the scatter list of a `struct dma_buf_attachment`, a page table entry of a device
 * or of a process. It goes on pointing at the memory that the buffer had when it was made, until somebody unmaps it.
 */
export const mapping = primitive({
  name: 'buffer_mapping',
  source:
    'drivers/dma-buf/dma-buf.c: dma_buf_map_attachment(), dma_buf_move_notify(); drivers/infiniband/core/umem_dmabuf.c',
  limits: ['An access through a mapping is one step; the device stops at once when it is unmapped.'],
  refs: { buffer: 'buffer_object' },
  fields: { view: { max: 3 } },
  operations: {
    mapBuffer: {
      does: 'dma_buf_map_attachment(): points at the memory that the buffer has now',
      needs: { 'access-after-free': { kind: 'use-after-free', that: no(the('freed', 'buffer')) } },
      arrows: [{ set: [set(mine, CURRENT)] }],
    },
    unmapBuffer: {
      does: 'dma_buf_unmap_attachment(), or the page table entries are zapped: no access from here on',
      arrows: [{ set: [set(mine, NONE)] }],
    },
    readMapped: {
      does: 'the device reads through the mapping; where there is none it gets a page fault',
      needs: {
        ...through,
        'read-unready': { kind: 'stale-data', that: any(['!=', mine, CURRENT], all(settled, others('writes'))) },
      },
      arrows: [{ when: mine }, { when: is(mine, NONE), to: 'unmapped', unexpected: true }],
    },
    writeMapped: {
      does: 'the device writes through the mapping; where there is none it gets a page fault',
      needs: {
        ...through,
        'write-lost': { kind: 'dropped-dependency', that: ['!=', mine, OLD] },
        'write-in-parallel': {
          kind: 'dropped-dependency',
          that: any(['!=', mine, CURRENT], all(settled, others('reads'), others('writes'))),
        },
      },
      arrows: [{ when: mine }, { when: is(mine, NONE), to: 'unmapped', unexpected: true }],
    },
  },
})
