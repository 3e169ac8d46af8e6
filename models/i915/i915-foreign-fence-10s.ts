// SPDX-License-Identifier: Apache-2.0
import { and, at, field, model, not } from 'fencecheck'

/**
 * i915 arms a timer on the fence of another driver that a request waits for: ten seconds unless configured otherwise, and
 * 0 switches it off. When it expires, the fence is noted as timed out and the request runs all the same. Where the other
 * driver needs a reservation to get to its signal and eviction holds that reservation over a wait for the request, there
 * is a deadlock without the timer, and an access that nothing orders with it.
 */
export default model(
  'i915/i915-foreign-fence-10s',
  {
    summary: "A request gives up another driver's fence after ten seconds and runs anyway.",
    sources: [
      'drivers/gpu/drm/i915/i915_sw_fence.c: timer_i915_sw_fence_wake(), __i915_sw_fence_await_dma_fence(); read at 6.18.19',
      'drivers/gpu/drm/i915/i915_request.c: fatal_error(); drivers/gpu/drm/i915/Kconfig.profile: DRM_I915_FENCE_TIMEOUT',
      'commit "drm/i915: Replace the hardcoded I915_FENCE_TIMEOUT", Chris Wilson, 2020-05-09',
    ],
    abstracts: [
      'The timer fires, once, while the other driver is kept waiting: its job itself takes less than ten seconds, but for the variant long-job.',
      'The job of the other driver reads the shared buffer, the request writes it; an error means that the request is skipped.',
    ],
    switches: { timer: ['off', 'success', 'error'] },
    rules: { 'resv-before-signal': ['R4', 'R6'], 'long-job': ['R4'] },
    variants: {
      'resv-before-signal': {
        when: {
          'timer=off': {
            kind: 'deadlock',
            shape: 'cycle',
            processes: ['eviction', 'foreign-worker', 'request'],
            objects: ['bo_resv', 'foreign_fence', 'request_fence'],
          },
          'timer=success': { kind: 'dropped-dependency', processes: ['request'], objects: ['shared_bo'] },
          'timer=error': 'holds',
        },
      },
      'signals-without-resv': 'holds',
      'long-job': {
        when: {
          'timer=off': 'holds',
          'timer=success': { kind: 'dropped-dependency', processes: ['request'], objects: ['shared_bo'] },
          'timer=error': 'holds',
        },
      },
    },
  },
  (m, variant, _, { timer }) => {
    const resv = m.resv('bo_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const shared = m.buffer('shared_bo')
    const foreignFence = m.fence('foreign_fence', { published: true })
    const requestFence = m.fence('request_fence', { published: true })
    const expired = m.flag('timer_expired')

    const armed = timer !== 'off' && variant !== 'signals-without-resv'

    m.worker('request', (t) => {
      const run = (): void => t.writeBuffer(shared)
      if (!armed) {
        t.wait(foreignFence)
        run()
      } else
        t.select({
          signalled: () => {
            t.wait(foreignFence)
            run()
          },
          expired: () => {
            t.at('drivers/gpu/drm/i915/i915_sw_fence.c: timer_i915_sw_fence_wake()').await(expired)
            if (timer === 'success') run()
            else t.setError(requestFence)
          },
        })
      t.signal(requestFence)
    })
    m.worker('foreign-worker', (t) => {
      // The job has been on the device since before the request was made.
      t.beginRead(shared)
      t.label('busy')
      if (variant === 'resv-before-signal') {
        t.wwLockPlain(resv)
        t.wwUnlock(resv)
      }
      t.endRead(shared)
      t.signal(foreignFence)
    })
    m.thread('eviction', (t) => {
      t.wwLockPlain(resv)
      t.wait(requestFence)
      t.wwUnlock(resv)
    })
    if (armed)
      m.hardware('timer', (t) => {
        t.idle()
        t.step({
          when: and(at('foreign-worker', 'busy'), not(field(foreignFence, 'signalled'))),
          set: [[expired, 1]],
          label: 'ten seconds are over',
        })
      })
  },
)
