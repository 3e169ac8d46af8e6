// SPDX-License-Identifier: Apache-2.0
import { notInInterrupt } from '../contexts.ts'
import { primitive } from '../primitive.ts'
import { canBegin, sectionIsNoOp } from '../signalling-section.ts'
import { all, any, bump, is, my, no, positive, set } from '../vocabulary.ts'

const depth = my('depth')
/** The depth at which the section proper began; 0 while there is none. Inner ones, and those begun atomic, do nothing. */
const proper = my('proper')

/**
 * The fence signalling annotation (drivers/dma-buf/dma-fence.c dma_fence_begin_signalling(); read at 6.18). It never
 * blocks; it says which steps a signal needs. A section nests, and must be left before its process comes to rest.
 */
export const signalling = primitive({
  name: 'dma_fence_signalling',
  source: 'drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling(), dma_fence_end_signalling()',
  limits: ['Sections end innermost first: a cookie handed to the wrong end is not seen. Three deep at most.'],
  implicit: true,
  fields: { depth: { max: 3, per: ['process'] }, proper: { max: 4, per: ['process'] } },
  annotates: true,
  lockMap: { named: 'dma_fence_map', layer: 'fences' },
  holds: { 'signalling section': positive(proper) },
  operations: {
    beginSignalling: {
      does: 'dma_fence_begin_signalling(): what follows is needed for a fence to signal; a no-op in atomic context',
      lockdep: { does: 'acquire', mode: 'read', trySince: '6.18', layer: 'fences', when: canBegin },
      arrows: [
        {
          when: notInInterrupt,
          set: [bump(depth, 1), set(proper, ['if', all(no(sectionIsNoOp), is(proper, 0)), ['+', depth, 1], proper])],
        },
        { when: no(notInInterrupt) },
      ],
    },
    endSignalling: {
      does: 'dma_fence_end_signalling(): the innermost section ends, whatever the context is by now',
      needs: { 'end-signalling-unbalanced': any(no(notInInterrupt), positive(depth)) },
      arrows: [
        { when: positive(depth), set: [bump(depth, -1), set(proper, ['if', is(proper, depth), 0, proper])] },
        { when: is(depth, 0) },
      ],
    },
  },
})
