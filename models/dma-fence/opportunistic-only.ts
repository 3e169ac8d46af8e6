// SPDX-License-Identifier: Apache-2.0
import { and, field, model, not } from 'fencecheck'

/**
 * The hardware finishes a job and raises an interrupt, which can get lost. A shrinker that happens to look at the
 * fence would notice that the job is done and signal it, but nothing ever makes the shrinker run. So nobody may count
 * on it: the fence must be signalled by something that is certain to happen, a reliable interrupt or a timer that
 * polls.
 */
export default model(
  'dma-fence/opportunistic-only',
  {
    summary: 'The interrupt of a finished job is lost; only a shrinker that may never run would signal its fence.',
    sources: [
      'drivers/dma-buf/dma-fence.c, include/linux/dma-fence.h: dma_fence_is_signaled(); read at 6.18.19',
      '"[PATCH 01/25] dma-fence: basic lockdep annotations", Daniel Vetter, 2020-07-07, commit message and mail (shrinker and eviction code complete fences opportunistically and stay without annotation)',
    ],
    abstracts: [
      'Reclaim that calls the shrinker is left out: the shrinker may look once, at any time, or never.',
      'The fallback timer runs whenever the job is finished and its fence is not signalled; its period is not modelled.',
    ],
    rules: ['R1'],
    variants: {
      'lost-irq': { kind: 'unsignalled-fence', shape: 'none', processes: ['waiter'], objects: ['fence'] },
      'lost-irq-without-shrinker': {
        kind: 'unsignalled-fence',
        shape: 'none',
        processes: ['waiter'],
        objects: ['fence'],
      },
      'reliable-irq': 'holds',
      'fallback-timer': 'holds',
    },
  },
  (m, variant) => {
    const fence = m.fence('fence', { published: true })
    const finished = m.flag('job_finished')
    const raised = m.flag('irq_raised')

    m.hardware('gpu', (t) => {
      t.set(finished, 1)
      if (variant === 'reliable-irq') t.set(raised, 1)
      else t.either({ 'irq delivered': () => t.set(raised, 1), 'irq lost': () => {} })
    })
    m.irq('completion-irq', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence), {
      when: raised,
      set: [[raised, 0]],
    })
    m.thread('waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence))
    if (variant === 'lost-irq')
      m.thread('shrinker', (t) => {
        t.idle()
        t.may('opportunistic', () => t.at('include/linux/dma-fence.h: dma_fence_is_signaled()').await(finished))
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      })
    if (variant === 'fallback-timer')
      m.softirq('fallback-timer', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence), {
        when: and(finished, not(field(fence, 'signalled'))),
      })
  },
)
