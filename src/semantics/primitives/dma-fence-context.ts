// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr } from '../primitive.ts'
import { any, every, no, positive, set, the } from '../vocabulary.ts'

const seqno = (fence: string) => the('seqno', fence)
const completed = the('completed')

/** Done as far as the hardware tells; 0, no seqno at all, always is. */
const passed = (fence: string): PExpr => ['<=', seqno(fence), completed]

/**
 * A fence context, or timeline: what `dma_fence_context_alloc()` returns a number of (drivers/dma-buf/dma-fence.c,
 * include/linux/dma-fence.h; read at 6.18). Its members are the fences that name it. Their operations end in the order
 * of their seqnos: dma_resv and drm_sched keep only the latest fence of a context and let go of the others.
 */
export const dmaFenceContext = primitive({
  name: 'dma_fence_context',
  source:
    'drivers/dma-buf/dma-fence.c: dma_fence_context_alloc(); include/linux/dma-fence.h: dma_fence_is_later(); drivers/dma-buf/dma-resv.c: dma_resv_add_fence(); drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_dependency()',
  about:
    'A fence takes the next seqno of its context when it is initialised (initFence), or is declared with one. A fence may signal once all before it have signalled, or once the hardware has written a seqno that is not before theirs (completeSeqno): their operations are over then, and whoever polls may see a later one first. Anything else is a timeline out of order: who keeps only the latest fence of the context believes in more than is done.',
  limits: [
    'Seqnos do not wrap, and a context has at most seven.',
    'The kernel does not look whether a context keeps its order; here it is a dropped dependency whether or not somebody relied on it.',
  ],
  members: 'dma_fence',
  fields: { emitted: { max: 7 }, completed: { max: 7 } },
  always: {
    'signalled-out-of-order': {
      kind: 'dropped-dependency',
      that: every(
        'f',
        'member',
        every(
          'g',
          'member',
          any(['<=', seqno('g'), seqno('f')], passed('f'), the('signalled', 'f'), no(the('signalled', 'g'))),
        ),
      ),
      after: ['signal', 'signalLocked'],
    },
  },
  operations: {
    completeSeqno: {
      does: 'the hardware writes the seqno of that fence: its operation and all before it are done, and somebody may now signal',
      needs: {
        'complete-without-seqno': positive(seqno('fence')),
        'completed-out-of-order': {
          kind: 'dropped-dependency',
          that: any(no(positive(seqno('fence'))), no(passed('fence'))),
        },
      },
      args: { fence: 'dma_fence' },
      arrows: [{ set: [set(completed, seqno('fence'))] }],
    },
    seqnoPassed: {
      does: 'dma_fence_is_later(): whether the hardware has come as far as that fence; never waits',
      args: { fence: 'dma_fence' },
      arrows: [
        { when: passed('fence'), to: 'yes' },
        { when: no(passed('fence')), to: 'no', retry: true },
      ],
    },
  },
})
