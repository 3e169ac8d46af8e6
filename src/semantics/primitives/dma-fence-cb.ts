// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { bit } from '../vocabulary.ts'

/**
 * `struct dma_fence_cb` (include/linux/dma-fence.h; read at 6.18): whether a callback is on its fence's list. Its body
 * is a hook of the model; `dma_fence` adds, removes and runs it.
 */
export const dmaFenceCb = primitive({
  name: 'dma_fence_cb',
  source: 'include/linux/dma-fence.h: struct dma_fence_cb',
  fields: { added: bit },
  operations: {},
})
