// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Between making a fence visible and handing the job to the hardware, execbuf allocates with GFP_KERNEL. Direct reclaim
 * runs a shrinker as the allocating task, and the shrinker waits for busy buffers. The fence it waits for is the one
 * whose job has not been submitted yet: the task waits for itself.
 */
export default model(
  'reclaim/alloc-after-publish',
  {
    summary: 'A submission allocates after it has published its fence; reclaim waits for that fence.',
    sources: ['drivers/dma-buf/dma-fence.c: DOC: fence cross-driver contract; read at 6.18.19'],
    abstracts: ['The shrinker looks at one buffer; the job is pushed by setting a flag that the hardware waits for.'],
    rules: ['R7'],
    variants: {
      buggy: { kind: 'deadlock', shape: 'self', processes: ['execbuf'], objects: ['job_fence'] },
      'alloc-first': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const fence = m.fence('job_fence')
    const pushed = m.flag('pushed')
    m.shrinker('driver_shrinker', (t) => t.waitFences(bo))
    m.thread('execbuf', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      if (variant === 'alloc-first') t.allocKernel()
      t.addFence(bo, { fence, usage: 2 })
      t.wwUnlock(bo)
      if (variant === 'buggy') t.allocKernel()
      t.set(pushed, 1)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(fence)
    })
  },
)
