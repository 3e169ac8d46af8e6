// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const cycle = {
  kind: 'deadlock',
  shape: 'cycle',
  processes: ['fbcon', 'reset-work'],
  objects: ['console_lock', 'job_fence'],
} as const

/**
 * Before a GPU reset amdgpu suspends the fbdev console, which takes console_lock. Whoever resizes or redraws a console
 * allocates under that lock, reclaim waits for the job that hangs, and the reset which would complete the job waits for
 * the lock. That printk() only ever tries the lock, from wherever it is called, is harmless and shows nothing: what
 * counts is who holds the lock over a reclaiming allocation.
 */
export default model(
  'amdgpu/amdgpu-reset-console-lock',
  {
    summary: 'GPU reset takes console_lock; under console_lock an allocation waits in reclaim for the hung job.',
    sources: [
      'thread "dma-fence annotations, round 3", Daniel Vetter, 2020-07-08: console_lock, the one without an obvious fix',
      '"[PATCH 24/25] Revert drm/amdgpu: add fbdev suspend/resume on gpu reset", Daniel Vetter, 2020-07-07',
      'commit "drm/amdgpu: add fbdev suspend/resume on gpu reset", Evan Quan, 2020-03-11',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_halt_activities() -> drm_client_dev_suspend(); drivers/gpu/drm/drm_fb_helper.c: drm_fb_helper_set_suspend_unlocked(), takes console_lock to suspend and only tries it to resume; by reading 6.18, not reproduced',
      'drivers/tty/vt/vt.c: vc_do_resize() allocates under console_lock; drivers/gpu/drm/drm_fb_helper.c: drm_fb_helper_set_par() takes modeset locks; by reading 6.18',
    ],
    abstracts: [
      'Whose shrinker waits for the job is left open; it waits without a timeout.',
      'The modeset lock that fbcon takes is wanted by nobody else here.',
      'The flush of the resume work before the console is suspended is left out: that work takes console_lock too.',
      'The reset completes the job with an error; that the console is resumed afterwards is left out.',
      'printk-annotated has the signalling annotation in printk() alone: it changes no behaviour.',
    ],
    rules: ['R10', 'R12'],
    variants: {
      'console-lock-in-reset': cycle,
      'printk-annotated': cycle,
      'no-console-suspend': 'holds',
      'trylock-or-defer': 'holds',
    },
  },
  (m, variant) => {
    const console = m.console('console_lock')
    const K = m.wwClass('crtc_ww_class')
    const crtc = m.wwMutex('crtc_lock', { class: K })
    const jobFence = m.fence('job_fence', { published: true })
    const hung = m.flag('job_hung')
    m.shrinker('driver_shrinker', (t) => t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').wait(jobFence))

    const suspendAt = 'drivers/gpu/drm/drm_fb_helper.c: drm_fb_helper_set_suspend_unlocked()'
    const suspendAndUnlock = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/drm_fb_helper.c: drm_fb_helper_set_suspend()').local('suspend the console')
      t.at('kernel/printk/printk.c: console_unlock()').consoleUnlock(console)
    }

    m.hardware('gpu', (t) =>
      t.either({
        'the job finishes': () => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence),
        'the job hangs': () => t.set(hung, 1),
      }),
    )
    const work =
      variant === 'trylock-or-defer'
        ? m.workItem(m.workqueue('system_wq'), 'fb_suspend_work', (t) => {
            t.at('kernel/printk/printk.c: console_lock()').consoleLock(console)
            suspendAndUnlock(t)
          })
        : undefined
    m.worker('reset-work', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_timedout()').await(hung)
      if (work !== undefined)
        t.at(suspendAt).consoleTrylock(console, {
          got: () => suspendAndUnlock(t),
          missed: () => t.at('kernel/workqueue.c: queue_work_on()').queueWork(work),
        })
      else if (variant !== 'no-console-suspend') {
        t.at(suspendAt).consoleLock(console)
        suspendAndUnlock(t)
      }
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_gpu_recover()').local('reset')
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    })
    m.thread('fbcon', (t) => {
      t.at('kernel/printk/printk.c: console_lock()').consoleLock(console)
      t.at('drivers/tty/vt/vt.c: vc_do_resize()').allocKernel()
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/drm_fb_helper.c: drm_fb_helper_set_par()').wwLock(crtc, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
      t.local('set the mode')
      t.wwUnlock(crtc)
      t.wwAcquireFini(K)
      t.at('kernel/printk/printk.c: console_unlock()').consoleUnlock(console)
    })
    m.irq('printk-irq', (t) => {
      if (variant === 'printk-annotated') t.beginSignalling()
      t.at('kernel/printk/printk.c: vprintk_emit()').consoleTrylock(console, {
        got: () => {
          t.local('print')
          t.consoleUnlock(console)
        },
        missed: () => t.local('leave it to the holder'),
      })
      if (variant === 'printk-annotated') t.endSignalling()
    })
  },
)
