// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A reviewer's idea: shrinkers only look whether a buffer is busy and skip it, so allocating after publication would be
 * fine. It is, for shrinkers. An mmu notifier cannot skip: when it returns, the device must be off the page, so it
 * waits, and the task that allocates waits for its own job.
 */
export default model(
  'reclaim/shrinker-trywait',
  {
    summary: 'A shrinker that skips busy buffers allows allocations after publication; an mmu notifier does not.',
    sources: ['thread "dma-fence annotations": question by Thomas Hellstrom, answer by Daniel Vetter, 2020'],
    abstracts: ['One buffer; freeing it is not modelled.'],
    switches: { notifiers: ['on', 'off'] },
    rules: ['R7', 'R8'],
    variants: {
      'alloc-after-publish': {
        when: {
          'notifiers=on': { kind: 'deadlock', shape: 'self', processes: ['execbuf'], objects: ['job_fence'] },
          'notifiers=off': 'holds',
        },
      },
      'alloc-first': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const fence = m.fence('job_fence')
    const pushed = m.flag('pushed')
    m.shrinker('driver_shrinker', (t) => t.isSignaled(fence, { yes: () => {}, no: () => {} }))
    m.mmuNotifier('userptr_invalidate', (t) => t.waitFences(bo))
    m.thread('execbuf', (t) => {
      if (variant === 'alloc-first') t.allocKernel()
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.addFence(bo, { fence, usage: 2 })
      t.wwUnlock(bo)
      if (variant !== 'alloc-first') t.allocKernel()
      t.set(pushed, 1)
    })
    // Memory pressure elsewhere finds the buffer busy or not.
    m.thread('other-task', (t) => t.allocKernel())
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(fence)
    })
  },
)
