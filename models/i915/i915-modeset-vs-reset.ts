// SPDX-License-Identifier: Apache-2.0
import { field, model, or, type KernelPath } from 'fencecheck'

const masked = {
  kind: 'masked',
  shape: 'cycle',
  processes: ['atomic-ioctl', 'reset-work'],
  objects: ['crtc_lock', 'request_fence'],
} as const
const maskedByTimer = {
  ...masked,
  processes: ['atomic-ioctl', 'reset-work', 'wedge-work'],
  objects: ['crtc_lock', 'display_prepared', 'request_fence'],
} as const
const cycle = { ...masked, kind: 'deadlock' } as const

/**
 * On old hardware a GPU reset takes the display down with it, hence it needs the modeset locks, which a commit may hold
 * while it waits for a request of the hung GPU. A modeset cannot be rolled back, so that wait has to end: the reset sets
 * a flag, wakes the commit up, and the commit flips without the rendering. A timer that declares the GPU dead after some
 * seconds hides the cycle at the price of all that was rendering, and so does a time limit on the wait of the commit.
 */
export default model(
  'i915/i915-modeset-vs-reset',
  {
    summary:
      'GPU reset needs modeset locks; a commit that holds them waits for a request that only the reset completes.',
    sources: [
      'commit "drm/i915: Break modeset deadlocks on reset", Chris Wilson, 2017-06-22 (the timer)',
      'commit "drm/i915: More surgically unbreak the modeset vs reset deadlock", Daniel Vetter, 2017-08-08 (the flag, and the count of pins)',
      'drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset_global(), a watchdog of 60 s around the reset; drivers/gpu/drm/i915/display/intel_display_reset.c: intel_display_reset_prepare(), wedges if pending_fb_pin; drivers/gpu/drm/i915/display/intel_fb_pin.c; read at 6.18',
      'drivers/gpu/drm/i915/display/intel_display.c: intel_atomic_commit_fence_wait(): at 6.18 there is no flag, the wait has the time limit of foreign fences; by reading 6.18',
      'Construction: wake-before-set, guarded-pin-looks-back. By reading 6.18, not reproduced: the window of guarded-pin.',
    ],
    abstracts: [
      'One modeset lock stands for all of them, and the commit is a blocking one, which holds it throughout.',
      'The reset completes the request with an error; resubmission is left out.',
      'The timer that wedges is a wait with a timeout, as a delayed work that is cancelled once the display is prepared.',
      'guarded-pin waits for the request while it pins the framebuffer. The reset looks at the count of such pins once; a pin that begins after the look is what the watchdog is left with. In guarded-pin-looks-back such a pin sees the flag of the reset and backs off.',
      'A request completed by wedging has lost its rendering: what is shown is not judged.',
    ],
    rules: ['R10', 'R12'],
    variants: {
      'plain-wait': cycle,
      'wedge-timer': maskedByTimer,
      'fence-timeout': masked,
      'reset-flag': 'holds',
      'wake-before-set': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['atomic-ioctl', 'reset-work'],
        objects: ['crtc_lock', 'reset_queue'],
      },
      'guarded-pin': maskedByTimer,
      'guarded-pin-looks-back': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('crtc_ww_class')
    const crtc = m.wwMutex('crtc_lock', { class: K })
    const request = m.fence('request_fence', { published: true })
    const hung = m.flag('request_hung')
    const sleeps = variant === 'reset-flag' || variant === 'wake-before-set'
    const guarded = variant === 'guarded-pin' || variant === 'guarded-pin-looks-back'
    const flagged = sleeps || variant === 'guarded-pin-looks-back'
    const watched = guarded || variant === 'wedge-timer'
    const resetFlag = m.flag('I915_RESET_MODESET')
    const pendingPin = m.flag('pending_fb_pin')
    const watchdog = m.flag('watchdog_armed')
    const prepared = m.completion('display_prepared')
    const queue = m.waitQueue('reset_queue')

    const lockAll = (t: KernelPath): void => {
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_lock_all_ctx()').wwLock(crtc, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
    }
    const unlockAll = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_drop_locks()').wwUnlock(crtc)
      t.wwAcquireFini(K)
    }
    const complete = (t: KernelPath): void => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(request)
    const wedge = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_set_wedged()').signal(request)

    // The wait of the commit is on two queues, that of its fences and that of the reset; one stands for both.
    if (sleeps) m.callback(request, 'commit_ready', (t) => t.wakeUp(queue))

    m.thread('atomic-ioctl', (t) => {
      const wait = 'drivers/gpu/drm/i915/display/intel_display.c: intel_atomic_commit_fence_wait()'
      lockAll(t)
      if (sleeps) t.at(wait).waitEvent(queue, or(field(request, 'signalled'), resetFlag))
      else if (variant === 'fence-timeout')
        t.at(wait).waitTimeout(request, { timeout: () => t.local('flip without it') })
      else if (guarded) {
        const pin = 'drivers/gpu/drm/i915/display/intel_fb_pin.c: intel_fb_pin_to_ggtt()'
        t.at(pin).set(pendingPin, 1)
        if (variant === 'guarded-pin') t.at(pin).wait(request)
        else
          t.at(pin).when(
            resetFlag,
            () => t.local('pin once the reset is over'),
            () => t.wait(request),
          )
        t.at(pin).set(pendingPin, 0)
      } else t.at(wait).wait(request)
      t.local('flip')
      unlockAll(t)
    })
    m.hardware('gpu', (t) =>
      t.either({
        'the request finishes': () => complete(t),
        'the request hangs': () => t.set(hung, 1),
      }),
    )
    m.worker('reset-work', (t) => {
      const prepare = 'drivers/gpu/drm/i915/display/intel_display_reset.c: intel_display_reset_prepare()'
      t.idle()
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_handle_error()').await(hung)
      if (watched) t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_wedge_on_timeout()').set(watchdog, 1)
      if (variant === 'wake-before-set') t.at(prepare).wakeUp(queue)
      if (flagged) t.at(prepare).set(resetFlag, 1)
      if (variant === 'reset-flag') t.at(prepare).wakeUp(queue)
      if (guarded) t.at(prepare).when(pendingPin, () => wedge(t))
      lockAll(t)
      if (watched) t.at('drivers/gpu/drm/i915/gt/intel_reset.c: __intel_fini_wedge()').completeAll(prepared)
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset()').local('reset')
      if (flagged) t.set(resetFlag, 0)
      complete(t)
      unlockAll(t)
    })
    if (watched)
      m.worker('wedge-work', (t) => {
        t.idle()
        t.await(watchdog)
        t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_wedge_me()').waitForCompletionTimeout(prepared, {
          timeout: () => wedge(t),
        })
      })
  },
)
