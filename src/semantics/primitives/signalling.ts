// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, any, bump, my, no, positive } from '../vocabulary.ts'

const depth = my('depth')
/** In atomic context both calls do nothing: might_sleep() in the wait covers that code. */
const atomic = any(positive(my('atomic', 'task')), positive(my('irqOff', 'task')), positive(my('bhOff', 'task')))

/**
 * The fence signalling annotation (drivers/dma-buf/dma-fence.c dma_fence_begin_signalling(); read at 6.18). It never
 * blocks; it says which steps a signal needs. A section nests, and must be left before its process comes to rest.
 */
export const signalling = primitive({
  name: 'dma_fence_signalling',
  source: 'drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling(), dma_fence_end_signalling()',
  limits: ['Cookies are nesting depths: ending another section than the innermost is not seen. Three deep at most.'],
  implicit: true,
  fields: { depth: { max: 3, per: ['process'] } },
  holds: { 'signalling section': positive(depth) },
  operations: {
    beginSignalling: {
      does: 'dma_fence_begin_signalling(): what follows is needed for a fence to signal; a no-op in atomic context',
      arrows: [{ when: no(atomic), set: [bump(depth, 1)] }, { when: atomic }],
    },
    endSignalling: {
      does: 'dma_fence_end_signalling(): the innermost section ends',
      needs: { 'end-signalling-unbalanced': any(atomic, positive(depth)) },
      arrows: [{ when: all(no(atomic)), set: [bump(depth, -1)] }, { when: atomic }],
    },
  },
})
