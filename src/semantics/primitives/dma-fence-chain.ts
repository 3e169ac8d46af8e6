// SPDX-License-Identifier: Apache-2.0
import { mightWaitForFences } from '../lock-map.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { all, any, every, its, no, positive, set, some, the } from '../vocabulary.ts'

/** Where member `f` is linked in; 0 is "not in the chain". */
export const pointOf = (f: string) => its('point', f)
const asked = { param: 'point' } as const
/** A link as late as the point that is asked for: without it there is no such point yet. */
export const isThere: PExpr = some('f', 'member', ['<=', asked, pointOf('f')])
/** No link between the point that is asked for and the one of `f`: the node found is that of `f` or a later one. */
const upToNode = (f: string): PExpr =>
  no(some('g', 'member', all(['<=', asked, pointOf('g')], ['<', pointOf('g'), pointOf(f)])))
/** `f` belongs to what the node of that point stands for: everything linked in up to it. */
export const isCovered = (f: string): PExpr => all(positive(pointOf(f)), upToNode(f))
const settled = every('f', 'member', any(no(isCovered('f')), the('signalled', 'f')))
/** Later than every link there is. */
export const isLatest: PExpr = every('f', 'member', ['<', pointOf('f'), asked])

export const pointParam = { point: { min: 1, max: 7 } } as const

const waits = 'dma_fence_signal()'
const lockdep = mightWaitForFences
const needs = { 'point-not-there': isThere } as const

/**
 * `struct dma_fence_chain` (drivers/dma-buf/dma-fence-chain.c; read at 6.18): fences linked one behind the other, each
 * with a point. The node of a point signals when its own fence and all before it have; what has signalled may be
 * dropped from the chain at any time, which changes nothing. Its members are the fences that are linked in.
 */
export const dmaFenceChain = primitive({
  name: 'dma_fence_chain',
  source:
    'drivers/dma-buf/dma-fence-chain.c: dma_fence_chain_init(), dma_fence_chain_find_seqno(), dma_fence_chain_enable_signaling(), dma_fence_chain_walk()',
  about:
    'A point is there once a link with that point or a later one is; asking for it before that is an error, not a wait (who waits for a point that is still to come waits on a drm_syncobj). What one gets is the earliest node that is not before the point, and it covers all links up to it, whatever their fences belong to.',
  limits: [
    'A chain links at most seven points, each fence once, and nodes are never forgotten: dropping signalled ones (dma_fence_chain_walk()) changes no answer.',
    'A node signals at once when the last fence that it covers does: the irq_work that goes from link to link is not modelled, nor callbacks on nodes.',
    'Points come in ascending order. The kernel accepts an earlier one (it starts a new context, and drm_syncobj_add_point() logs it).',
    'A link holds a fence; in the kernel it may hold an array.',
  ],
  members: 'dma_fence',
  fields: { point: { max: 7, per: ['member'] } },
  operations: {
    chainInit: {
      does: 'dma_fence_chain_init(): links a fence in as the latest point; from here it can be found and must be signalled',
      needs: { 'point-out-of-order': isLatest, 'linked-twice': no(positive(its('point', 'fence'))) },
      args: { fence: 'dma_fence' },
      params: pointParam,
      arrows: [{ set: [set(its('point', 'fence'), asked), set(the('published', 'fence'), 1)] }],
    },
    chainFindSeqno: {
      does: 'dma_fence_chain_find_seqno(): the node of a point; -EINVAL while there is none; never waits',
      params: pointParam,
      arrows: [{ when: isThere }, { when: no(isThere), to: 'einval', retry: true }],
    },
    chainIsSignaled: {
      does: 'dma_fence_is_signaled() on the node of a point: whether its fence and all before it have signalled',
      needs,
      params: pointParam,
      arrows: [
        { when: settled, to: 'yes' },
        { when: no(settled), to: 'no', retry: true },
      ],
    },
    chainWait: {
      does: 'dma_fence_wait() on the node of a point: waits for its fence and all before it, uninterruptibly',
      needs,
      params: pointParam,
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: settled }],
    },
    chainWaitInterruptible: {
      does: 'dma_fence_wait() on the node of a point, interruptible: a signal to the process ends the wait with -ERESTARTSYS',
      needs,
      params: pointParam,
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: settled }, { when: no(settled), to: 'erestartsys', escape: 'signal' }],
    },
    chainWaitTimeout: {
      does: 'dma_fence_wait_timeout() on the node of a point: gives up after a time with 0',
      needs,
      params: pointParam,
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: settled }, { when: no(settled), to: 'timeout', escape: 'timeout' }],
    },
  },
})
