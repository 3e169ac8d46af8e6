// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Before it resets a hung GPU, i915 captures its state for whoever looks into the hang, and memory for that is allocated
 * in the middle of the recovery. With GFP_KERNEL the allocation may reclaim, a shrinker waits for the hung request, and
 * only the reset that comes next would complete it. An allocation that wakes kswapd and goes on never waits; the price is
 * that the capture may be incomplete.
 */
export default model(
  'i915/i915-error-capture-alloc',
  {
    summary: 'The error capture before a GPU reset allocates; reclaim waits for the request that the reset completes.',
    sources: [
      'commit "drm/i915: Use __GFP_KSWAPD_RECLAIM in the capture code", Thomas Hellström, 2021-11-08',
      'commit "drm/i915/guc: Avoid reclaim locks during reset", Chris Wilson, 2019-07-01',
      'drivers/gpu/drm/i915/i915_gpu_error.c: ALLOW_FAIL, without __GFP_DIRECT_RECLAIM; drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_handle_error() captures first; read at 6.18',
    ],
    abstracts: [
      'One allocation stands for all of the capture, and kernel for flags that allow direct reclaim.',
      'The shrinker waits for the request without a timeout.',
      'kswapd runs the same shrinker: it may wait for the request too, and owes nothing.',
    ],
    rules: ['R7'],
    variants: {
      kernel: { kind: 'deadlock', shape: 'self', processes: ['reset-work'], objects: ['request_fence'] },
      'kswapd-reclaim': 'holds',
    },
  },
  (m, variant) => {
    const request = m.fence('request_fence', { published: true })
    const hung = m.flag('request_hung')
    m.shrinker('i915_gem_shrinker', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_wait()').wait(request))

    m.hardware('gpu', (t) =>
      t.either({
        'the request finishes': () => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(request),
        'the request hangs': () => t.set(hung, 1),
      }),
    )
    m.worker('reset-work', (t) => {
      const capture = 'drivers/gpu/drm/i915/i915_gpu_error.c: i915_capture_error_state()'
      t.idle()
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_handle_error()').await(hung)
      if (variant === 'kernel') t.at(capture).allocKernel()
      else t.at(capture).allocNowait({ enomem: () => t.local('leave the page out') })
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset()').local('reset')
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(request)
    })
    m.kswapd()
  },
)
