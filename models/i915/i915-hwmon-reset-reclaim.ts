// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Reading a sensor of the GPU took the hwmon lock and then resumed the device, which may allocate, and reclaim may wait
 * for a request. If the request hangs, only a reset completes it, and the reset reloads the firmware, for which it wants
 * the hwmon lock. Resuming the device before the lock is taken leaves nothing held over the reclaim.
 */
export default model(
  'i915/i915-hwmon-reset-reclaim',
  {
    summary: 'A sysfs reader resumes the device under the lock that a reset needs before it completes a request.',
    sources: [
      '"drm/i915/hwmon: Fix locking inversion in sysfs getter", Janusz Krzysztofik, 2024-03-11',
      '"drm/i915/gt: Taint the reset mutex with the shrinker", Chris Wilson, 2020-12-29',
      'drivers/gpu/drm/i915/i915_hwmon.c: hwm_energy(), i915_hwmon_power_max_disable(); gt/uc/intel_uc.c: __uc_init_hw(); gt/intel_reset.c: intel_gt_init_reset(); read at 6.18.19',
      'The report was one of lockdep; the steps are reconstructed. Construction: request-keeps-awake.',
    ],
    abstracts: [
      'One request, which finishes or hangs; the firmware is a local step, and the lock is taken once where the kernel takes it before and after.',
      'In lock-first and fixed the device may sleep although the request is in flight, as lock classes do not tell when it does.',
      'In request-keeps-awake the request uses the device until it is retired: then a resume never meets a request in flight, and the order of the locks alone hangs nobody.',
    ],
    rules: { 'lock-first': ['R10'] },
    variants: {
      'lock-first': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['reset-work', 'sysfs-read'],
        objects: ['hwmon_lock', 'request_fence'],
      },
      'request-keeps-awake': 'holds',
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const keepsAwake = variant === 'request-keeps-awake'
    const hwmonLock = m.mutex('hwmon_lock')
    const resetMutex = m.mutex('reset_mutex')
    const fence = m.fence('request_fence', { published: true })
    const hung = m.flag('request_hung')
    const device = m.runtimePm('i915_device', keepsAwake ? { usage: 1 } : { suspended: true })

    m.runtimeResume(device, 'intel_runtime_resume', (t) => t.allocKernel())
    m.shrinker('i915_gem_shrinker', (t) =>
      t.at('drivers/gpu/drm/i915/gem/i915_gem_shrinker.c: i915_gem_shrink()').wait(fence),
    )
    m.thread('sysfs-read', (t) => {
      t.at('drivers/gpu/drm/i915/i915_hwmon.c: hwm_energy()')
      if (variant !== 'fixed') t.lock(hwmonLock)
      t.at('drivers/gpu/drm/i915/intel_runtime_pm.c: intel_runtime_pm_get()').pmRuntimeGetSync(device)
      if (variant === 'fixed') t.lock(hwmonLock)
      t.local('read the register')
      if (variant === 'fixed') t.unlock(hwmonLock)
      t.at('drivers/gpu/drm/i915/intel_runtime_pm.c: intel_runtime_pm_put()').pmRuntimePut(device)
      if (variant !== 'fixed') t.unlock(hwmonLock)
    })
    m.hardware('gpu', (t) =>
      t.either({
        'the request finishes': () => t.signal(fence),
        'the request hangs': () => t.set(hung, 1),
      }),
    )
    m.worker('reset-work', (t) => {
      t.idle()
      t.await(hung)
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset()').lock(resetMutex)
      t.at('drivers/gpu/drm/i915/i915_hwmon.c: i915_hwmon_power_max_disable()').lock(hwmonLock)
      t.at('drivers/gpu/drm/i915/gt/uc/intel_uc.c: __uc_init_hw()').local('load the firmware')
      t.unlock(hwmonLock)
      t.at('drivers/gpu/drm/i915/i915_request.c: i915_request_mark_complete()').signal(fence)
      t.unlock(resetMutex)
    })
    if (keepsAwake) {
      m.worker('retire-work', (t) => {
        t.at('drivers/gpu/drm/i915/gt/intel_gt_requests.c: intel_gt_retire_requests()').wait(fence)
        t.pmRuntimePut(device)
      })
      m.pmWorker('pm_wq', [device])
    }
    // Memory pressure elsewhere waits for the request too and holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
